"""What follows from events, assays and measures, worked out anew for all that a change reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from jobs.memory import collector_paused
from jobs.registry import handler
from ledger.domain.actor import WORKER, Actor
from traceability import loading
from traceability.batches import batches
from traceability.domain.importing.progress import Phase, Tell, silent
from traceability.domain.rules import Case, Found, find_all
from traceability.domain.rules.custody import UNDER_WAY
from traceability.domain.vocabulary import EventKind, FindingCode
from traceability.measures import current_measures
from traceability.models import Assay, BorderVerdict, Event, Finding, Lot, OpenShipment
from traceability.rows import instant, refresh_statistics, select
from traceability.services.placing import store_feeds, store_open_shipments, store_states
from traceability.services.settling import Derived, settle

REDERIVE = "traceability.rederive"
REJUDGE = "traceability.rejudge"

#: Codes that depend on everything upstream, and so change in every descendant of what changed.
_INHERITED = {FindingCode.IDENTITY_BROKEN.value, FindingCode.UNKNOWN_ORIGIN.value}
_BORDER = {FindingCode.EXPORT_BANNED.value, FindingCode.PERMIT_MISSING.value}
_CAPACITY = FindingCode.OVER_CAPACITY.value
_handed_over: dict[str, loading.Fresh] = {}
#: Any number that nothing else locks: one derivation at a time on PostgreSQL; SQLite has one writer anyway.
_LOCK = 22095


#: After so many lots at once the planner's statistics are no longer those of the tables.
_MANY = 500
_MINED = """
SELECT DISTINCT event.facility_id, event.occurred_at, event.utc_offset_s FROM traceability_eventline line
JOIN traceability_event event ON event.id = line.event_id AND event.kind = 'commission'
JOIN registry_facility place ON place.id = event.facility_id AND place.kind = 'mine'
WHERE line.side = 1 AND line.lot_id {keys}"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is worked out anew: ``changed`` lots in full, ``below`` them what is inherited, and mines' years."""

    changed: set[int]
    below: set[int]
    events: set[int]
    commissions: set[int]


@handler(REDERIVE, derives=True)
def run_rederive(payload: dict[str, Any]) -> None:
    lots = affected_by(payload["first"], payload["last"], payload["name"])
    derive(lots=lots, by=WORKER, reason="events and assays were reported", name=payload["name"])


@handler(REJUDGE, derives=True)
def run_rejudge(payload: dict[str, Any]) -> None:
    rejudge(country=payload["country"], by=WORKER, reason=payload["reason"], name=payload["name"])


def affected_by(first: int, last: int, name: str) -> set[int]:
    """The lots that events and assays recorded by a range of log entries name, corrected events included; of an import
    that was handed over under this name, from memory."""
    fresh = _handed_over.get(name)
    if fresh is not None and not any(event.corrects_event_id for event in fresh.events.values()):
        return set(fresh.keys.values())
    entries = {"recorded_entry_id__gte": first, "recorded_entry_id__lte": last}
    recorded = Event.objects.filter(**entries)
    events = set(recorded.values_list("pk", flat=True))
    events |= set(recorded.exclude(corrects=None).order_by().values_list("corrects_id", flat=True))
    lots = loading.lots_of_events(events)
    lots |= set(Assay.objects.filter(**entries).order_by().values_list("lot_id", flat=True).distinct())
    return lots | set(Lot.objects.filter(**entries).order_by().values_list("pk", flat=True))


def hand_over(name: str, fresh: loading.Fresh) -> None:
    """Keep what an import stored for its own derivation, if that runs next in this process; only ever the last one."""
    _handed_over.clear()
    _handed_over[name] = fresh


def _taken(name: str) -> loading.Fresh | None:
    """What was handed over, unless a lot of it may have been assayed since by another report."""
    fresh = _handed_over.pop(name, None)
    return None if fresh is None or Assay.objects.filter(recorded_entry__gt=fresh.last).exists() else fresh


@collector_paused()
@transaction.atomic
def derive(*, lots: Collection[int], by: Actor, reason: str, name: str, tell: Tell = silent) -> Derived:
    """Work out states, findings and verdicts of some lots, and of all that depends on them. Safe to run twice."""
    one_at_a_time()
    newest = _newest_event_at()
    changed = set(lots) | _lots_of_late_shipments(newest)
    if not changed:
        return Derived()
    if len(changed) > _MANY:
        refresh_statistics("traceability_lot", "traceability_assay", "traceability_event", "traceability_eventline")
    scope = _scope(changed)
    events, fresh = scope.events | scope.commissions, _taken(name)
    keys = loading.load_around(events, fresh) if fresh else loading.load_keyed(events)
    tell(Phase.FINDINGS, 0.2)
    measures, in_force = current_measures()
    case = Case(keys.chain, measures, in_force, newest)
    store_states(case, keys, scope.changed)
    tell(Phase.FINDINGS, 0.45)
    store_feeds(keys, scope.changed)
    store_open_shipments(keys, scope.changed, newest)
    tell(Phase.FINDINGS, 0.55)
    wanted = [found for found in find_all(case) if _in_scope(found, keys, scope)]
    tell(Phase.FINDINGS, 0.9)
    return settle(
        findings=_current_findings(scope),
        found=[(one, keys.events[one.event_id], keys.lots[one.lot_id]) for one in wanted],
        verdicts=_verdicts_of(scope.changed),
        judged=[
            (one, keys.events[crossing.event.event_id], keys.lots[crossing.lot.lot_id])
            for crossing, judgements in case.judgements
            for one in judgements
            if keys.lots[crossing.lot.lot_id] in scope.changed
        ],
        by=by,
        reason=reason,
        name=name,
        now=timezone.now(),
    )


