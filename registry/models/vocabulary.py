"""Countries, minerals and materials: what `migrate` brings."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from registry.choices import MATERIALS, STAGES


class CountryQuerySet(models.QuerySet["Country"]):
    def members(self, on: dt.date) -> CountryQuerySet:
        """ASEAN's members on a day."""
        return self.filter(asean_from__lte=on).filter(Q(asean_until=None) | Q(asean_until__gte=on))


class Country(models.Model):
    """A country (ISO 3166-1), or a body such as ASEAN that issues instruments."""

    code = models.CharField(max_length=10, primary_key=True)
    alpha3 = models.CharField(max_length=3, blank=True)
    numeric = models.CharField(max_length=3, blank=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=[("country", "Country"), ("body", "Body")], default="country")
    asean_from = models.DateField("ASEAN member from", null=True, blank=True)
    asean_until = models.DateField("ASEAN member until", null=True, blank=True)

    objects = CountryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.name


class Mineral(models.Model):
    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=40)
    symbol = models.CharField(max_length=5)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Material(models.Model):
    """A mineral at a stage of the chain, and the HS code it is traded under."""

    mineral = models.ForeignKey(Mineral, models.PROTECT, related_name="materials")
    material = models.CharField(max_length=20, choices=MATERIALS)
    stage = models.CharField(max_length=30, choices=STAGES)
    hs_code = models.CharField("HS code", max_length=8)
    hs_edition = models.CharField("HS edition", max_length=4, default="2022")
    description = models.CharField(max_length=200)

    class Meta:
        ordering = ["mineral", "hs_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["mineral", "material", "hs_code", "hs_edition"], name="registry_material_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hs_code} {self.description}"
