"""What follows from events and assays: kept so that it can be asked for fast, worked out anew when they change.

Nothing here is a record: every row can be derived again from lots, events and assays.
"""

from __future__ import annotations

from django.db import models

from registry.models import Facility, Party
from traceability.choices import MATERIALS
from traceability.models.events import Event
from traceability.models.fields import ExactDecimalField, RowKeyField, derived_key
from traceability.models.lots import Lot


class LotState(models.Model):
    """A lot as it stands after its last live event; masses are dry kilograms.

    ``place`` is the facility of its last receipt, else of its birth; ``is_held``: more than 1 % of the birth mass is
    left; ``dry_part`` is the dry share of its wet mass (1 where moisture is not stated). What a trace tells of a lot
    stands here too, so that each is one row to read: its id, its birth event and that event's facility. ``metals``
    gives the kilograms of each element in a kilogram of its dry mass by the assay that counts (0: found none), and
    ``excess`` the unknown share in what its birth event made, by element (empty: dry mass), where more came out than
    went in; both as ``pairs_text`` writes them.
    """

    lot = RowKeyField(Lot, models.PROTECT, primary_key=True, related_name="state")
    lot_name = models.CharField(max_length=100)
    mineral_code = models.CharField(max_length=20)
    material = models.CharField(max_length=20, choices=MATERIALS)
    born_in = derived_key(Event, "born_lots", db_index=True)
    born_in_name = models.CharField(max_length=100)
    born_at = derived_key(Facility)
    born_kg = ExactDecimalField()
    balance_kg = ExactDecimalField()
    is_held = models.BooleanField()
    holder = derived_key(Party, "held_lots", db_index=True)
    place = derived_key(Facility, "held_lots")
    is_assayed = models.BooleanField()
    dry_part = ExactDecimalField()
    metals = models.TextField(blank=True)
    excess = models.TextField(blank=True)

    class Meta:
        indexes = [
            # Exposure: what lies in a country.
            models.Index(fields=["place", "is_held"], name="traceability_state_place"),
        ]

    def __str__(self) -> str:
        return f"state of {self.lot_name}"


class Feed(models.Model):
    """An edge of the lot graph: so much of a lot (dry kilograms) went into a live birth event; ``source`` is the event
    in which that lot was born."""

    event = derived_key(Event, "feeds")
    source = derived_key(Event, "feeds_into")
    lot = derived_key(Lot, "feeds")
    dry_kg = ExactDecimalField()

    class Meta:
        constraints = [
            # Trace up: what fed an event, and where that was born.
            models.UniqueConstraint(fields=["event", "source", "lot"], name="traceability_feed_once"),
        ]
        indexes = [
            # Trace down: what a lot fed.
            models.Index(fields=["source", "lot", "event"], name="traceability_feed_down"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} into {self.event_id}"


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
