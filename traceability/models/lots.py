"""Lots and what laboratories found in them."""

from __future__ import annotations

from django.db import models

from ledger.models import Entry
from registry.models import Mineral, Party
from traceability.choices import CUSTODY_MODELS, MASS_BASES, MATERIALS
from traceability.models.fields import ExactDecimalField


class Lot(models.Model):
    """A homogeneous quantity of material, known by one id for ever. Its mass and holder follow from its events."""

    lot_id = models.CharField("lot", max_length=100, unique=True)
    mineral = models.ForeignKey(Mineral, models.PROTECT, related_name="lots")
    material = models.CharField(max_length=20, choices=MATERIALS)
    hs_code = models.CharField("HS code", max_length=6)
    custody_model = models.CharField(max_length=20, choices=CUSTODY_MODELS)
    is_public = models.BooleanField("seen by everyone", default=False)
    recorded_entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["lot_id"]
        indexes = [
            # Exposure: lots under an HS prefix.
            models.Index(fields=["hs_code"], name="traceability_lot_hs"),
            # The public list of lots.
            models.Index(fields=["is_public", "lot_id"], name="traceability_lot_public"),
        ]

    def __str__(self) -> str:
        return self.lot_id


class Assay(models.Model):
    """One analyte of one assay. Append-only; of several assays of a lot the latest counts."""

    assay_id = models.CharField("assay", max_length=100)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="assays")
    sampled_on = models.DateField()
    basis = models.CharField(max_length=3, choices=MASS_BASES)
    moisture_pct = ExactDecimalField("moisture, %", null=True, blank=True)
    analyte = models.CharField(max_length=10)
    grade_pct = ExactDecimalField("grade, %")
    laboratory = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="assays")
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    recorded_entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["lot", "assay_id", "analyte"]
        constraints = [
            models.UniqueConstraint(fields=["assay_id", "analyte"], name="traceability_assay_analyte_once"),
        ]

    def __str__(self) -> str:
        return f"{self.assay_id} {self.analyte}"
