"""From rows to facts: the part of the chain that is asked for, as the rules read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from registry.models import Facility, Party
from traceability.batches import batches
from traceability.domain.chain import Chain
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact, PartyFact
from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Material, Role, Unit
from traceability.rows import day, decimal, fetch, instant, maybe_decimal, select

_FACILITY = ("facility_id", "name", "kind", "country", "operator__party_id", "latitude", "longitude", "licence_number",
             "licence_from", "licence_until", "capacity_t_per_year")  # fmt: skip
#: An event that another corrects does not count.
LIVE = "NOT EXISTS (SELECT 1 FROM traceability_event other WHERE other.corrects_id = line.event_id)"

# Steps of the graph from the lines alone: states may still be worked out.
_PARENTS = f"""
SELECT DISTINCT fed.lot_id FROM traceability_eventline line
JOIN traceability_eventline fed ON fed.event_id = line.event_id AND fed.side = -1
WHERE line.side = 1 AND {LIVE} AND line.lot_id {{keys}}"""
_CHILDREN = f"""
SELECT DISTINCT born.lot_id FROM traceability_eventline line
JOIN traceability_eventline born ON born.event_id = line.event_id AND born.side = 1
WHERE line.side = -1 AND {LIVE} AND line.lot_id {{keys}}"""
_EVENTS = f"SELECT DISTINCT line.event_id FROM traceability_eventline line WHERE {LIVE} AND line.lot_id {{keys}}"
_BIRTHS = f"""
SELECT line.lot_id, line.event_id FROM traceability_eventline line
WHERE line.side = 1 AND {LIVE} AND line.lot_id {{keys}}"""
_ALL_EVENTS = f"SELECT DISTINCT line.event_id FROM traceability_eventline line WHERE {LIVE}"
_LOTS_OF = "SELECT DISTINCT lot_id FROM traceability_eventline WHERE event_id {keys}"

_LINE = """
SELECT line.event_id, line.role, lot.lot_id, line.quantity, line.unit, line.basis FROM traceability_eventline line
JOIN traceability_lot lot ON lot.id = line.lot_id WHERE line.event_id {keys} ORDER BY line.id"""
_EVENT = """
SELECT event.id, event.event_id, event.kind, event.occurred_at, event.utc_offset_s, place.facility_id, party.party_id,
  to_place.facility_id, to_party.party_id, event.permit_number, event.reason, corrected.event_id
FROM traceability_event event
JOIN registry_facility place ON place.id = event.facility_id
JOIN registry_party party ON party.id = event.party_id
LEFT JOIN registry_facility to_place ON to_place.id = event.to_facility_id
LEFT JOIN registry_party to_party ON to_party.id = event.to_party_id
LEFT JOIN traceability_event corrected ON corrected.id = event.corrects_id
WHERE event.{column} {{keys}}"""
_LOT = """
SELECT id, lot_id, mineral_id, material, hs_code, custody_model FROM traceability_lot WHERE {column} {{keys}}"""
_ASSAY = """
SELECT assay.assay_id, lot.lot_id, assay.sampled_on, assay.basis, assay.analyte, assay.grade_pct, assay.moisture_pct,
  laboratory.party_id, assay.certificate_sha256
