"""Who may see lots, and whether their masses are shown. Decisions are superseded, never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from ledger.models import Entry, Recorded
from registry.models import Party
from traceability.choices import LEVELS
from traceability.models.lots import Lot


class Sharing(Recorded):
    """The word on one lot, or on all lots a party holds that have no word of their own."""

    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="sharings")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="sharings")
    level = models.CharField(max_length=10, choices=LEVELS)
    masks_masses = models.BooleanField("masses are masked", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot"], condition=Q(superseded_entry=None, party=None), name="traceability_sharing_lot_once"
            ),
            models.UniqueConstraint(
                fields=["party"], condition=Q(superseded_entry=None, lot=None), name="traceability_sharing_party_once"
            ),
            models.CheckConstraint(
                condition=Q(lot=None, party__isnull=False) | Q(lot__isnull=False, party=None),
                name="traceability_sharing_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} for {self.lot or self.party}"


class PartyPerson(models.Model):
    """Someone who reads for a party: sees the lots it holds, and what is shared along its chains."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="parties")
    party = models.ForeignKey(Party, models.PROTECT, related_name="people")
    recorded_entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "party"], name="traceability_party_person_once")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.party_id}"
