"""Lists of risks: conflict-affected areas, parties, facilities. One version is one row, superseded by the next."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ledger.models import Recorded
from traceability.domain.risks import Entry


class RiskList(Recorded):
    """A list as its source published it. ``entries`` are `traceability.domain.risks.Entry` as JSON."""

    code = models.SlugField("short name", max_length=60, help_text="such as cahra; the same for all its versions")
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    published_on = models.DateField("published on")
    source_title = models.CharField("source", max_length=300)
    source_url = models.URLField("address of the source", max_length=1000, blank=True)
    entries = models.JSONField(default=list)
    added_by = models.CharField(max_length=100)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="traceability_risk_list_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(superseded_entry=None), name="traceability_risk_list_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def lines(self) -> list[Entry]:
        return [Entry.from_json(entry) for entry in self.entries]
