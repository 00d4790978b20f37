"""Trace up and down: one recursive statement over events returns the edges, shares are worked out here.

Shares are never carried along paths in SQL: a ladder of diamonds has 2^depth paths, but only as many edges as lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from traceability.domain.elements import is_element
from traceability.domain.mixing import Graph, Mix, mix
from traceability.domain.pairs import pair_of
from traceability.domain.precision import precisely
from traceability.domain.trace import BirthPlace, TracedLot, Walk, kept_lots, trace_down, trace_up
from traceability.domain.vocabulary import FindingState
from traceability.exceptions import UnknownElement, UnknownLot
from traceability.models import Lot, LotState
from traceability.rows import decimal, fetch, select

# Seeds are cast because PostgreSQL takes a parameter for text; SQLite reads the same statement.
_UP = """
WITH RECURSIVE walk(event_id) AS (
  SELECT CAST(%s AS bigint)
  UNION
  SELECT feed.source_id FROM walk JOIN traceability_feed feed ON feed.event_id = walk.event_id
)"""
_DOWN = """
WITH RECURSIVE walk(event_id) AS (
  SELECT event_id FROM traceability_feed WHERE source_id = CAST(%s AS bigint) AND lot_id = CAST(%s AS bigint)
  UNION
  SELECT feed.event_id FROM walk JOIN traceability_feed feed ON feed.source_id = walk.event_id
)"""
_LOT = """state.lot_id, state.born_in_id, state.is_assayed, state.metals, state.lot_name, state.material,
  state.mineral_code, state.born_kg, state.excess, state.born_in_name, place.facility_id, place.country"""
# CROSS JOIN keeps SQLite's planner to the order in which the tables stand: it takes a walk for a large table, and would
# read all edges there are to look them up in it. To PostgreSQL it is an inner join like any other.
#: What went into the events of a walk, each with the lot that it is.
_INPUTS = f"""
SELECT feed.event_id, feed.dry_kg, {_LOT} FROM walk CROSS JOIN traceability_feed feed
CROSS JOIN traceability_lotstate state CROSS JOIN registry_facility place
WHERE feed.event_id = walk.event_id AND state.lot_id = feed.lot_id AND place.id = state.born_at_id"""
#: What was born in them; then what went into them, of which the mixes need less.
_BORN_AND_INPUTS = f"""
SELECT NULL, NULL, {_LOT} FROM walk CROSS JOIN traceability_lotstate state CROSS JOIN registry_facility place
WHERE state.born_in_id = walk.event_id AND place.id = state.born_at_id
UNION ALL
SELECT feed.event_id, feed.dry_kg, state.lot_id, state.born_in_id, state.is_assayed, state.metals, NULL, NULL, NULL,
  NULL, NULL, NULL, NULL, NULL
