"""Whether the lot graph stays one: every lot born once, every transform whole, no lot its own ancestor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from traceability.domain.facts import EventFact
from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.reading import Row, Rows
from traceability.domain.importing.values import shown
from traceability.domain.vocabulary import BIRTH_ROLES, INPUT_ROLES, ROLES, EventKind, Role

if TYPE_CHECKING:
    from traceability.domain.importing.checking import Stored

Edge = tuple[str, str, str]

#: Begins the name of an event among lots; no id can, and no database is asked for it.
_NODE = "\0"


class _Event:
    """What the graph needs of an event of this import, readable or not."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.kind: EventKind | None = row.get("kind")
        self.roles: dict[Role, list[str]] = {}
        self.is_readable = self.kind is not None

    def lots(self, roles: Iterable[Role]) -> set[str]:
        return {lot for role in roles for lot in self.roles.get(role, ())}

    @cached_property
    def born(self) -> set[str]:
        return self.lots(BIRTH_ROLES.get(self.kind, ())) if self.kind else set()

    @cached_property
    def went_in(self) -> set[str]:
        return self.lots(INPUT_ROLES.get(self.kind, ())) if self.kind else set()


def graph_problems(
    rows: Rows, events: list[EventFact], stored_events: Mapping[str, EventFact], stored: Stored
) -> Iterator[Problem]:
    """Problems of live events only: those that another corrects, stored or of this import, are left out.

    What may only follow from a cell that could not be read is not told as well.
    """
    here = _events(rows, stored_events)
    corrected = {
        row.get("corrects_event_id")
        for row in rows.of("events")
        if row.has("corrects_event_id") and row.get("corrects_event_id") != row.get("event_id")
    }
    corrected |= stored.corrections(set(here)).keys()
    live = {event_id: event for event_id, event in here.items() if event_id not in corrected}
    if "event_lines" not in rows.cut:
        yield from _incomplete(live)
    gone = {event_id for event_id in corrected if event_id in stored_events}
    lots = {row.get("lot_id") for row in rows.of("lots")} - {None}
    lots |= {lot for event in live.values() for lot in event.born}
    lots |= {line.lot_id for event_id in gone for line in stored_events[event_id].lines}
    yield from _birth_problems(rows, live, lots, gone, stored)
    yield from _cycles(rows, live, gone, stored)


def _events(rows: Rows, stored_events: Mapping[str, EventFact]) -> dict[str, _Event]:
    """Events of this import that are not stored yet, with their lots by role."""
    here = {
        row.get("event_id"): _Event(row)
        for row in reversed(rows.of("events"))
        if row.has("event_id") and row.get("event_id") not in stored_events
    }
    for row in rows.of("event_lines"):
        event = here.get(row.get("event_id"))
        if event is None:
            continue
        if "role" in row.bad or "lot_id" in row.bad:
            event.is_readable = False
        else:
            event.roles.setdefault(row.get("role"), []).append(row.get("lot_id"))
    return here


def _incomplete(live: Mapping[str, _Event]) -> Iterator[Problem]:
    for event_id, event in live.items():
        kind = event.kind
        if kind is None or kind not in INPUT_ROLES or not event.is_readable:
            continue
        needed = (Role.INPUT, Role.OUTPUT) if kind is EventKind.TRANSFORM else (Role.PARENT, Role.CHILD)
        for role in needed:
            if not event.roles.get(role):
                message = f"{kind.value} {shown(event_id)} has no {role.value} line"
                yield Problem("events.csv", event.row.number, "event_id", Code.INCOMPLETE_EVENT, message)
        if kind is not EventKind.TRANSFORM and len(set(event.roles.get(Role.PARENT, ()))) > 1:
            message = f"{kind.value} {shown(event_id)} has more than one parent"
            yield Problem("events.csv", event.row.number, "event_id", Code.BAD_VALUE, message)


