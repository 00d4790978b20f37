"""Placing and lifting holds and recalls; what they reach is worked out when it is asked."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.services import Change, record
from traceability.domain.holds import HoldKind, HoldState
from traceability.exceptions import WrongState
from traceability.live import hold_state
from traceability.models import Hold, Lot
from traceability.selectors.holds import get_affected


@transaction.atomic
def place_hold(*, lot: Lot, kind: HoldKind, by: Actor, reason: str) -> Hold:
    """Hold or recall a lot and all made of it. Raises WrongState without a reason or where one stands already.

    The log's entry names every lot and holder that was reached at that moment.
    """
    if not reason.strip():
        raise WrongState("Say why: holders will ask.")
    Lot.objects.select_for_update().get(pk=lot.pk)
    if Hold.objects.current().filter(lot=lot, state=HoldState.PLACED.value).exists():
        raise WrongState(f"Lot {lot.lot_id} is on hold already; lift that one first.")
    hold = Hold(lot=lot, kind=kind.value, reason=reason.strip(), placed_by=by.public_id, placed_at=timezone.now())
    change = Change("place", "hold", hold.hold_id, None, hold_state(hold))
    hold.recorded_entry = record(by=by, change=change, reason=reason)
    hold.save(force_insert=True)
    reached: JSON = [[one.lot_id, one.holder_id, one.kg, one.share] for one in get_affected(lot).lots]
    record(by=by, change=Change("reach", "hold_reach", hold.hold_id, None, reached), reason=reason)
    return hold


@transaction.atomic
def lift_hold(*, hold: Hold, by: Actor, reason: str) -> Hold:
    """End a hold. Raises WrongState without a reason, or where it does not stand any more."""
    row: Hold = Hold.objects.current().select_for_update().select_related("lot").get(hold_id=hold.hold_id)
    if row.state != HoldState.PLACED:
        raise WrongState("This hold is lifted already.")
    if not reason.strip():
        raise WrongState("Say what answered the question.")
    before = hold_state(row)
    old = row.pk
    row.pk, row._state.adding = None, True
    row.state, row.lifted_by, row.lifted_at = HoldState.LIFTED.value, by.public_id, timezone.now()
    row.lifted_because = reason.strip()
    change = Change("lift", "hold", row.hold_id, before, hold_state(row))
    row.recorded_entry = record(by=by, change=change, reason=reason)
    Hold.objects.filter(pk=old).update(superseded_entry=row.recorded_entry)
    row.save(force_insert=True)
    return row
