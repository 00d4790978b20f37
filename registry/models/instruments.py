"""Acts and plans, the measures in them, and their approved versions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from ledger.models import Recorded
from registry.choices import (
    BASES,
    DIRECTIONS,
    DRAFT_STATES,
    ENGAGEMENT_SCOPES,
    INSTRUMENT_TYPES,
    LEGAL_FORCES,
    MEASURE_CODES,
    PILLARS,
    SCOPES,
    STATUSES,
    DraftState,
)
from registry.domain.dates import Basis, PartialDate
from registry.models.sources import Source
from registry.models.tracked import TrackedManager
from registry.models.vocabulary import Country


def validate_partial_date(value: str) -> None:
    try:
        PartialDate.parse(value)
    except ValueError as error:
        raise ValidationError(str(error), code="bad_value") from error


def partial_date_field(name: str, help_text: str = "YYYY-MM-DD, YYYY-MM or YYYY: no finer than the source") -> Any:
    return models.CharField(name, max_length=10, blank=True, validators=[validate_partial_date], help_text=help_text)


def desk_history() -> HistoricalRecords:
    """History rows that name a person by public id, as text: deleting an account neither changes nor needs them."""
    return HistoricalRecords(
        history_user_id_field=models.CharField(max_length=100, null=True, blank=True),
        history_user_getter=_history_user,
        history_user_setter=_set_history_user,
        get_user=_requesting_user,
    )


def _history_user(historical: Any) -> Any:
    return historical.history_user_id


def _set_history_user(historical: Any, user: Any) -> None:
    historical.history_user_id = getattr(user, "public_id", user)


def _requesting_user(instance: Any, request: Any = None, **kwargs: Any) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


class Instrument(models.Model):
    """A law, decree, plan or agreement as the desk has it. What counts is its newest approved version."""

    instrument_id = models.SlugField("id", max_length=120, unique=True)
    row = models.PositiveIntegerField(null=True, blank=True, editable=False, help_text="row in the paper's list")
    country = models.ForeignKey(Country, models.PROTECT, related_name="instruments", verbose_name="country or body")
    title = models.CharField(max_length=300)
    title_original = models.CharField("title in the original language", max_length=300, blank=True)
    number = models.CharField("official number", max_length=100, blank=True, help_text="such as UU 3/2020")
    type = models.CharField(max_length=30, choices=INSTRUMENT_TYPES, blank=True)
    legal_force = models.CharField(max_length=15, choices=LEGAL_FORCES, blank=True)
    scope = models.CharField(max_length=20, choices=SCOPES, blank=True)
    pillar = models.CharField(max_length=20, choices=PILLARS, blank=True)
    engagement_scope = models.CharField(max_length=20, choices=ENGAGEMENT_SCOPES, blank=True)
    counterparts = models.JSONField(default=list, blank=True)
    until = partial_date_field("last day", "last day of the whole instrument, where one is stated")
    review = partial_date_field("to be reviewed", "day by which the act itself is to be reviewed, where one is stated")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="instruments")
    section = models.CharField("where in the source", max_length=60, blank=True, help_text="article, section or page")
    quote = models.TextField("what the source says", blank=True)
    note = models.TextField(blank=True)
    judgement = models.CharField(max_length=10, blank=True, editable=False)
    flag = models.ForeignKey("registry.Flag", models.PROTECT, null=True, blank=True, related_name="instruments")
    state = models.CharField(max_length=12, choices=DRAFT_STATES, default=DraftState.DRAFT.value, editable=False)
    drafted_by = models.CharField(max_length=100, editable=False)
    submitted_by = models.CharField(max_length=100, blank=True, editable=False)
    review_note = models.TextField(blank=True, editable=False)
    is_demo = models.BooleanField("demonstration data", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = TrackedManager()
    history = desk_history()

    class Meta:
        ordering = ["country", "title"]

    def __str__(self) -> str:
        return self.title


class Measure(models.Model):
    """One thing an instrument does. Lists left empty: not stated, read as all."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="measures")
    number = models.PositiveIntegerField(default=1)
    code = models.CharField("measure", max_length=40, choices=MEASURE_CODES)
    direction = models.CharField(max_length=12, choices=DIRECTIONS, blank=True)
    minerals = models.JSONField(default=list, blank=True)
    materials = models.JSONField(default=list, blank=True)
    hs = models.JSONField("HS codes", default=list, blank=True)
    stages = models.JSONField(default=list, blank=True)
    destinations = models.JSONField(default=list, blank=True)
    exemptions = models.TextField(blank=True)
    rate = models.CharField("rate or quota, with unit", max_length=100, blank=True)
    start = partial_date_field("in force from")
    until = partial_date_field("last day in force")

    objects = TrackedManager()
    history = desk_history()

    class Meta:
        ordering = ["instrument", "number"]
        constraints = [models.UniqueConstraint(fields=["instrument", "number"], name="registry_measure_number_once")]

    @property
    def measure_id(self) -> str:
        return f"{self.instrument.instrument_id}.{self.number}"

    def __str__(self) -> str:
        return f"{self.get_code_display()} ({self.instrument_id})"


class StatusEvent(models.Model):
    """An instrument reached a status; without a date, the source gives none."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="status_events")
    status = models.CharField(max_length=20, choices=STATUSES)
    since = partial_date_field("since")
    basis = models.CharField(max_length=15, choices=BASES, default=Basis.STATED.value)
    note = models.CharField(max_length=300, blank=True)

    objects = TrackedManager()
    history = desk_history()

    class Meta:
        ordering = ["instrument", "since", "pk"]
        verbose_name = "status"
        verbose_name_plural = "statuses"

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.since or 'at a time not stated'}"


class InstrumentVersion(Recorded):
    """An approved version: `InstrumentState` as JSON. Superseded by the next one, never overwritten."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    details = models.JSONField(default=dict, help_text="what pages show beside it: sources, numbers, notes")
    approved_by = models.CharField(max_length=100)
    drafted_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["instrument", "number"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "number"], name="registry_instrument_version_once"),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=Q(superseded_entry=None),
                name="registry_one_current_version_of_an_instrument",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} v{self.number}"
