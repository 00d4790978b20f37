"""Claims as JSON: the two shares of a lot, and the credits of a site; read-only."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import ProblemShape
from registry.models import Facility
from traceability.api.shapes import LotClaimsShape, SiteCreditsShape
from traceability.domain.claims import BY_ACCOUNT, in_kg
from traceability.domain.elements import is_element
from traceability.domain.precision import plain, precisely
from traceability.domain.rounding import rounded
from traceability.domain.vocabulary import CustodyModel
from traceability.exceptions import UnknownElement, UnknownLot
from traceability.models import Claim, Credit, Lot
from traceability.selectors.claims import Coverage, can_see_site, claims_of, claims_on, credits_of, element_kg
from traceability.selectors.visibility import get_lot, masked_lots


class LotClaimsView(APIView):
    """The physical share of a lot by country beside what is claimed of it, and each claim with what it rests on."""

    @extend_schema(
        operation_id="lot_claims",
        parameters=[OpenApiParameter("element", OpenApiTypes.STR, description="a symbol such as Nd; default dry mass")],
        responses={200: LotClaimsShape, 400: ProblemShape, 404: ProblemShape},
    )
    def get(self, request: Request, lot: str) -> Response:
        try:
            found = get_lot(lot, request.user)
        except UnknownLot as error:
            raise NotFound("There is no such lot, or it is not open to you.") from error
        element = request.query_params.get("element") or ""
        if element and not is_element(element):
            raise ValidationError(str(UnknownElement(element)))
        return Response(_lot_claims(found, element, is_masked=bool(masked_lots([found.pk], request.user))))


class SiteCreditsView(APIView):
    """The accounts of a site: for officers, auditors, and the people of whoever operates it."""

    @extend_schema(operation_id="facility_credits", responses={200: SiteCreditsShape, 404: ProblemShape})
    def get(self, request: Request, facility: str) -> Response:
        site = Facility.objects.filter(facility_id=facility).first()
        if site is None or not can_see_site(request.user, site):
            raise NotFound("There is no such facility, or its accounts are not open to you.")
        credits, coverage = credits_of(site), Coverage()
        claims = claims_of(credits)
        rows = [_credit(credit, coverage, claims.get(credit.pk, [])) for credit in credits]
        return Response({"facility": site.facility_id, "credits": rows})


@precisely
def _lot_claims(lot: Lot, element: str, *, is_masked: bool) -> dict[str, Any]:
    coverage, by_account = Coverage(), CustodyModel(lot.custody_model) in BY_ACCOUNT
    physical = coverage.countries(lot, element)
    claims = [claim for claim in claims_on(lot) if claim.credit.element == element]
    held = element_kg(lot, element)
    sums: dict[tuple[str, str], Decimal] = {(code, ""): Decimal(0) for code in physical}
    for claim in claims:
        key = (claim.credit.country, claim.credit.scheme)
        sums[key] = sums.get(key, Decimal(0)) + claim.kg
    shares = [
        {
            "country": country or None,
            "scheme": scheme or None,
            "physical": None if scheme else str(rounded(physical.get(country, Decimal(0)))),
            "claimed": str(rounded((kg / held if held else Decimal(0)) if by_account else physical[country])),
        }
        for (country, scheme), kg in sums.items()
    ]
    return {
        "lot": lot.lot_id,
        "element": element or None,
        "custody_model": lot.custody_model,
        "shares": shares,
        "claims": [_claim(claim, coverage, is_masked=is_masked) for claim in claims],
    }


def _claim(claim: Claim, coverage: Coverage, *, is_masked: bool) -> dict[str, Any]:
    credit, standing = claim.credit, coverage.standing(claim.credit)
    return {
        "claim": claim.claim_id,
        "credit": credit.credit_id,
        "facility": credit.facility.facility_id,
        "country": credit.country or None,
        "scheme": credit.scheme or None,
        "period_from": credit.period_from,
        "period_until": credit.period_until,
        "factor": plain(credit.factor),
        "factor_source": credit.factor_source,
        "kg": None if is_masked else plain(claim.kg),
        "covered": str(rounded(standing.covered)),
    }


def _credit(credit: Credit, coverage: Coverage, claims: list[Claim]) -> dict[str, Any]:
    standing, today = coverage.standing(credit), timezone.localdate()
    return {
        "credit": credit.credit_id,
        "kind": credit.kind,
        "lot": credit.lot.lot_id if credit.lot else None,
        "certificate": credit.certificate or None,
        "country": credit.country or None,
        "scheme": credit.scheme or None,
        "element": credit.element or None,
        "period_from": credit.period_from,
        "period_until": credit.period_until,
        "usable_until": credit.usable_until,
        "kg": plain(credit.in_kg),
        "factor": plain(credit.factor),
        "factor_source": credit.factor_source,
        "usable_kg": plain(in_kg(standing.out_mg)),
        "used_kg": plain(in_kg(standing.used_mg)),
        "left_kg": plain(in_kg(standing.left_mg(today))),
        "expired_kg": plain(in_kg(standing.expired_mg(today))),
        "uncovered_kg": plain(in_kg(standing.uncovered_mg)),
        "claims": [{"claim": claim.claim_id, "lot": claim.lot.lot_id, "kg": plain(claim.kg)} for claim in claims],
    }
