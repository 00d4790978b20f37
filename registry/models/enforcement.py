"""Enforcement actions and incidents, and their approved versions."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from ledger.models import Recorded
from registry.choices import (
    BASES,
    DRAFT_STATES,
    ENFORCEMENT_KINDS,
    ENFORCEMENT_READINGS,
    STANDINGS_OF_MATTERS,
    DraftState,
)
from registry.domain.dates import Basis
from registry.models.instruments import Instrument, desk_history, partial_date_field
from registry.models.parties import Facility
from registry.models.sources import Source
from registry.models.tracked import TrackedManager
from registry.models.vocabulary import Country


class EnforcementRecord(models.Model):
    """An action or incident as the desk has it. What counts is its newest approved version."""

    record_id = models.SlugField("id", max_length=120, unique=True)
    kind = models.CharField("what happened", max_length=20, choices=ENFORCEMENT_KINDS)
    title = models.CharField("in one sentence", max_length=300)
    country = models.ForeignKey(Country, models.PROTECT, related_name="enforcement")
    since = partial_date_field("when")
    basis = models.CharField("where the date comes from", max_length=15, choices=BASES, default=Basis.STATED.value)
    until = partial_date_field("until", "last day, where one is stated")
    standing = models.CharField("where it stands", max_length=20, choices=STANDINGS_OF_MATTERS, blank=True)
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, null=True, blank=True, related_name="enforcement", verbose_name="taken under"
    )
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="enforcement")
    area = models.CharField(max_length=200, blank=True)
    party = models.CharField("against or by whom", max_length=200, blank=True)
    minerals = models.JSONField(default=list, blank=True)
    touches = models.JSONField("other countries touched", default=list, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(
        max_length=3,
        blank=True,
        validators=[RegexValidator("^[A-Z]{3}$", "Write the three letters of ISO 4217, such as IDR or USD.")],
    )
    quantity_t = models.DecimalField("metric tons", max_digits=20, decimal_places=3, null=True, blank=True)
    reading = models.CharField(
        "what it says of enforcement as a whole", max_length=12, choices=ENFORCEMENT_READINGS, blank=True
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="enforcement")
    section = models.CharField("where in the source", max_length=60, blank=True, help_text="section or page")
    quote = models.TextField("what the source says", blank=True)
    note = models.TextField(blank=True)
    #: The fact of the paper that says the same; empty for records of the desk.
    rests_on = models.CharField(max_length=120, blank=True, editable=False)
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
        verbose_name = "enforcement record"
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="registry_enforcement_amount"),
            models.CheckConstraint(condition=Q(amount=None) | ~Q(currency=""), name="registry_enforcement_currency"),
            models.CheckConstraint(
                condition=Q(quantity_t=None) | Q(quantity_t__gt=0), name="registry_enforcement_quantity"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class EnforcementVersion(Recorded):
    """An approved version: `EnforcementState` as JSON. Superseded by the next one, never overwritten."""

    record = models.ForeignKey(EnforcementRecord, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    details = models.JSONField(default=dict, help_text="what pages show beside it: source, quotation, note")
    approved_by = models.CharField(max_length=100)
    drafted_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["record", "number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="registry_enforcement_version_once"),
            models.UniqueConstraint(
                fields=["record"], condition=Q(superseded_entry=None), name="registry_one_current_version_of_a_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record}, version {self.number}"
