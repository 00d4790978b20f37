"""Accounts of sites: credits booked in, and the lots they are claimed for. Rows are superseded, never overwritten."""

from __future__ import annotations

import secrets
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from ledger.models import KnownQuerySet, Recorded
from registry.models import Facility
from traceability.choices import CLAIM_STATES, CREDIT_KINDS
from traceability.domain.claims import About, ClaimState, CreditKind, in_kg
from traceability.models.fields import ExactDecimalField
from traceability.models.lots import Lot


def new_credit_id() -> str:
    return f"c-{secrets.token_hex(8)}"


def new_claim_id() -> str:
    return f"k-{secrets.token_hex(8)}"


class ClaimQuerySet(KnownQuerySet):
    def standing(self) -> ClaimQuerySet:
        """Current rows that are not withdrawn."""
        return self.filter(superseded_entry=None, state=ClaimState.STANDS.value)


class Credit(Recorded):
    """Input of a site and period that was booked in: ``in_mg`` of an element (empty: of dry mass) from a lot received
    there, or from a certificate; ``out_mg`` of output may be claimed for it, at ``factor``.

    ``used_mg`` is what standing claims use of it. It moves in the statement that records or withdraws one, and a
    constraint keeps it in its bounds: a credit is never used twice.
    """

    credit_id = models.CharField("credit", max_length=40, default=new_credit_id, editable=False)
    kind = models.CharField(max_length=15, choices=CREDIT_KINDS)
    state = models.CharField(max_length=10, choices=CLAIM_STATES, default=ClaimState.STANDS.value)
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="credits")
    period_from = models.DateField("first day")
    period_until = models.DateField("last day")
    usable_until = models.DateField(help_text="last day on which a lot may be made that claims it")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="credits")
    certificate = models.CharField(max_length=100, blank=True, help_text="number of the certificate it rests on")
    country = models.CharField("from", max_length=2, blank=True)
    scheme = models.CharField(max_length=100, blank=True)
    element = models.CharField(max_length=2, blank=True)
    in_mg = models.BigIntegerField("booked in, mg")
    factor = ExactDecimalField()
    factor_source = models.CharField("source of the factor", max_length=300)
    out_mg = models.BigIntegerField("usable, mg")
    used_mg = models.BigIntegerField("used, mg", default=0)
    by = models.CharField("recorded by", max_length=100)
    at = models.DateTimeField("recorded at")
    withdrawn_because = models.TextField(blank=True)

    objects = ClaimQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-period_from", "credit_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_id"], condition=Q(superseded_entry=None), name="traceability_credit_once"
            ),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(superseded_entry=None, state=ClaimState.STANDS.value, kind=CreditKind.CERTIFICATE.value),
                name="traceability_certificate_once",
            ),
            models.CheckConstraint(
                condition=Q(used_mg__gte=0, used_mg__lte=F("out_mg")), name="traceability_credit_never_twice"
            ),
            models.CheckConstraint(
                condition=Q(kind=CreditKind.RECEIPT.value, lot__isnull=False)
                | (Q(kind=CreditKind.CERTIFICATE.value, lot=None) & ~Q(certificate="")),
                name="traceability_credit_rests_on_one",
            ),
            models.CheckConstraint(
                condition=(Q(country="") & ~Q(scheme="")) | (~Q(country="") & Q(scheme="")),
                name="traceability_credit_about_one",
            ),
        ]

    def __str__(self) -> str:
        return self.credit_id

    @property
    def about(self) -> About:
        return About(self.country, self.scheme)

    @property
    def in_kg(self) -> Decimal:
        return in_kg(self.in_mg)


class Claim(Recorded):
    """``mg`` of a credit's output, claimed for a lot that was made at the site."""

    claim_id = models.CharField("claim", max_length=40, default=new_claim_id, editable=False)
    state = models.CharField(max_length=10, choices=CLAIM_STATES, default=ClaimState.STANDS.value)
    credit = models.ForeignKey(Credit, models.PROTECT, related_name="claims")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="claims")
    mg = models.BigIntegerField("claimed, mg")
    by = models.CharField("recorded by", max_length=100)
    at = models.DateTimeField("recorded at")
    withdrawn_because = models.TextField(blank=True)

    objects = ClaimQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["-at", "claim_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim_id"], condition=Q(superseded_entry=None), name="traceability_claim_once"
            ),
            models.CheckConstraint(condition=Q(mg__gt=0), name="traceability_claim_of_something"),
        ]

    def __str__(self) -> str:
        return self.claim_id

    @property
    def kg(self) -> Decimal:
        return in_kg(self.mg)
