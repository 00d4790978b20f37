"""What follows from events, assays and measures, worked out anew for all that a change reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from jobs.registry import handler
from ledger.domain.actor import WORKER, Actor
from registry.models import Facility, Party
from traceability import loading
from traceability.batches import batches
from traceability.domain.chain import Chain
from traceability.domain.custody import holdings, last_place, shipments
from traceability.domain.exposure import held_lots
from traceability.domain.precision import precisely
from traceability.domain.rules import Case, Found, find_all
from traceability.domain.rules.custody import UNDER_WAY
from traceability.domain.vocabulary import EventKind, FindingCode
from traceability.measures import current_measures
from traceability.models import (
    Assay,
    BorderVerdict,
    Event,
    EventLine,
    Excess,
    Finding,
    Lot,
    LotMetal,
    LotState,
    OpenShipment,
    Side,
)
from traceability.services.settling import Derived, settle

REDERIVE = "traceability.rederive"
REJUDGE = "traceability.rejudge"

#: Codes that depend on everything upstream, and so change in every descendant of what changed.
_INHERITED = {FindingCode.IDENTITY_BROKEN.value, FindingCode.UNKNOWN_ORIGIN.value}
_BORDER = {FindingCode.EXPORT_BANNED.value, FindingCode.PERMIT_MISSING.value}
_CAPACITY = FindingCode.OVER_CAPACITY.value
#: Any number that nothing else locks: one derivation at a time on PostgreSQL; SQLite has one writer anyway.
_LOCK = 22095


@dataclass(frozen=True, slots=True)
class Scope:
    """What is worked out anew: ``changed`` lots in full, ``below`` them what is inherited, and mines' years."""

    changed: set[int]
    below: set[int]
    events: set[int]
    commissions: set[int]


@handler(REDERIVE, derives=True)
def run_rederive(payload: dict[str, Any]) -> None:
    lots = affected_by(payload["first"], payload["last"])
    derive(lots=lots, by=WORKER, reason="events and assays were reported", name=payload["name"])


@handler(REJUDGE, derives=True)
def run_rejudge(payload: dict[str, Any]) -> None:
    rejudge(country=payload["country"], by=WORKER, reason=payload["reason"], name=payload["name"])


def affected_by(first: int, last: int) -> set[int]:
    """The lots that events and assays recorded by a range of log entries name, corrected events included."""
    entries = {"recorded_entry_id__gte": first, "recorded_entry_id__lte": last}
    recorded = Event.objects.filter(**entries)
    events = set(recorded.values_list("pk", flat=True))
    events |= set(recorded.exclude(corrects=None).order_by().values_list("corrects_id", flat=True))
    lots = loading.lots_of_events(events)
    lots |= set(Assay.objects.filter(**entries).order_by().values_list("lot_id", flat=True).distinct())
    return lots | set(Lot.objects.filter(**entries).order_by().values_list("pk", flat=True))


