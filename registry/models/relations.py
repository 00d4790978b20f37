"""What an instrument does to others, and the documents that are its text."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from registry.choices import DOCUMENT_ROLES, RELATIONS, DocumentRole
from registry.models.instruments import Instrument, desk_history, partial_date_field
from registry.models.tracked import TrackedManager


class InstrumentRelation(models.Model):
    """``instrument``, the later act, does ``kind`` to ``other``, the earlier one."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="relations")
    kind = models.CharField("does what", max_length=15, choices=RELATIONS)
    other = models.ForeignKey(Instrument, models.PROTECT, related_name="related_by", verbose_name="to which act")
    since = partial_date_field("since")
    note = models.CharField(max_length=300, blank=True)

    objects = TrackedManager()
    history = desk_history()

    class Meta:
        ordering = ["instrument", "since", "pk"]
        verbose_name = "relation"
        constraints = [
            models.UniqueConstraint(fields=["instrument", "kind", "other"], name="registry_relation_once"),
            models.CheckConstraint(condition=~Q(instrument=F("other")), name="registry_no_relation_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.other}"


class InstrumentDocument(models.Model):
    """A file kept by its SHA-256 under ``DATA_DIR/documents``: what is shown when the link has died."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="documents")
    role = models.CharField(max_length=15, choices=DOCUMENT_ROLES, default=DocumentRole.MAIN.value)
    language = models.CharField(max_length=10, blank=True, help_text="such as en, id, ms, th, vi")
    url = models.URLField("where it was found", max_length=1000, blank=True)
    name = models.CharField(max_length=200, editable=False)
    media_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveBigIntegerField("size in bytes", editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    retrieved_at = models.DateTimeField(editable=False)

    objects = TrackedManager()
    history = desk_history()

    class Meta:
        ordering = ["instrument", "pk"]
        verbose_name = "document"
        constraints = [
            models.UniqueConstraint(fields=["instrument", "sha256"], name="registry_document_once"),
        ]
        # Who asks for a file by its hash: is it part of an approved record?
        indexes = [models.Index(fields=["sha256"], name="registry_document_sha256")]

    def __str__(self) -> str:
        return self.name
