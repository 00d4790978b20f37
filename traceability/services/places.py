"""What follows from a facility that is known otherwise than before: its licence and capacity, kind, or country."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jobs.registry import handler
from ledger.domain.actor import WORKER, Actor
from registry.models import Facility
from traceability import loading
from traceability.domain.places import Aspect
from traceability.domain.rules import Case, get_rule
from traceability.domain.vocabulary import EventKind, FindingCode
from traceability.models import Event, Finding
from traceability.services.deriving import derive, judge_again, one_at_a_time
from traceability.services.settling import Derived, settle

REDERIVE_PLACE = "traceability.rederive_place"

_MINED = (FindingCode.LICENCE_INVALID.value, FindingCode.OVER_CAPACITY.value)


@handler(REDERIVE_PLACE, derives=True)
def run_rederive_place(payload: dict[str, Any]) -> None:
    rederive_place(facility=Facility.objects.get(facility_id=payload["facility"]), aspect=Aspect(payload["aspect"]))


def rederive_place(*, facility: Facility, aspect: Aspect, by: Actor = WORKER) -> Derived:
    """Work out anew what rests on one aspect of a facility. Safe to run twice."""
    words: dict[str, Any] = {
        "by": by,
        "reason": f"facility {facility.facility_id} changed",
        "name": f"facility-{facility.facility_id}",
    }
    if aspect is Aspect.MINE:
        return _mined_again(facility, **words)
    if aspect is Aspect.KIND:
        return derive(lots=loading.lots_of_events(_commissions(facility)), **words)
    return judge_again(where=Q(facility=facility) | Q(to_facility=facility), **words)


@transaction.atomic
def _mined_again(facility: Facility, *, by: Actor, reason: str, name: str) -> Derived:
    """Hold all that was mined at a facility against its licence and capacity: no other lot or place is read."""
    one_at_a_time()
    keys = loading.load_keyed(_commissions(facility))
    found = [one for code in _MINED for one in get_rule(code).find(Case(keys.chain))]
    return settle(
        findings=list(Finding.objects.current().filter(event__facility=facility, code__in=_MINED)),
        found=[(one, keys.events[one.event_id], keys.lots[one.lot_id]) for one in found],
        verdicts=[],
        judged=[],
        by=by,
        reason=reason,
        name=name,
        now=timezone.now(),
    )


def _commissions(facility: Facility) -> set[int]:
    live = Event.objects.live().filter(facility=facility, kind=EventKind.COMMISSION.value)
    return set(live.order_by().values_list("pk", flat=True))
