"""Methodologies, runs, scores as they were worked out, and the changes between them."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import F, Q

from ledger.models import Recorded

DOMAINS = [("access", "Access"), ("capability", "Capability"), ("governance", "Governance")]


class Methodology(models.Model):
    """A published rule book: never changed, only followed by another."""

    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    rules = models.JSONField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    approved_by = models.CharField(max_length=100)
    is_official = models.BooleanField(default=True, help_text="not official: runs beside, to be compared")
    recorded_entry = models.ForeignKey("ledger.Entry", models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "methodologies"

    def __str__(self) -> str:
        return self.title


class ScoreRun(models.Model):
    """One working-out that changed something: the same inputs give the same bytes again."""

    methodology = models.ForeignKey(Methodology, models.PROTECT, related_name="runs")
    on = models.DateField()
    input_sha256 = models.CharField(max_length=64)
    result_sha256 = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    recorded_entry = models.ForeignKey("ledger.Entry", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"run {self.pk} for {self.on}"


class Score(Recorded):
    """A country's level in a domain as worked out by a run, with its gates. ``level`` None: between low and high.

    All three None: no evidence. Superseded when a later run finds other gates or levels.
    """

    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="scores")
    country = models.CharField(max_length=10)
    domain = models.CharField(max_length=12, choices=DOMAINS)
    level = models.PositiveSmallIntegerField(null=True)
    low = models.PositiveSmallIntegerField(null=True)
    high = models.PositiveSmallIntegerField(null=True)
    gates = models.JSONField()
    evidence = models.JSONField(default=dict, help_text="{id: log entry} of what the gates looked at")
    sha256 = models.CharField(max_length=64, help_text="of gates and evidence: what a run compares and the log keeps")

    class Meta:
        ordering = ["country", "domain", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "domain"], condition=Q(superseded_entry=None), name="scoring_one_current_score"
            ),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__gte=1, high__lte=5, low__lte=F("high")),
                name="scoring_score_between_1_and_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.domain} {self.level or f'{self.low}–{self.high}'}"


class Trigger(models.Model):
    """An instrument's new version that scores have not been worked out for yet."""

    instrument_id = models.CharField(max_length=120)
    country = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # The recompute asks for what is not handled.
        indexes = [models.Index(fields=["handled_at"], condition=Q(handled_at=None), name="scoring_trigger_open")]

    def __str__(self) -> str:
        return f"{self.instrument_id} v{self.version}"


def new_change_id() -> str:
    return f"c-{secrets.token_hex(5)}"


class ScoreChange(models.Model):
    """What a run changed for a country and domain, and why; or that an instrument changed nothing, and why not."""

    change_id = models.CharField(max_length=20, unique=True, default=new_change_id)
    run = models.ForeignKey(ScoreRun, models.PROTECT, related_name="changes")
    on = models.DateField()
    country = models.CharField(max_length=10)
    domain = models.CharField(max_length=12, blank=True, choices=DOMAINS)
    is_moved = models.BooleanField()
    old = models.JSONField(null=True, help_text="{level, low, high, overall, rank}")
    new = models.JSONField(null=True)
    cause = models.CharField(max_length=12, choices=[(c, c) for c in ("fact", "correction", "method")])
    sentence = models.TextField()
    gates = models.JSONField(default=list, help_text="[{gate, from, to, rule}] that flipped")
    facts = models.JSONField(default=list, help_text="ids of facts and instruments that changed")
    instrument = models.JSONField(null=True, help_text="{id, version, title, country, source, drafted_by, approved_by}")
    is_demo = models.BooleanField(default=False)
    recorded_entry = models.ForeignKey("ledger.Entry", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        # A country's history, and the front page's newest change.
        indexes = [
            models.Index(fields=["country", "-recorded_at"], name="scoring_change_of_country"),
            models.Index(fields=["-recorded_at"], name="scoring_change_newest"),
        ]

    def __str__(self) -> str:
        return self.sentence
