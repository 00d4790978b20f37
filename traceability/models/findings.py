"""What the rules found, and what measures say of border crossings. Rows are superseded, never overwritten."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ledger.models import Recorded
from traceability.choices import FINDING_CODES, FINDING_STATES, SEVERITIES, VERDICTS
from traceability.domain.vocabulary import FindingState
from traceability.models.events import Event
from traceability.models.lots import Lot


class Finding(Recorded):
    """A finding in one state of its life. A change of state, words or evidence is a row that supersedes this one."""

    code = models.CharField(max_length=20, choices=FINDING_CODES)
    severity = models.CharField(max_length=10, choices=SEVERITIES)
    state = models.CharField(max_length=12, choices=FINDING_STATES, default=FindingState.OPEN.value)
    event = models.ForeignKey(Event, models.PROTECT, related_name="findings")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="findings")
    message = models.TextField()
    evidence = models.JSONField(default=dict)
    opened_at = models.DateTimeField(help_text="when it was first found")
    state_at = models.DateTimeField(help_text="since when it is in this state")
    decided_by = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["lot", "code", "event"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "code", "event"], condition=Q(superseded_entry=None), name="traceability_finding_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=FindingState.DISMISSED.value) | ~Q(reason=""),
                name="traceability_dismissed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.event_id} {self.lot_id}"


class BorderVerdict(Recorded):
    """What one version of a measure says of a lot in a shipment; judged anew when measures change."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="verdicts")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="verdicts")
    measure_id = models.CharField(max_length=140)
    instrument_id = models.CharField(max_length=120)
    instrument_version = models.PositiveIntegerField()
    verdict = models.CharField(max_length=20, choices=VERDICTS)

    class Meta:
        ordering = ["event", "lot", "measure_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "event", "measure_id"],
                condition=Q(superseded_entry=None),
                name="traceability_verdict_once",
            ),
        ]
        # The page of an instrument: the shipments it speaks of.
        indexes = [models.Index(fields=["instrument_id"], name="traceability_verdict_law")]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.measure_id}"
