"""Claims as JSON, for the API and the dossier: the two shares of a lot kept apart, and the credits of a site."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from traceability.domain.claims import BY_ACCOUNT, in_kg
from traceability.domain.precision import plain, precisely
from traceability.domain.rounding import rounded
from traceability.domain.vocabulary import CustodyModel
from traceability.models import Claim, Credit, Lot
from traceability.selectors.claims import Coverage, claims_of, claims_on, element_kg


def dossier_claims_json(lot: Lot, elements: Iterable[str]) -> dict[str, Any]:
    """Physical and claimed share of a lot in dry mass and each element, with the credits that its claims are from."""
    tellings = [lot_claims_json(lot, element, is_masked=False) for element in ("", *elements)]
    credits = {claim.credit.pk: claim.credit for claim in claims_on(lot)}
    return {
        "lot": lot.lot_id,
        "custody_model": lot.custody_model,
        "is_by_account": CustodyModel(lot.custody_model) in BY_ACCOUNT,
        "elements": [{name: telling[name] for name in ("element", "shares", "claims")} for telling in tellings],
        "credits": [_of_credit(credit, lot) for credit in credits.values()],
    }


def _of_credit(credit: Credit, lot: Lot) -> dict[str, Any]:
    """A credit as a lot's claims are from it: where it was booked from; what other lots claim of it is not told."""
    told = credits_json([credit])[0]
    return {**told, "claims": [claim for claim in told["claims"] if claim["lot"] == lot.lot_id]}


def credits_json(credits: Collection[Credit]) -> list[dict[str, Any]]:
    """Credits as they stand, each with its claims."""
    coverage, claims = Coverage(), claims_of(credits)
    return [credit_json(credit, coverage, claims.get(credit.pk, [])) for credit in credits]


@precisely
def lot_claims_json(lot: Lot, element: str, *, is_masked: bool) -> dict[str, Any]:
    """Physical and claimed share of a lot, of an element (empty: of dry mass), with each claim on it."""
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
        "claims": [claim_json(claim, coverage, is_masked=is_masked) for claim in claims],
    }


def claim_json(claim: Claim, coverage: Coverage, *, is_masked: bool) -> dict[str, Any]:
    credit, standing = claim.credit, coverage.standing(claim.credit)
    return {
        "claim": claim.claim_id,
        "credit": credit.credit_id,
        "facility": credit.facility.facility_id,
        "country": credit.country or None,
        "scheme": credit.scheme or None,
        "period_from": credit.period_from.isoformat(),
        "period_until": credit.period_until.isoformat(),
        "factor": plain(credit.factor),
        "factor_source": credit.factor_source,
        "kg": None if is_masked else plain(claim.kg),
        "covered": str(rounded(standing.covered)),
    }


def credit_json(credit: Credit, coverage: Coverage, claims: Collection[Claim]) -> dict[str, Any]:
    standing, today = coverage.standing(credit), timezone.localdate()
    return {
        "credit": credit.credit_id,
        "kind": credit.kind,
        "lot": credit.lot.lot_id if credit.lot else None,
        "certificate": credit.certificate or None,
        "country": credit.country or None,
        "scheme": credit.scheme or None,
        "element": credit.element or None,
        "period_from": credit.period_from.isoformat(),
        "period_until": credit.period_until.isoformat(),
        "usable_until": credit.usable_until.isoformat(),
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
