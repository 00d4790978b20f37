"""Holds and recalls of lots. Rows are superseded, never overwritten."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from ledger.models import Recorded
from traceability.choices import HOLD_KINDS, HOLD_STATES
from traceability.domain.holds import HoldState
from traceability.models.lots import Lot


def new_hold_id() -> str:
    return f"h-{secrets.token_hex(8)}"


class Hold(Recorded):
    """A hold or recall in one state of its life. It reaches all that was and will be made of the lot."""

    hold_id = models.CharField(max_length=40, default=new_hold_id, editable=False)
    kind = models.CharField(max_length=10, choices=HOLD_KINDS)
    state = models.CharField(max_length=10, choices=HOLD_STATES, default=HoldState.PLACED.value)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="holds")
    reason = models.TextField()
    placed_by = models.CharField(max_length=100)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=100, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["hold_id"], condition=Q(superseded_entry=None), name="traceability_hold_once"
            ),
            # One open question a lot: a hold may become a recall, but two of them would have to be lifted twice.
            models.UniqueConstraint(
                fields=["lot"],
                condition=Q(superseded_entry=None, state=HoldState.PLACED.value),
                name="traceability_one_hold_a_lot",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="traceability_hold_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.lot_id}"