@transaction.atomic
def rejudge(*, country: str, by: Actor, reason: str, name: str) -> Derived:
    """Judge every shipment out of a country anew, after its measures changed."""
    return judge_again(where=Q(facility__country=country), by=by, reason=reason, name=name)


@transaction.atomic
def judge_again(*, where: Q, by: Actor, reason: str, name: str) -> Derived:
    """Judge the shipments of a condition on events anew."""
    one_at_a_time()
    shipped = Event.objects.filter(where, kind=EventKind.SHIP.value)
    abroad = shipped.filter(corrected_by=None).exclude(to_facility__country=F("facility__country"))
    keys = loading.load_keyed(set(abroad.order_by().values_list("pk", flat=True)))
    measures, in_force = current_measures()
    leaves = {keys.chain.country(event.facility_id) for event in keys.chain.events}
    case = Case(keys.chain, [measure for measure in measures if measure.country in leaves], in_force)
    found = [one for one in find_all(case) if one.code.value in _BORDER]
    return settle(
        findings=list(Finding.objects.current().filter(event__in=shipped, code__in=_BORDER)),
        found=[(one, keys.events[one.event_id], keys.lots[one.lot_id]) for one in found],
        verdicts=list(BorderVerdict.objects.current().filter(event__in=shipped)),
        judged=[
            (one, keys.events[crossing.event.event_id], keys.lots[crossing.lot.lot_id])
            for crossing, judgements in case.judgements
            for one in judgements
        ],
        by=by,
        reason=reason,
        name=name,
        now=timezone.now(),
    )


def _scope(changed: set[int]) -> Scope:
    """Lots that share an event with a changed one stand and fall with it; shares run on to all descendants, and need
    all of their ancestors to be worked out."""
    if len(changed) > _MANY and len(changed) == Lot.objects.count():
        return Scope(changed, changed, loading.all_live_events(), set())
    together = changed | loading.lots_of_events(loading.live_events_of(changed))
    below = loading.descendants(together)
    above = loading.ancestors(below)
    events = loading.live_events_of(together) | set(loading.births_of(above).values())
    return Scope(together, below, events, _commissions_of_the_year(together))


def _commissions_of_the_year(lots: Collection[int]) -> set[int]:
    """Live commissions of the mines and years in which some of the lots were commissioned, corrected ones included."""
    years = {(place, (instant(at) + dt.timedelta(seconds=offset)).year) for place, at, offset in select(_MINED, lots)}
    found: set[int] = set()
    for place, year in years:
        # A day more on both sides: the year is that of each event's own offset.
        first, last = dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
        around = (first - dt.timedelta(days=1), last + dt.timedelta(days=1))
        commissions = Event.objects.live().filter(facility=place, kind=EventKind.COMMISSION.value)
        found.update(commissions.filter(occurred_at__range=around).values_list("pk", flat=True))
    return found


def _in_scope(found: Found, keys: loading.Loaded, scope: Scope) -> bool:
    lot, code = keys.lots[found.lot_id], found.code.value
    if code == _CAPACITY:
        return lot in scope.changed or keys.events[found.event_id] in scope.commissions
    return lot in (scope.below if code in _INHERITED else scope.changed)


def _current_findings(scope: Scope) -> list[Finding]:
    current = Finding.objects.current()
    found = [one for batch in batches(scope.changed) for one in current.filter(lot__in=batch)]
    for batch in batches(scope.below - scope.changed):
        found += current.filter(lot__in=batch, code__in=_INHERITED)
    for batch in batches(scope.commissions):
        found += current.filter(event__in=batch, code=_CAPACITY)
    return list({one.pk: one for one in found}.values())


def _verdicts_of(lots: Collection[int]) -> list[BorderVerdict]:
    return [one for batch in batches(lots) for one in BorderVerdict.objects.current().filter(lot__in=batch)]


def _newest_event_at() -> dt.datetime | None:
    return Event.objects.live().order_by("-occurred_at").values_list("occurred_at", flat=True).first()


def _lots_of_late_shipments(newest: dt.datetime | None) -> set[int]:
    """Lots whose open shipment became late with the newest event, or, where that was corrected, is late no more."""
    if newest is None:
        return set()
    became = Q(is_late=False, occurred_at__lt=newest - UNDER_WAY)
    no_more = Q(is_late=True, occurred_at__gte=newest - UNDER_WAY)
    return set(OpenShipment.objects.filter(became | no_more).values_list("lot_id", flat=True))


def one_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
