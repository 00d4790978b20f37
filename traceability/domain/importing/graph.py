"""Whether the lot graph stays one: every lot born once, every transform whole, no lot its own ancestor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property
from typing import TYPE_CHECKING

from traceability.domain.facts import EventFact
from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.reading import Rows
from traceability.domain.importing.values import shown
from traceability.domain.vocabulary import BIRTH_ROLES, INPUT_ROLES, ROLES, EventKind, Role

if TYPE_CHECKING:
    from traceability.domain.importing.checking import Stored


class _Event:
    """What the graph needs of an event of this import that may give birth, readable or not."""

    def __init__(self, number: int, kind: EventKind | None) -> None:
        self.number, self.kind = number, kind
        self.roles: dict[Role, list[str]] = {}
        self.is_readable = kind is not None

    def lots(self, roles: Iterable[Role]) -> set[str]:
        return {lot for role in roles for lot in self.roles.get(role, ())}

    @cached_property
    def born(self) -> set[str]:
        return self.lots(BIRTH_ROLES.get(self.kind, ())) if self.kind else set()

    @cached_property
    def went_in(self) -> set[str]:
        return self.lots(INPUT_ROLES.get(self.kind, ())) if self.kind else set()


#: A lot by its id, or an event among lots: what its inputs lead to, and what leads to what is born in it. So there are
#: inputs + outputs edges of it instead of inputs × outputs.
_Node = str | _Event


def graph_problems(
    rows: Rows, stored_lots: Set[str], stored_events: Mapping[str, EventFact], stored: Stored
) -> Iterator[Problem]:
    """Problems of live events only: those that another corrects, stored or of this import, are left out.

    ``stored_lots`` and ``stored_events`` are those that the import names. What may only follow from a cell that could
    not be read is not told as well.
    """
    graph = _Graph(rows, stored_lots, stored_events, stored)
    if "event_lines" not in rows.cut:
        yield from graph.incomplete()
    yield from graph.births()
    yield from graph.cycles()


class _Graph:
    """The live events of this import among those stored: ``gone`` are the stored ones that it corrects."""

    def __init__(
        self, rows: Rows, stored_lots: Set[str], stored_events: Mapping[str, EventFact], stored: Stored
    ) -> None:
        self.rows, self.stored_lots, self.stored_events, self.stored = rows, stored_lots, stored_events, stored
        read, lots = rows.of("events"), rows.of("lots")
        pairs = zip(read["event_id"], read["corrects_event_id"], strict=True)
        corrected = {corrects for event_id, corrects in pairs if corrects is not None and corrects != event_id}
        self.gone = corrected & stored_events.keys()
        out = {None, *corrected, *stored_events}
        # The first of several rows counts, so it is put down last.
        firsts = zip(reversed(read["event_id"]), reversed(read.numbers), reversed(read["kind"]), strict=True)
        self.kinds = {event_id: (number, kind) for event_id, number, kind in firsts if event_id not in out}
        self.live = self._births_with_lots()
        numbers = zip(reversed(lots["lot_id"]), reversed(lots.numbers), strict=True)
        self.numbers = {lot_id: number for lot_id, number in numbers if lot_id is not None}

    def _births_with_lots(self) -> dict[str, _Event]:
        """Live events that may give birth."""
        found = {
            event_id: _Event(number, kind)
            for event_id, (number, kind) in self.kinds.items()
            if kind is None or kind in BIRTH_ROLES
        }
        lines = self.rows.of("event_lines")
        # A line without a readable event may be the very one that another event lacks.
        self.has_lost_lines = None in lines["event_id"]
        for event_id, role, lot_id in zip(lines["event_id"], lines["role"], lines["lot_id"], strict=True):
            event = found.get(event_id)
            if event is None:
                continue
            if role is None or lot_id is None:
                event.is_readable = False
            else:
                event.roles.setdefault(role, []).append(lot_id)
        return found

    def incomplete(self) -> Iterator[Problem]:
        if self.has_lost_lines:
            return
        for event_id, event in self.live.items():
            kind = event.kind
            if kind is None or kind not in INPUT_ROLES or not event.is_readable:
                continue
            needed = (Role.INPUT, Role.OUTPUT) if kind is EventKind.TRANSFORM else (Role.PARENT, Role.CHILD)
            for role in needed:
                if not event.roles.get(role):
                    message = f"{kind.value} {shown(event_id)} has no {role.value} line"
                    yield Problem("events.csv", event.number, "event_id", Code.INCOMPLETE_EVENT, message)
            if kind is not EventKind.TRANSFORM and len(set(event.roles.get(Role.PARENT, ()))) > 1:
                message = f"{kind.value} {shown(event_id)} has more than one parent"
                yield Problem("events.csv", event.number, "event_id", Code.BAD_VALUE, message)

    def births(self) -> Iterator[Problem]:
        freed = {line.lot_id for event_id in self.gone for line in self.stored_events[event_id].lines}
        lots = {*self.numbers, *freed, *(lot for event in self.live.values() for lot in event.born)}
        stored = self.stored.births((lots & self.stored_lots) | freed)
        births = {lot: set(events) - self.gone for lot, events in stored.items()}
        known = self.numbers.keys() | births.keys()
        for event_id, event in self.live.items():
            for lot in event.born:
                births.setdefault(lot, set()).add(event_id)
        wrong = sorted(lot for lot in lots & known if len(births.get(lot, ())) != 1)
        unsure = self._maybe_born() if wrong else set()
        for lot in wrong:
            count = len(births.get(lot, ()))
            if count == 0 and (lot in unsure or None in unsure):
                continue
            where = f"{count} events: {', '.join(sorted(births[lot]))}" if count else "no event"
            message = (
                f"lot {shown(lot)} is born in {where}; a lot is born once, as an output, a by-product, or in packing"
            )
            yield Problem("lots.csv", self.numbers.get(lot), "lot_id", Code.BIRTH, message)

    def _maybe_born(self) -> set[str | None]:
        """Lots in lines that could not be read as a birth, though they may be one; None: some lot or line could not be
        read."""
        lines = self.rows.of("event_lines")
        named = zip(lines["event_id"], lines["role"], lines["lot_id"], strict=True)
        unsure = {
            lot_id
            for event_id, role, lot_id in named
            if lot_id is None or role is None or event_id is None or not self._suits(event_id, role)
        }
        if self.rows.cut & {"events", "event_lines"}:
            unsure.add(None)
        if None in self.rows.of("events")["event_id"]:
            unsure.update(lines["lot_id"])
        return unsure

    def _suits(self, event_id: str, role: Role) -> bool:
        if event_id not in self.kinds:
            return True
        _number, kind = self.kinds[event_id]
        return kind is not None and role in ROLES[kind]

    def cycles(self) -> Iterator[Problem]:
        after: dict[_Node, list[_Node]] = {}
        for event in self.live.values():
            if event.went_in:
                for lot in event.went_in:
                    after.setdefault(lot, []).append(event)
                after[event] = list(event.born)
        born = {lot for event in self.live.values() if event.went_in for lot in event.born}
        for before, below, event_id in self.stored.edges_below(born & self.stored_lots):
            if event_id not in self.gone:
                after.setdefault(before, []).append(below)
        for circle in _circles(after):
            first = min(circle, key=lambda lot: (lot not in self.numbers, lot))
            names = ", ".join(sorted(circle)[:5]) + (" …" if len(circle) > 5 else "")
            message = f"lot {shown(first)} would be its own ancestor: {names}"
            yield Problem("lots.csv", self.numbers.get(first), "lot_id", Code.CYCLE, message)


def _circles(after: dict[_Node, list[_Node]]) -> Iterator[set[str]]:
    """Sets of lots that are each other's ancestors (strongly connected components of more than one, Tarjan)."""
    _peel(after)
    for component in _components(after):
        if len(component) > 1:
            yield {node for node in component if isinstance(node, str)}


def _peel(after: dict[_Node, list[_Node]]) -> None:
    """Take away all that no circle is above: of a graph without circles everything, and that quickly."""
    waits: dict[_Node, int] = {}
    for nodes in after.values():
        for node in nodes:
            waits[node] = waits.get(node, 0) + 1
    ready = [node for node in after if node not in waits]
    while ready:
        for below in after.pop(ready.pop(), ()):
            waits[below] -= 1
            if not waits[below]:
                ready.append(below)


def _components(after: Mapping[_Node, list[_Node]]) -> Iterator[list[_Node]]:
    index: dict[_Node, int] = {}
    low: dict[_Node, int] = {}
    on_stack: set[_Node] = set()
    stack: list[_Node] = []
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


def _pop_component(stack: list[_Node], on_stack: set[_Node], node: _Node) -> list[_Node]:
    component = []
    while True:
        lot = stack.pop()
        on_stack.discard(lot)
        component.append(lot)
        if lot == node:
            return component
