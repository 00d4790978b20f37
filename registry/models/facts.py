"""Facts on two clocks: when they hold, and when we learned them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ledger.models import Recorded
from registry.choices import FACT_STATUSES, label
from registry.models.sources import Source


class FactVersion(Recorded):
    """One version of a fact. A proposal, of a version or of a withdrawal, stands beside what is accepted until it is
    decided.

    ``content`` is `registry.domain.facts.Fact` as JSON; the other columns find it.
    """

    fact_id = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=12, choices=FACT_STATUSES)
    country = models.CharField(max_length=10, blank=True)
    mineral = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=60)
    content = models.JSONField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="facts")
    recorded_by = models.CharField(max_length=100)
    is_withdrawal = models.BooleanField(default=False, help_text="a proposal to withdraw what stands")

    class Meta:
        ordering = ["fact_id", "version"]
        verbose_name = "fact"
        # The newest version of each fact that was known at an instant: one seek a fact, however long its past.
        indexes = [models.Index(fields=["fact_id", "-recorded_entry"], name="registry_fact_as_known")]
        constraints = [
            models.UniqueConstraint(fields=["fact_id", "version"], name="registry_fact_version_once"),
            models.UniqueConstraint(
                fields=["fact_id"],
                condition=Q(superseded_entry=None) & ~Q(status="proposed"),
                name="registry_one_current_version_of_a_fact",
            ),
            models.UniqueConstraint(
                fields=["fact_id"],
                condition=Q(superseded_entry=None, status="proposed"),
                name="registry_one_open_proposal_of_a_fact",
            ),
        ]

    @property
    def country_id(self) -> str | None:
        """The country whose officers may change it; None: the region's."""
        return self.country or None

    def __str__(self) -> str:
        about = label(self.mineral).lower() if self.mineral else ""
        return f"{', '.join(filter(None, (label(self.kind), about)))}, version {self.version}"