@transaction.atomic
def derive(*, lots: Collection[int], by: Actor, reason: str, name: str) -> Derived:
    """Work out states, findings and verdicts of some lots, and of all that depends on them. Safe to run twice."""
    _one_at_a_time()
    newest = _newest_event_at()
    changed = set(lots) | _lots_of_late_shipments(newest)
    if not changed:
        return Derived()
    _place_births(changed)
    scope = _scope(changed)
    chain = loading.load_chain(scope.events | scope.commissions)
    measures, in_force = current_measures()
    case = Case(chain, measures, in_force, newest)
    keys = _Keys(chain)
    _store_states(chain, keys, scope)
    _store_excesses(case, keys, scope)
    _store_open_shipments(chain, keys, scope, newest)
    wanted = [found for found in find_all(case) if _in_scope(found, keys, scope)]
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
    _one_at_a_time()
    shipped = Event.objects.live().filter(kind=EventKind.SHIP.value, facility__country=country)
    leaving = set(shipped.exclude(to_facility__country=country).order_by().values_list("pk", flat=True))
    chain = loading.load_chain(leaving)
    measures, in_force = current_measures()
    case = Case(chain, [measure for measure in measures if measure.country == country], in_force)
    keys = _Keys(chain)
    from_there = Q(event__facility__country=country, event__kind=EventKind.SHIP.value)
    findings = Finding.objects.current().filter(from_there, code__in=_BORDER)
    found = [one for one in find_all(case) if one.code.value in _BORDER]
    return settle(
        findings=list(findings),
        found=[(one, keys.events[one.event_id], keys.lots[one.lot_id]) for one in found],
        verdicts=list(BorderVerdict.objects.current().filter(from_there)),
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


class _Keys:
    """Primary keys of what a chain names."""

    def __init__(self, chain: Chain) -> None:
        self.lots: dict[str, int] = {}
        self.events: dict[str, int] = {}
        for batch in batches(chain.lots.keys()):
            self.lots.update(Lot.objects.filter(lot_id__in=batch).values_list("lot_id", "pk"))
        for batch in batches([event.event_id for event in chain.events]):
            self.events.update(Event.objects.filter(event_id__in=batch).values_list("event_id", "pk"))


def _scope(changed: set[int]) -> Scope:
    """Lots that share an event with a changed one stand and fall with it; shares run on to all descendants, and need
    all of their ancestors to be worked out."""
    together = changed | loading.lots_of_events(loading.live_events_of(changed))
    below = loading.descendants(together)
    above = loading.ancestors(below)
    events = loading.live_events_of(together) | _born_in(above)
    return Scope(together, below, events, _commissions_of_the_year(together))


def _born_in(lots: Collection[int]) -> set[int]:
    found: set[int] = set()
    for batch in batches(lots):
        found.update(LotState.objects.filter(lot__in=batch).values_list("born_in_id", flat=True))
    return found


def _commissions_of_the_year(lots: Collection[int]) -> set[int]:
    """Live commissions of the mines and years in which some of the lots were commissioned, corrected ones included."""
    years: set[tuple[int, int]] = set()
    for batch in batches(lots):
        lines = EventLine.objects.filter(
            lot__in=batch, side=Side.BORN, event__kind=EventKind.COMMISSION.value, event__facility__kind="mine"
        )
        rows = (
            lines.order_by().values_list("event__facility_id", "event__occurred_at", "event__utc_offset_s").distinct()
        )
        years |= {(place, (at + dt.timedelta(seconds=offset)).year) for place, at, offset in rows}
    found: set[int] = set()
    for place, year in years:
        # A day more on both sides: the year is that of each event's own offset.
        first, last = dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
        around = (first - dt.timedelta(days=1), last + dt.timedelta(days=1))
        commissions = Event.objects.live().filter(facility=place, kind=EventKind.COMMISSION.value)
        found.update(commissions.filter(occurred_at__range=around).values_list("pk", flat=True))
    return found


def _in_scope(found: Found, keys: _Keys, scope: Scope) -> bool:
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


def _place_births(lots: Collection[int]) -> None:
    """Put each lot's state at its live birth, so that the graph can be walked; the rest of the state follows."""
    births = loading.births_of(lots)
    events = {row.pk: row for batch in batches(set(births.values())) for row in Event.objects.filter(pk__in=batch)}
    rows = [
        LotState(
            lot_id=lot,
            born_in_id=event,
            born_kg=0,
            balance_kg=0,
            is_held=False,
            holder_id=events[event].party_id,
            place_id=events[event].facility_id,
            is_assayed=False,
            dry_part=1,
        )
        for lot, event in births.items()
    ]
    LotState.objects.bulk_create(
        rows, batch_size=2_000, update_conflicts=True, unique_fields=["lot"], update_fields=["born_in"]
    )


@precisely
def _store_states(chain: Chain, keys: _Keys, scope: Scope) -> None:
    names = [name for name in chain.births if keys.lots[name] in scope.changed]
    held = held_lots(chain)
    parties = _keys_of(Party, "party_id", {holdings(chain.lives[name])[-1].party_id for name in names})
    places = _keys_of(Facility, "facility_id", {last_place(chain.lives[name]) for name in names})
    rows, metals = [], []
    for name in names:
        lot, made_of = keys.lots[name], chain.made_of.get(name)
        rows.append(
            LotState(
                lot_id=lot,
                born_in_id=keys.events[chain.births[name].event.event_id],
                born_kg=chain.born_kg(name),
                balance_kg=held[name].kg,
                is_held=held[name].is_held,
                holder_id=parties[held[name].holder],
                place_id=places[last_place(chain.lives[name]) or ""],
                is_assayed=made_of is not None,
                dry_part=made_of.dry_part if made_of else 1,
            )
        )
        metals += [LotMetal(lot_id=lot, element=e, per_kg=kg) for e, kg in (made_of.metals if made_of else {}).items()]
    columns = ["born_in", "born_kg", "balance_kg", "is_held", "holder", "place", "is_assayed", "dry_part"]
    LotState.objects.bulk_create(
        rows, batch_size=2_000, update_conflicts=True, unique_fields=["lot"], update_fields=columns
    )
    _replace(LotMetal, "lot", [row.lot_id for row in rows], metals)


def _store_excesses(case: Case, keys: _Keys, scope: Scope) -> None:
    events = {
        keys.events[event_id]
        for event_id, step in case.chain.steps.items()
        if any(keys.lots[lot] in scope.changed for lot in step.lots)
    }
    rows = [
        Excess(event_id=keys.events[event_id], element=element or "", share=share)
        for event_id, gains in case.gains.items()
        if keys.events[event_id] in events
        for element, share in gains.items()
    ]
    gone = Excess.objects.filter(event__corrected_by__isnull=False)
    gone.delete()
    _replace(Excess, "event", events, rows)


def _store_open_shipments(chain: Chain, keys: _Keys, scope: Scope, newest: dt.datetime | None) -> None:
    rows = []
    for name, life in chain.lives.items():
        for shipment in shipments(life):
            ship = shipment.ship
            if ship is None or shipment.receipt is not None or keys.lots[name] not in scope.changed:
                continue
            at = ship.event.occurred_at.astimezone(dt.UTC)
            is_late = newest is not None and newest - at > UNDER_WAY
            event = keys.events[ship.event.event_id]
            rows.append(OpenShipment(event_id=event, lot_id=keys.lots[name], occurred_at=at, is_late=is_late))
    _replace(OpenShipment, "lot", scope.changed, rows)


def _replace(model: Any, column: str, keys: Iterable[int], rows: list[Any]) -> None:
    """Derived rows of some lots or events, put in the place of the old ones."""
    for batch in batches(list(keys)):
        model.objects.filter(**{f"{column}__in": batch}).delete()
    model.objects.bulk_create(rows, batch_size=4_000)


def _keys_of(model: Any, column: str, ids: Iterable[str | None]) -> dict[str, int]:
    return dict(model.objects.filter(**{f"{column}__in": {one for one in ids if one}}).values_list(column, "pk"))


def _one_at_a_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
