"""Papers: stored here, or linked; known by the SHA-256 of what was read."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from ledger.models import Recorded
from registry.models import Facility, Party
from traceability.choices import DOCUMENT_KINDS
from traceability.models.events import Event
from traceability.models.lots import Lot

_ABOUT = ("lot", "event", "facility", "party")


def new_document_id() -> str:
    return f"d-{secrets.token_hex(8)}"


def _one_subject() -> Q:
    found = Q()
    for name in _ABOUT:
        found |= Q(**{f"{name}__isnull": False}, **{f"{other}__isnull": True for other in _ABOUT if other != name})
    return found


class Document(Recorded):
    """About one lot, event, facility or party. Withdrawn, it is superseded: row and file stay."""

    document_id = models.CharField(max_length=40, default=new_document_id, editable=False)
    kind = models.CharField(max_length=30, choices=DOCUMENT_KINDS)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=100, blank=True)
    issuer = models.CharField("issued by", max_length=200, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, help_text="of the file, in hexadecimal")
    size = models.BigIntegerField("size, bytes", null=True, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    url = models.URLField("address", max_length=1000, blank=True, help_text="of a linked document; blank: stored here")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="documents")
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="documents")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="documents")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="documents")
    credential = models.JSONField(
        null=True, blank=True, help_text="verdict on a credential: {holds, type, id, issuer, reason, checked_at}"
    )
    added_by = models.CharField(max_length=100)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["-added_at", "document_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document_id"], condition=Q(superseded_entry=None), name="traceability_document_once"
            ),
            models.CheckConstraint(condition=_one_subject(), name="traceability_document_one_subject"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="traceability_document_sha256"),
        ]
        indexes = [
            # Certificates of assays are found by what they hash to.
            models.Index(fields=["sha256"], name="traceability_document_sha"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_stored(self) -> bool:
        return not self.url

    @property
    def about(self) -> tuple[str, str]:
        """What it is about: (kind, public id)."""
        if self.lot is not None:
            return "lot", self.lot.lot_id
        if self.event is not None:
            return "event", self.event.event_id
        if self.facility is not None:
            return "facility", self.facility.facility_id
        return "party", self.party.party_id if self.party is not None else ""
