"""Trace up and down: one recursive statement over events returns the edges, shares are worked out here.

Shares are never carried along paths in SQL: a ladder of diamonds has 2^depth paths, but only as many edges as lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from traceability.domain.elements import is_element
from traceability.domain.mass import KG_PER_UNIT
from traceability.domain.mixing import Graph, Mix, mix
from traceability.domain.precision import precisely
from traceability.domain.trace import BirthPlace, TracedLot, Walk, kept_lots, trace_down, trace_up
from traceability.domain.vocabulary import FindingState, MassBasis, Unit
from traceability.exceptions import UnknownElement, UnknownLot
from traceability.models import Lot
from traceability.rows import decimal, select

# The seed is cast because PostgreSQL takes a parameter for text; SQLite reads the same statement.
_UP = """
WITH RECURSIVE walk(event_id) AS (
  SELECT born_in_id FROM traceability_lotstate WHERE lot_id = CAST(%s AS bigint)
  UNION
  SELECT above.born_in_id FROM walk
  JOIN traceability_eventline line ON line.event_id = walk.event_id AND line.side = -1
  JOIN traceability_lotstate above ON above.lot_id = line.lot_id
)"""
# A corrected event has no lot born in it, so the walk ends there.
_DOWN = """
WITH RECURSIVE walk(event_id) AS (
  SELECT event_id FROM traceability_eventline WHERE lot_id = CAST(%s AS bigint) AND side = -1
  UNION
  SELECT line.event_id FROM walk
  JOIN traceability_lotstate below ON below.born_in_id = walk.event_id
  JOIN traceability_eventline line ON line.lot_id = below.lot_id AND line.side = -1
)"""
_LOT = """state.lot_id, state.born_in_id, lot.lot_id, lot.material, lot.mineral_id, state.born_kg, state.is_assayed,
  state.dry_part, metal.per_kg, event.event_id, facility.facility_id, facility.country"""
# CROSS JOIN keeps SQLite's planner to the order in which the tables stand: it takes a walk for a large table, and would
# read all lines there are to look them up in it. To PostgreSQL it is an inner join like any other.
_LOT_JOINS = "CROSS JOIN traceability_lot lot CROSS JOIN traceability_event event CROSS JOIN registry_facility facility"
_METAL = "LEFT JOIN traceability_lotmetal metal ON metal.lot_id = state.lot_id AND metal.element = %s"
_JOINED = "lot.id = state.lot_id AND event.id = state.born_in_id AND facility.id = event.facility_id"
#: What went into the events of a walk, each with the lot that it is.
_INPUTS = f"""
SELECT walk.event_id, line.quantity, line.unit, line.basis, {_LOT}
FROM walk CROSS JOIN traceability_eventline line CROSS JOIN traceability_lotstate state {_LOT_JOINS} {_METAL}
WHERE line.event_id = walk.event_id AND line.side = -1 AND state.lot_id = line.lot_id AND {_JOINED}"""
#: What was born in them.
_BORN = f"""
SELECT {_LOT} FROM walk CROSS JOIN traceability_lotstate state {_LOT_JOINS} {_METAL}
WHERE state.born_in_id = walk.event_id AND {_JOINED}"""
_CODES = """
SELECT DISTINCT code FROM traceability_finding WHERE superseded_entry_id IS NULL AND state = %s AND lot_id {keys}"""
_EXCESSES = "SELECT event_id, element, share FROM traceability_excess WHERE element IN (%s, %s) AND event_id {keys}"
_ONE = f"""
SELECT {_LOT} FROM traceability_lotstate state {_LOT_JOINS} {_METAL} WHERE state.lot_id = %s AND {_JOINED}"""


@dataclass(slots=True)
class _Input:
    lot: int
    kg: Decimal
    metal_kg: Decimal | None
    is_assayed: bool


@dataclass(slots=True)
class _Part:
    """A part of the lot graph as it comes from the database."""

    element: str | None
    lots: dict[int, TracedLot] = field(default_factory=dict)
    born_in: dict[int, int] = field(default_factory=dict)
    events: dict[int, BirthPlace] = field(default_factory=dict)
    inputs: dict[int, list[_Input]] = field(default_factory=lambda: defaultdict(list))

    def add_lot(self, row: Iterable[Any]) -> tuple[int, bool, Decimal, Decimal | None]:
        """Take in a lot's columns; answers its key, whether it is assayed, its dry part and its metal per kilogram."""
        key, born_in, lot_id, material, mineral, kg, is_assayed, dry, per_kg, event_id, facility, country = row
        if key not in self.lots:
            has = self.element is None or not is_assayed or bool(per_kg and Decimal(per_kg))
            self.lots[key] = TracedLot(lot_id, material, mineral, Decimal(kg), country, has)
            self.born_in[key] = born_in
            self.events[born_in] = BirthPlace(event_id, facility, country)
        return key, bool(is_assayed), Decimal(dry), None if per_kg is None else Decimal(per_kg)

    def add_input(self, row: Iterable[Any]) -> None:
        event, quantity, unit, basis, *lot = row
        key, is_assayed, dry, per_kg = self.add_lot(lot)
        kg = Decimal(quantity) * KG_PER_UNIT[Unit(unit)]
        kg = kg * dry if basis == MassBasis.WET else kg
        self.inputs[event].append(_Input(key, kg, None if per_kg is None else kg * per_kg, is_assayed))

    def walk(self) -> Walk[int, int]:
        excess = _excesses(self.events, self.element)
        mixes = {event: self._mix(event, excess) for event in self.events}
        return Walk(
            graph=Graph(self.born_in, mixes),
            lots=self.lots,
            events=self.events,
            inputs={event: [one.lot for one in inputs] for event, inputs in self.inputs.items()},
        )

    def _mix(self, event: int, excess: dict[tuple[int, str], Decimal]) -> Mix[int]:
        inputs = self.inputs.get(event, ())
        by_element = (
            self.element is not None
            and all(one.is_assayed for one in inputs)
            and any(one.metal_kg is not None for one in inputs)
        )
        unknown = {
            False: excess.get((event, ""), Decimal(0)),
            True: excess.get((event, self.element or ""), Decimal(0)),
        }
        return mix([(one.lot, one.kg, one.metal_kg) for one in inputs], unknown, by_element=by_element)