FROM walk CROSS JOIN traceability_feed feed CROSS JOIN traceability_lotstate state
WHERE feed.event_id = walk.event_id AND state.lot_id = feed.lot_id"""
_FED = "SELECT feed.lot_id FROM walk CROSS JOIN traceability_feed feed WHERE feed.event_id = walk.event_id"
_CODES = """
SELECT DISTINCT code FROM traceability_finding WHERE superseded_entry_id IS NULL AND state = %s AND lot_id {keys}"""
_ASKED = f"""
SELECT {_LOT} FROM traceability_lot lot JOIN traceability_lotstate state ON state.lot_id = lot.id
JOIN registry_facility place ON place.id = state.born_at_id WHERE lot.{{column}} = %s"""
_BY_ID, _BY_KEY = _ASKED.format(column="lot_id"), _ASKED.format(column="id")
_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(slots=True)
class _Part:
    """A part of the lot graph as it comes from the database: ``metal`` is what a kilogram of a lot has of the element,
    for the lots whose assay names it; ``fed`` gives the lots and dry kilograms that went into an event."""

    element: str | None
    lots: dict[int, TracedLot] = field(default_factory=dict)
    born_in: dict[int, int] = field(default_factory=dict)
    events: dict[int, BirthPlace] = field(default_factory=dict)
    excess: dict[int, str] = field(default_factory=dict)
    fed: dict[int, tuple[list[int], list[Decimal]]] = field(default_factory=dict)
    metal: dict[int, Decimal] = field(default_factory=dict)
    unassayed: set[int] = field(default_factory=set)

    def add(self, rows: Iterable[Any]) -> None:
        """Take in lots, edges (those with an event) or both in one."""
        element, lots, fed = self.element, self.lots, self.fed
        for (event, kg, key, born_in, is_assayed, metals, name, material, mineral, born_kg, excess, born_in_name,
             facility, country) in rows:  # fmt: skip
            if event is not None:
                mine = fed.get(event)
                if mine is None:
                    fed[event] = ([key], [decimal(kg)])
                else:
                    mine[0].append(key)
                    mine[1].append(decimal(kg))
            if key in lots:
                continue
            metal = pair_of(metals, element) if element else None
            if metal is not None:
                self.metal[key] = metal
            elif not is_assayed:
                self.unassayed.add(key)
            if name is None:
                continue
            has = element is None or not is_assayed or bool(metal)
            lots[key] = TracedLot(name, material, mineral, decimal(born_kg), country, has)
            self.born_in[key] = born_in
            self.events[born_in] = BirthPlace(born_in_name, facility, country)
            if excess:
                self.excess[born_in] = excess

    def walk(self) -> Walk[int, int]:
        return Walk(
            graph=Graph(self.born_in, {event: self._mix(event) for event in self.events}),
            lots=self.lots,
            events=self.events,
            inputs={event: lots for event, (lots, _kg) in self.fed.items()},
        )

    def _mix(self, event: int) -> Mix[int]:
        fed = self.fed.get(event)
        if fed is None:
            return Mix()
        lots, dry_kg = fed
        excess = self.excess.get(event)
        if len(lots) == 1 and dry_kg[0] and excess is None:
            return Mix(((lots[0], _ONE),))
        metal, metal_kg = self.metal, None
        if metal and self.unassayed.isdisjoint(lots) and not metal.keys().isdisjoint(lots):
            metal_kg = [kg * metal[lot] if lot in metal else _ZERO for lot, kg in zip(lots, dry_kg, strict=True)]
        if excess is None:
            return mix(lots, dry_kg, metal_kg)
        gain = pair_of(excess, self.element or "") or _ZERO
        return mix(lots, dry_kg, metal_kg, dry_gain=pair_of(excess, "") or _ZERO, metal_gain=gain)


def get_trace(*, lot_id: str, direction: str = "up", element: str | None = None) -> dict[str, Any]:
    """The contract's JSON of a trace (section 3). Raises UnknownLot or UnknownElement."""
    lot, part = _start(_BY_ID, lot_id, element)
    if direction == "down":
        walk = _walk_down(lot, part)
        return trace_down(walk, lot, element, open_codes(kept_lots(walk, lot)))
    walk = _walk_up(lot, part)
    return trace_up(walk, lot, element, open_codes(walk.lots))


def walk_up(lot: int, element: str | None) -> Walk[int, int]:
    """A lot and all that it was made of, with the mixes of their births. Raises UnknownElement."""
    return _walk_up(*_start(_BY_KEY, lot, element))


def walk_down(lot: int, element: str | None) -> Walk[int, int]:
    """A lot and all that was made of it, with the mixes of their births. Raises UnknownElement."""
    return _walk_down(*_start(_BY_KEY, lot, element))


def keys_above(lot: int) -> set[int]:
    """A lot and all that it was made of, by key: one statement, however long the way."""
    rows = fetch(_UP + _FED, LotState.objects.values_list("born_in", flat=True).get(pk=lot))
    return {lot, *(row[0] for row in rows)}


def open_codes(lots: Collection[int]) -> list[str]:
    """The codes of the findings open on some lots."""
    return sorted({row[0] for row in select(_CODES, lots, FindingState.OPEN.value, prepared=True)})


@precisely
def _walk_up(lot: int, part: _Part) -> Walk[int, int]:
    part.add(fetch(_UP + _INPUTS, part.born_in[lot]))
    return part.walk()


@precisely
def _walk_down(lot: int, part: _Part) -> Walk[int, int]:
    part.add(fetch(_DOWN + _BORN_AND_INPUTS, part.born_in[lot], lot))
    return part.walk()


def _start(sql: str, asked: int | str, element: str | None) -> tuple[int, _Part]:
    if element is not None and not is_element(element):
        raise UnknownElement(element)
    rows = fetch(sql, asked)
    if not rows:
        raise UnknownLot(asked if isinstance(asked, str) else Lot.objects.get(pk=asked).lot_id)
    part = _Part(element)
    part.add((None, None, *row) for row in rows)
    return rows[0][0], part