def _birth_problems(
    rows: Rows, live: Mapping[str, _Event], lots: set[str], gone: set[str], stored: Stored
) -> Iterator[Problem]:
    births = {lot: set(events) - gone for lot, events in stored.births(lots).items()}
    numbers = {row.get("lot_id"): row.number for row in reversed(rows.of("lots"))}
    known = numbers.keys() | births.keys()
    for event_id, event in live.items():
        for lot in event.born:
            births.setdefault(lot, set()).add(event_id)
    wrong = sorted(lot for lot in lots & known if len(births.get(lot, ())) != 1)
    unsure = _maybe_born(rows, live) if wrong else set()
    for lot in wrong:
        count = len(births.get(lot, ()))
        if count == 0 and (lot in unsure or None in unsure):
            continue
        where = f"{count} events: {', '.join(sorted(births[lot]))}" if count else "no event"
        message = f"lot {shown(lot)} is born in {where}; a lot is born once, as an output, a by-product, or in packing"
        yield Problem("lots.csv", numbers.get(lot), "lot_id", Code.BIRTH, message)


def _maybe_born(rows: Rows, live: Mapping[str, _Event]) -> set[str | None]:
    """Lots in lines that could not be read as a birth, though they may be one; None: some lot or line could not be
    read."""
    unsure: set[str | None] = set()
    for row in rows.of("event_lines"):
        if "lot_id" in row.bad:
            unsure.add(None)
        elif "role" in row.bad or "event_id" in row.bad or not _suits(row, live.get(row.get("event_id"))):
            unsure.add(row.get("lot_id"))
    if rows.cut & {"events", "event_lines"}:
        unsure.add(None)
    if any("event_id" in row.bad for row in rows.of("events")):
        unsure |= {row.get("lot_id") for row in rows.of("event_lines")}
    return unsure


def _suits(row: Row, event: _Event | None) -> bool:
    return event is None or (event.kind is not None and row.get("role") in ROLES[event.kind])


def _cycles(rows: Rows, live: Mapping[str, _Event], gone: set[str], stored: Stored) -> Iterator[Problem]:
    edges: list[Edge] = [
        (before, after, event_id) for event_id, event in live.items() for before, after in _pairs(event)
    ]
    born = {after for _before, after, _event in edges if not after.startswith(_NODE)}
    edges += [edge for edge in stored.edges_below(born) if edge[2] not in gone]
    numbers = {row.get("lot_id"): row.number for row in reversed(rows.of("lots"))}
    for circle in _circles(edges):
        first = min(circle, key=lambda lot: (lot not in numbers, lot))
        names = ", ".join(sorted(circle)[:5]) + (" …" if len(circle) > 5 else "")
        message = f"lot {shown(first)} would be its own ancestor: {names}"
        yield Problem("lots.csv", numbers.get(first), "lot_id", Code.CYCLE, message)


def _pairs(event: _Event) -> Iterator[tuple[str, str]]:
    """Edges of one event through a node of its own: inputs + outputs of them instead of inputs × outputs."""
    node = f"{_NODE}{event.row.get('event_id')}"
    for lot in event.went_in:
        yield lot, node
    if event.went_in:
        for lot in event.born:
            yield node, lot


def _circles(edges: Iterable[Edge]) -> Iterator[set[str]]:
    """Sets of lots that are each other's ancestors (strongly connected components of more than one, Tarjan)."""
    after: dict[str, list[str]] = {}
    waits: dict[str, int] = {}
    for before, below, _event in edges:
        after.setdefault(before, []).append(below)
        waits[below] = waits.get(below, 0) + 1
    _peel(after, waits)
    for component in _components(after):
        lots = {lot for lot in component if not lot.startswith(_NODE)}
        if len(component) > 1:
            yield lots


def _peel(after: dict[str, list[str]], waits: dict[str, int]) -> None:
    """Take away all that no circle is above: of a graph without circles everything, and that quickly."""
    ready = [node for node in after if node not in waits]
    while ready:
        for below in after.pop(ready.pop(), ()):
            waits[below] -= 1
            if not waits[below]:
                ready.append(below)


def _components(after: Mapping[str, list[str]]) -> Iterator[list[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    for start in after:
        if start in index:
            continue
        work = [(start, iter(after[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, rest = work[-1]
            child = next(rest, None)
            if child is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    yield _pop_component(stack, on_stack, node)
            elif child not in index:
                index[child] = low[child] = len(index)
                stack.append(child)
                on_stack.add(child)
                work.append((child, iter(after.get(child, ()))))
            elif child in on_stack:
                low[node] = min(low[node], index[child])


def _pop_component(stack: list[str], on_stack: set[str], node: str) -> list[str]:
    component = []
    while True:
        lot = stack.pop()
        on_stack.discard(lot)
        component.append(lot)
        if lot == node:
            return component