def get_trace(*, lot_id: str, direction: str = "up", element: str | None = None) -> dict[str, Any]:
    """The contract's JSON of a trace (section 3). Raises UnknownLot or UnknownElement."""
    lot = Lot.objects.filter(lot_id=lot_id).values_list("pk", flat=True).first()
    if lot is None:
        raise UnknownLot(lot_id)
    if direction == "down":
        walk = walk_down(lot, element)
        return trace_down(walk, lot, element, open_codes(kept_lots(walk, lot)))
    walk = walk_up(lot, element)
    return trace_up(walk, lot, element, open_codes(walk.lots))


@precisely
def walk_up(lot: int, element: str | None) -> Walk[int, int]:
    """A lot and all that it was made of, with the mixes of their births. Raises UnknownElement."""
    part = _start(lot, element)
    for row in _rows(_UP + _INPUTS, lot, element or ""):
        part.add_input(row)
    return part.walk()


@precisely
def walk_down(lot: int, element: str | None) -> Walk[int, int]:
    """A lot and all that was made of it, with the mixes of their births. Raises UnknownElement."""
    part = _start(lot, element)
    for row in _rows(_DOWN + _BORN, lot, element or ""):
        part.add_lot(row)
    below = set(part.lots)
    for row in _rows(_DOWN + _INPUTS, lot, element or ""):
        part.add_input(row)
    walk = part.walk()
    # Inputs from elsewhere were needed for the mixes alone.
    walk.lots = {key: traced for key, traced in part.lots.items() if key in below}
    walk.graph.born_in = {key: event for key, event in part.born_in.items() if key in below}
    walk.graph.born = {event: [lot for lot in born if lot in below] for event, born in walk.graph.born.items()}
    return walk


def open_codes(lots: Collection[int]) -> list[str]:
    """The codes of the findings open on some lots."""
    return sorted({row[0] for row in select(_CODES, lots, FindingState.OPEN.value)})


def _start(lot: int, element: str | None) -> _Part:
    if element is not None and not is_element(element):
        raise UnknownElement(element)
    part = _Part(element)
    for row in _rows(_ONE, element or "", lot):
        part.add_lot(row)
    if not part.lots:
        raise UnknownLot(Lot.objects.get(pk=lot).lot_id)
    return part


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _excesses(events: Collection[int], element: str | None) -> dict[tuple[int, str], Decimal]:
    rows = select(_EXCESSES, events, "", element or "")
    return {(event, of): decimal(share) for event, of, share in rows}
