"""What was reported to have happened to lots. Append-only: a mistake is corrected by another event."""

from __future__ import annotations

import datetime as dt

from django.db import models

from ledger.models import Entry
from registry.models import Facility, Party
from traceability.choices import EVENT_KINDS, LINE_ROLES, MASS_BASES, UNITS
from traceability.models.fields import ExactDecimalField
from traceability.models.lots import Lot


class EventQuerySet(models.QuerySet["Event"]):
    def live(self) -> EventQuerySet:
        """Without the events that another corrects."""
        return self.filter(corrected_by=None)


class Event(models.Model):
    """One event. ``utc_offset_s`` is the offset it was reported with: its day is the day of that offset."""

    event_id = models.CharField("event", max_length=100, unique=True)
    kind = models.CharField(max_length=20, choices=EVENT_KINDS)
    occurred_at = models.DateTimeField()
    utc_offset_s = models.IntegerField()
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="events")
    party = models.ForeignKey(Party, models.PROTECT, related_name="events")
    to_facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="events_to")
    to_party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="events_to")
    permit_number = models.CharField(max_length=500, blank=True)
    reason = models.TextField(blank=True)
    # One to one: a second correction of the same event is a conflict.
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")
    recorded_entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["occurred_at", "event_id"]
        indexes = [
            # The newest event of the registry, and pages of events by time.
            models.Index(fields=["occurred_at", "recorded_entry"], name="traceability_event_time"),
            # A mine's year, and pages of a facility's events.
            models.Index(fields=["facility", "kind", "occurred_at", "recorded_entry"], name="traceability_event_site"),
            # Pages of events of one kind.
            models.Index(fields=["kind", "occurred_at", "recorded_entry"], name="traceability_event_kind"),
        ]

    def __str__(self) -> str:
        return self.event_id

    @property
    def local_time(self) -> dt.datetime:
        """The time with the offset it was reported with."""
        return self.occurred_at.astimezone(dt.timezone(dt.timedelta(seconds=self.utc_offset_s)))


class Side(models.IntegerChoices):
    """What a line is to the lot graph: it feeds the event, is born in it, or neither."""

    INPUT = -1
    OTHER = 0
    BORN = 1


class EventLine(models.Model):
    """A lot in an event, with a quantity in the unit and on the basis that was reported."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="lines", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="lines", db_index=False)
    role = models.CharField(max_length=12, choices=LINE_ROLES)
    side = models.SmallIntegerField(choices=Side.choices)
    quantity = ExactDecimalField()
    unit = models.CharField(max_length=3, choices=UNITS)
    basis = models.CharField(max_length=3, choices=MASS_BASES)

    class Meta:
        ordering = ["pk"]
        indexes = [
            # Trace up: what fed an event.
            models.Index(fields=["event", "side", "lot"], name="traceability_line_up"),
            # Trace down: what a lot fed; and a lot's whole life.
            models.Index(fields=["lot", "side", "event"], name="traceability_line_down"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.quantity} {self.unit}"
