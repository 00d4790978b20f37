"""What people do to the account of a site, by whatever door: each step finds what is named, and makes one call.

All raise BadClaim with a sentence where it does not go, and UnknownLot for a lot that the person does not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.actor import Door
from registry.models import Facility, User
from traceability.domain.claims import About
from traceability.exceptions import BadClaim, UnknownLot
from traceability.models import Claim, Credit, Lot
from traceability.selectors.visibility import get_lots
from traceability.services import claims as service

_GIVEN = ("element", "kg", "first", "last", "usable_until", "factor", "factor_source", "certificate")


def book(facility: Facility, user: User, given: Mapping[str, Any], door: Door) -> Credit:
    """Book input of a period in; ``given`` as `BookForm` reads it."""
    return service.book_credit(
        facility=facility,
        lot=_lot(given["lot"], user) if given["lot"] else None,
        about=About(given["country"], given["scheme"].strip()),
        by=user.actor(door),
        **{name: given[name] for name in _GIVEN},
    )


def assign(facility: Facility, user: User, credit_id: str, given: Mapping[str, Any], door: Door) -> Claim:
    """Claim some of a credit for a lot; ``given`` as `AssignForm` reads it."""
    lot = _lot(given["lot"], user)
    return service.assign_credit(credit=_credit(facility, credit_id), lot=lot, kg=given["kg"], by=user.actor(door))


def withdraw_claim(facility: Facility, user: User, claim_id: str, reason: str, door: Door) -> Claim:
    claim = Claim.objects.standing().filter(claim_id=claim_id[:40], credit__facility=facility).first()
    if claim is None:
        raise BadClaim("This claim is withdrawn already.")
    return service.withdraw_claim(claim=claim, by=user.actor(door), reason=_reason(reason))


def withdraw_credit(facility: Facility, user: User, credit_id: str, reason: str, door: Door) -> Credit:
    return service.withdraw_credit(credit=_credit(facility, credit_id), by=user.actor(door), reason=_reason(reason))


def _credit(facility: Facility, credit_id: str) -> Credit:
    credit: Credit | None = Credit.objects.standing().filter(credit_id=credit_id[:40], facility=facility).first()
    if credit is None:
        raise BadClaim("This credit is withdrawn.")
    return credit


def _lot(lot_id: str, user: User) -> Lot:
    """A lot that the person may see, with its state: what is not worked out yet cannot be claimed for."""
    lots = get_lots(user).filter(lot_id=lot_id.strip(), state__isnull=False)
    lot = lots.select_related("state__born_in__facility").first()
    if lot is None:
        raise UnknownLot(lot_id)
    return lot


def _reason(given: str) -> str:
    return given.strip()[:500]
