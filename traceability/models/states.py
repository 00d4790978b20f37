"""What follows from events and assays: kept so that it can be asked for fast, worked out anew when they change.

Nothing here is a record: every row can be derived again from lots, events and assays.
"""

from __future__ import annotations

from django.db import models

from registry.models import Facility, Party
from traceability.models.events import Event
from traceability.models.fields import ExactDecimalField
from traceability.models.lots import Lot


class LotState(models.Model):
    """A lot as it stands after its last live event; masses are dry kilograms.

    ``dry_part`` is the dry share of its wet mass (1 where moisture is not stated); ``place`` is the facility of its
    last receipt, else of its birth; ``is_held``: more than 1 % of the birth mass is left.
    """

    lot = models.OneToOneField(Lot, models.PROTECT, primary_key=True, related_name="state")
    born_in = models.ForeignKey(Event, models.PROTECT, related_name="born_lots")
    born_kg = ExactDecimalField()
    balance_kg = ExactDecimalField()
    is_held = models.BooleanField()
    holder = models.ForeignKey(Party, models.PROTECT, related_name="held_lots")
    place = models.ForeignKey(Facility, models.PROTECT, related_name="held_lots")
    is_assayed = models.BooleanField()
    dry_part = ExactDecimalField()

    class Meta:
        indexes = [
            # Exposure: what lies in a country.
            models.Index(fields=["place", "is_held"], name="traceability_state_place"),
        ]

    def __str__(self) -> str:
        return f"state of {self.lot_id}"


class LotMetal(models.Model):
    """Kilograms of an element in a kilogram of a lot's dry mass, by the assay that counts; 0 where it found none."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="metals", db_index=False)
    element = models.CharField(max_length=2)
    per_kg = ExactDecimalField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "element"], name="traceability_metal_once")]

    def __str__(self) -> str:
        return f"{self.element} in {self.lot_id}"


class Excess(models.Model):
    """The unknown share in what an event made, where more of an element (empty: of dry mass) came out than went in."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="excesses", db_index=False)
    element = models.CharField(max_length=2, blank=True)
    share = ExactDecimalField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "element"], name="traceability_excess_once")]
        verbose_name_plural = "excesses"

    def __str__(self) -> str:
        return f"excess of {self.element or 'dry mass'} in {self.event_id}"


class OpenShipment(models.Model):
    """A shipment of a lot that no receipt answers; ``is_late`` says whether its finding has been raised."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="open_shipments", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="open_shipments")
    occurred_at = models.DateTimeField()
    is_late = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "lot"], name="traceability_open_shipment_once")]
        indexes = [
            # A new newest event makes some of them late.
            models.Index(fields=["is_late", "occurred_at"], name="traceability_open_late"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} of {self.lot_id} not received"
