"""Who handles minerals, and where."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from registry.choices import FACILITY_KINDS, STAGES


class Party(models.Model):
    """A company, authority or laboratory. ``country`` is any ISO code: buyers sit everywhere."""

    party_id = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)
    roles = models.JSONField(default=list, blank=True)
    recorded_entry = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "parties"

    @property
    def country_id(self) -> str | None:
        """Whose officers may change it; None, where no country is stated: any."""
        return self.country or None

    def __str__(self) -> str:
        return self.name


class Facility(models.Model):
    """A mine, plant, warehouse or port. Owners and technology as the source states them; None: not stated."""

    facility_id = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=FACILITY_KINDS, blank=True)
    country = models.CharField(max_length=2, blank=True)
    operator = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="facilities")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    licence_number = models.CharField(max_length=100, blank=True)
    licence_from = models.DateField(null=True, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    capacity_t_per_year = models.DecimalField(max_digits=24, decimal_places=9, null=True, blank=True)
    minerals = models.JSONField(default=list, blank=True)
    stage = models.CharField(max_length=30, choices=STAGES, blank=True)
    tier = models.CharField(max_length=20, blank=True, help_text="advanced or intermediate, where the source says so")
    operating_status = models.CharField(max_length=20, blank=True)
    owners = models.JSONField(default=list, blank=True, help_text="[{party, country, share, from, until, printed}]")
    place = models.CharField(max_length=200, blank=True)
    is_group = models.BooleanField(default=False, help_text="areas or plants without a name of their own")
    technology_origin = models.JSONField(null=True, blank=True, help_text="{class, country, printed}")
    source = models.ForeignKey("registry.Source", models.PROTECT, null=True, blank=True, related_name="facilities")
    quote = models.TextField(blank=True)
    section = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    recorded_entry = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "facilities"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity_t_per_year=None) | Q(capacity_t_per_year__gte=0), name="registry_facility_capacity"
            )
        ]

    @property
    def country_id(self) -> str | None:
        """Whose officers may change it; None, where no country is stated: any."""
        return self.country or None

    def __str__(self) -> str:
        return self.name