FROM traceability_assay assay JOIN traceability_lot lot ON lot.id = assay.lot_id
LEFT JOIN registry_party laboratory ON laboratory.id = assay.laboratory_id
WHERE assay.{column} {{keys}}"""

_MATERIAL, _MODEL = {one.value: one for one in Material}, {one.value: one for one in CustodyModel}
_KIND, _ROLE = {one.value: one for one in EventKind}, {one.value: one for one in Role}
_UNIT, _BASIS = {one.value: one for one in Unit}, {one.value: one for one in MassBasis}


@dataclass(frozen=True, slots=True)
class Loaded:
    """A chain with the primary keys of the lots and events that it names."""

    chain: Chain
    lots: dict[str, int]
    events: dict[str, int]


@dataclass(frozen=True, slots=True)
class Fresh:
    """What an import has just stored, as it has it in memory: new lots and events by primary key, the assays of the new
    lots, the primary keys of all lots that it names, and the number of its ``last`` entry in the log."""

    lots: dict[int, LotFact]
    events: dict[int, EventFact]
    assays: dict[str, list[AssayFact]]
    keys: dict[str, int]
    last: int


def ancestors(lots: Collection[int]) -> set[int]:
    """The lots themselves and everything they were made of."""
    return _closure(_PARENTS, lots)


def descendants(lots: Collection[int]) -> set[int]:
    """The lots themselves and everything made of them."""
    return _closure(_CHILDREN, lots)


def live_events_of(lots: Collection[int]) -> set[int]:
    """Live events with a line of one of the lots."""
    return {row[0] for row in select(_EVENTS, lots)}


def all_live_events() -> set[int]:
    """Live events with a line of any lot."""
    return {row[0] for row in fetch(_ALL_EVENTS)}


def lots_of_events(events: Collection[int]) -> set[int]:
    return {row[0] for row in select(_LOTS_OF, events)}


def births_of(lots: Collection[int]) -> dict[int, int]:
    """The live birth event of each lot."""
    return dict(select(_BIRTHS, lots))


def load_chain(events: Collection[int]) -> Chain:
    """The chain of some live events, with every lot, assay and facility that they name."""
    return load_keyed(events).chain


def load_keyed(events: Collection[int]) -> Loaded:
    """As ``load_chain``, with the primary keys."""
    facts = _load_events("id", events)
    lots = _load_lots("id", lots_of_events(events))
    return _loaded(facts, lots, load_assays(lots.keys()))


def load_around(events: Collection[int], fresh: Fresh) -> Loaded:
    """As ``load_keyed``; what is in memory already is not read again."""
    facts = {key: fresh.events[key] for key in events if key in fresh.events}
    others = [key for key in events if key not in fresh.events]
    facts |= _load_events("id", others)
    keys = {fresh.keys[line.lot_id] for fact in facts.values() for line in fact.lines if line.lot_id in fresh.keys}
    keys |= lots_of_events(others)
    lots = {key: fresh.lots[key] for key in keys if key in fresh.lots}
    known = [lot.lot_id for lot in lots.values() if lot.lot_id in fresh.assays]
    lots |= (before := _load_lots("id", keys - lots.keys()))
    assays = [row for lot_id in known for row in fresh.assays[lot_id]] + load_assays(before.keys())
    return _loaded(facts, lots, assays)


def _loaded(facts: dict[int, EventFact], lots: dict[int, LotFact], assays: Iterable[AssayFact]) -> Loaded:
    places = {fact.facility_id for fact in facts.values()}
    places |= {fact.to_facility_id for fact in facts.values() if fact.to_facility_id}
    chain = Chain(
        lots=lots.values(),
        events=facts.values(),
        assays=assays,
        facilities=load_facilities(places).values(),
    )
    names = {lot.lot_id: key for key, lot in lots.items()}
    return Loaded(chain, names, {event.event_id: key for key, event in facts.items()})


def load_events(events: Collection[int]) -> list[EventFact]:
    return list(_load_events("id", events).values())


def load_events_by_key(events: Collection[int]) -> dict[int, EventFact]:
    """Events by primary key, live or not."""
    return _load_events("id", events)


def load_events_named(event_ids: Collection[str]) -> list[EventFact]:
    """Events by their ids, live or not."""
    return list(_load_events("event_id", event_ids).values())


def load_lots_named(lot_ids: Collection[str]) -> list[LotFact]:
    return list(_load_lots("lot_id", lot_ids).values())


def load_assays(lots: Collection[int]) -> list[AssayFact]:
    return _assays(select(_ASSAY.format(column="lot_id"), lots))


def load_lots_with_assays(lot_ids: Collection[str]) -> tuple[dict[str, LotFact], dict[str, list[AssayFact]]]:
    """Lots by their ids, and the rows of their assays in order."""
    lots = _load_lots("lot_id", lot_ids)
    assays: dict[str, list[AssayFact]] = {}
    for row in sorted(load_assays(lots.keys()), key=lambda row: (row.assay_id, row.analyte)):
        assays.setdefault(row.lot_id, []).append(row)
    return {lot.lot_id: lot for lot in lots.values()}, assays


def load_assays_named(assay_ids: Collection[str]) -> list[AssayFact]:
    return _assays(select(_ASSAY.format(column="assay_id"), assay_ids))


def load_facilities(facility_ids: Collection[str]) -> dict[str, FacilityFact]:
    found = {}
    for batch in batches(facility_ids):
        for row in Facility.objects.filter(facility_id__in=batch).values_list(*_FACILITY):
            facility_id, name, kind, country, *rest = row
            found[facility_id] = FacilityFact(
                facility_id, name, kind, country, *(None if value == "" else value for value in rest)
            )
    return found


def load_parties(party_ids: Collection[str]) -> dict[str, PartyFact]:
    found = {}
    for batch in batches(party_ids):
        rows = Party.objects.filter(party_id__in=batch).values_list("party_id", "name", "country", "roles")
        for party_id, name, country, roles in rows:
            found[party_id] = PartyFact(party_id, name, country, frozenset(roles))
    return found


def _closure(step: str, lots: Collection[int]) -> set[int]:
    """Level by level for many lots at once; one lot is traced by one recursive statement (selectors.trace)."""
    seen = set(lots)
    frontier = seen
    while frontier:
        frontier = {row[0] for row in select(step, frontier)} - seen
        seen |= frontier
    return seen


def _load_events(column: str, keys: Collection[Any]) -> dict[int, EventFact]:
    rows = select(_EVENT.format(column=column), keys)
    lines: dict[int, list[LineFact]] = {row[0]: [] for row in rows}
    for event, role, lot_id, quantity, unit, basis in select(_LINE, lines.keys()):
        lines[event].append(LineFact(_ROLE[role], lot_id, decimal(quantity), _UNIT[unit], _BASIS[basis]))
    return {key: _event(row, lines[key]) for key, *row in rows}


def _event(row: list[Any], lines: Iterable[LineFact]) -> EventFact:
    event_id, kind, occurred_at, offset, facility, party, to_facility, to_party, permit, reason, corrects = row
    local = instant(occurred_at).astimezone(_offset(offset))
    return EventFact(
        event_id, _KIND[kind], local, facility, party, to_facility, to_party, permit or None, reason or None,
        corrects, tuple(lines),
    )  # fmt: skip


@lru_cache(maxsize=1_000)
def _offset(seconds: int) -> dt.timezone:
    return dt.timezone(dt.timedelta(seconds=seconds))


def _load_lots(column: str, keys: Collection[Any]) -> dict[int, LotFact]:
    rows = select(_LOT.format(column=column), keys)
    return {
        key: LotFact(lot_id, mineral, _MATERIAL[material], hs, _MODEL[model])
        for key, lot_id, mineral, material, hs, model in rows
    }


def _assays(rows: Iterable[tuple[Any, ...]]) -> list[AssayFact]:
    return [
        AssayFact(assay_id, lot_id, day(sampled_on), _BASIS[basis], analyte, decimal(grade), maybe_decimal(moisture),
                  laboratory, sha256 or None)
        for assay_id, lot_id, sampled_on, basis, analyte, grade, moisture, laboratory, sha256 in rows
    ]  # fmt: skip
