"""Whether rows that can be read fit together and fit what is stored: references, ids, corrections, the graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from traceability.domain.elements import parse_analyte
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact, PartyFact
from traceability.domain.importing.graph import graph_problems
from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.progress import Phase, Tell, silent
from traceability.domain.importing.reading import Rows
from traceability.domain.importing.tables import Table
from traceability.domain.importing.values import shown
from traceability.domain.vocabulary import ROLES, EventKind, Role


class Stored(Protocol):
    """What the registry holds already, asked for by ids."""

    def minerals(self) -> frozenset[str]: ...
    def parties(self, ids: set[str]) -> Mapping[str, PartyFact]: ...
    def facilities(self, ids: set[str]) -> Mapping[str, FacilityFact]: ...
    def lots(self, ids: set[str]) -> Mapping[str, LotFact]: ...
    def assays(self, ids: set[str]) -> Mapping[tuple[str, str], AssayFact]:
        """Every row of the assays with these ids, by assay id and analyte."""

    def events(self, ids: set[str]) -> Mapping[str, EventFact]: ...
    def corrections(self, ids: set[str]) -> Mapping[str, str]:
        """Which stored event corrects each of these, where one does."""

    def births(self, lots: set[str]) -> Mapping[str, frozenset[str]]:
        """The live events in which each of these lots is born."""

    def edges_below(self, lots: set[str]) -> Iterable[tuple[str, str, str]]:
        """(input lot, born lot, event) of every live event at or below these lots."""


@dataclass(slots=True)
class Accepted:
    """What is new, and how many rows were stored already with the same content."""

    parties: list[PartyFact] = field(default_factory=list)
    facilities: list[FacilityFact] = field(default_factory=list)
    lots: list[LotFact] = field(default_factory=list)
    assays: list[AssayFact] = field(default_factory=list)
    events: list[EventFact] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        lines = sum(len(event.lines) for event in self.events)
        return {
            "parties": len(self.parties),
            "facilities": len(self.facilities),
            "lots": len(self.lots),
            "assays": len(self.assays),
            "events": len(self.events),
            "event_lines": lines,
        }


def check(
    rows: Rows, tables: Mapping[str, Table], stored: Stored, tell: Tell = silent
) -> tuple[Accepted, list[Problem]]:
    """Check everything; with a problem, what is accepted must not be stored."""
    checker = _Checker(rows, tables, stored, tell)
    return checker.run()


class _Checker:
    def __init__(self, rows: Rows, tables: Mapping[str, Table], stored: Stored, tell: Tell) -> None:
        self.rows, self.tables, self.stored, self.tell = rows, tables, stored, tell
        self.problems = list(rows.problems)
        self.accepted = Accepted(unchanged=dict.fromkeys(tables, 0))

    def run(self) -> tuple[Accepted, list[Problem]]:
        ids = {name: self._ids(name) for name in ("parties", "facilities", "lots", "assays", "events")}
        self.parties = self.stored.parties(ids["parties"])
        self.facilities = self.stored.facilities(ids["facilities"])
        self.lots = self.stored.lots(ids["lots"])
        self.assays = self.stored.assays(ids["assays"])
        self.events = self.stored.events(ids["events"])
        self.tell(Phase.CHECKING, 0.15)
        self._references()
        self.tell(Phase.CHECKING, 0.3)
        self.accepted.parties = self._new("parties", PartyFact, self.parties)
        self.accepted.facilities = self._new("facilities", FacilityFact, self.facilities)
        self.accepted.lots = self._new("lots", LotFact, self.lots)
        self._check_assays()
        self.tell(Phase.CHECKING, 0.45)
        self._check_events()
        self.tell(Phase.CHECKING, 0.75)
        self.problems += graph_problems(self.rows, self.lots.keys(), self.events, self.stored)
        return self.accepted, sorted(self.problems, key=lambda problem: problem.order)

    def _ids(self, table: str) -> set[str]:
        """Every id of a table that the import names, as its own or as a reference."""
        found = set(self.rows.of(table)[_KEYS[table]])
        for name, column in self._referring(table):
            found.update(self.rows.of(name)[column])
        return found - {None}

    def _referring(self, table: str) -> Iterator[tuple[str, str]]:
        for other in self.tables.values():
            for column in other.columns:
                if column.refers_to == table:
                    yield other.name, column.name

    def _references(self) -> None:
        known: dict[str, Set[Any]] = {"minerals": self.stored.minerals()}
        here = {"parties": self.parties, "facilities": self.facilities, "lots": self.lots, "events": self.events}
        for name, stored in here.items():
            known[name] = {*self.rows.of(name)[_KEYS[name]], *stored}
        for table in self.tables.values():
            for column in table.columns:
                if column.refers_to and column.refers_to not in self.rows.cut:
                    self._refer(table.name, column.name, column.refers_to, known[column.refers_to])

    def _refer(self, table: str, column: str, to: str, known: Set[Any]) -> None:
        values = self.rows.of(table)[column]
        unknown = set(values) - known - {None}
        for place, value in enumerate(values if unknown else ()):
            if value in unknown:
                where = "the registry" if to == "minerals" else f"{to}.csv nor in the registry"
                message = f"{shown(value)} is {'not' if to == 'minerals' else 'neither'} in {where}"
                self._problem(table, place, column, Code.UNKNOWN_REFERENCE, message)

    def _new(self, table: str, fact: Callable[..., Any], stored: Mapping[str, Any]) -> list[Any]:
        """The facts that are not stored yet; the same id with other content is a conflict."""
        found: dict[Hashable, Any] = {}
        read, key = self.rows.of(table), _KEYS[table]
        for place, values in enumerate(read.rows()):
            if place not in read.bad:
                named = {name: value for name, value in zip(read.values, values, strict=True) if value is not None}
                self._place(table, place, named[key], fact(**named), stored, found)
        return list(found.values())

    def _place(
        self, table: str, place: int, key: Hashable, made: Any, stored: Mapping[Any, Any], found: dict[Hashable, Any]
    ) -> None:
        before = stored.get(key, found.get(key))
        if before is None:
            found[key] = made
        elif _content(before) == _content(made):
            self.accepted.unchanged[table] += 1
        else:
            where, column = "the registry" if key in stored else "an earlier row", _KEYS[table]
            message = f"{shown(self.rows.of(table)[column][place])} stands in {where} with other content"
            self._problem(table, place, column, Code.CONFLICT, message)

    def _check_assays(self) -> None:
        found: dict[Hashable, AssayFact] = {}
        analytes = {(assay, parse_analyte(formula).element): formula for assay, formula in self.assays}
        read = self.rows.of("assays")
        for place, values in enumerate(read.rows()):
            assay, lot_id, sampled_on, basis, moisture, formula, grade, laboratory, sha256 = values
            if assay is not None and formula is not None:
                other = analytes.setdefault((assay, parse_analyte(formula).element), formula)
                if other != formula:
                    message = f"assay {shown(assay)} gives {other} already, which is the same element as {formula}"
                    self._problem("assays", place, "analyte", Code.BAD_VALUE, message)
            if place not in read.bad:
                made = AssayFact(assay, lot_id, sampled_on, basis, formula, grade, moisture, laboratory, sha256)
                self._place("assays", place, (assay, formula), made, self.assays, found)
        self.accepted.assays = list(found.values())

    def _check_events(self) -> None:
        lines = self._lines()
        found: dict[Hashable, EventFact] = {}
        place_of: dict[str, int] = {}
        self._check_event_rows()
        read = self.rows.of("events")
        for place, values in enumerate(read.rows()):
            event_id = values[0]
            if event_id is None or place in read.bad or event_id in self._broken_lines:
                continue
            cells: list[Any] = [*values, self._lines_of(event_id, lines)]
            made = EventFact(*cells)
            self._place("events", place, event_id, made, self.events, found)
            place_of.setdefault(event_id, place)
        self._check_stray_lines(lines)
        self.accepted.events = list(found.values())
        self._check_corrections(place_of)

    def _lines_of(self, event_id: str, lines: Mapping[str, list[LineFact]]) -> tuple[LineFact, ...]:
        """An event's lines as they were read; where some could not be, a stored event's are taken for them."""
        if "event_lines" in self.rows.cut and event_id in self.events:
            return self.events[event_id].lines
        return tuple(lines.get(event_id, ()))

    def _check_event_rows(self) -> None:
        read = self.rows.of("events")
        for needed_by, column in ((EventKind.SHIP, "to_facility_id"), (EventKind.TRANSFER_OWNERSHIP, "to_party_id")):
            for place, (kind, value) in enumerate(zip(read["kind"], read[column], strict=True)):
                if kind is needed_by and value is None and column not in read.bad.get(place, ()):
                    read.mark(place, column)
                    self._problem("events", place, column, Code.BAD_VALUE, f"a {kind} needs {column}")
        for place, (event_id, corrects) in enumerate(zip(read["event_id"], read["corrects_event_id"], strict=True)):
            if corrects is not None and corrects == event_id:
                message = "an event cannot correct itself"
                self._problem("events", place, "corrects_event_id", Code.BAD_VALUE, message)

    def _lines(self) -> dict[str, list[LineFact]]:
        """The lines of each event, each once; what does not suit the event's kind is reported."""
        kinds = self._kinds()
        self._broken_lines: set[str] = set()
        lines: dict[str, list[LineFact]] = {}
        seen: dict[tuple[str, str, Decimal], tuple[LineFact, ...]] = {}
        read = self.rows.of("event_lines")
        for place, (event_id, role, lot_id, quantity, unit, basis) in enumerate(read.rows()):
            if not self._suits(place, role, quantity, kinds.get(event_id)) or place in read.bad:
                self._broken_lines.add(event_id)
                continue
            line, key = LineFact(role, lot_id, quantity, unit, basis), (event_id, lot_id, quantity)
            alike = seen.get(key, ())
            if line in alike:
                self.accepted.unchanged["event_lines"] += 1
                continue
            seen[key] = (*alike, line)
            lines.setdefault(event_id, []).append(line)
        self._check_losses(kinds)
        return lines

    def _kinds(self) -> dict[str, EventKind]:
        """What kind each event is of that is stored or here, as far as it could be read."""
        read = self.rows.of("events")
        kinds = {event.event_id: event.kind for event in self.events.values()}
        here = zip(read["event_id"], read["kind"], strict=True)
        kinds |= {event_id: kind for event_id, kind in here if event_id is not None and kind is not None}
        self._kindless = {read["event_id"][place] for place, bad in read.bad.items() if "kind" in bad}
        return kinds

    def _suits(self, place: int, role: Role | None, quantity: Decimal | None, kind: EventKind | None) -> bool:
        suits = True
        if kind is not None and role is not None and role not in ROLES[kind]:
            allowed = ", ".join(sorted(ROLES[kind]))
            message = f"a {kind} has no {role} lines, only {allowed}"
            self._problem("event_lines", place, "role", Code.BAD_VALUE, message)
            suits = False
        if quantity is not None and quantity < 0 and not self._may_be_adjust(place, kind):
            message = f"{shown(str(quantity))} is negative, which only the lines of an adjust may be"
            self._problem("event_lines", place, "quantity", Code.BAD_VALUE, message)
            suits = False
        return suits

    def _may_be_adjust(self, place: int, kind: EventKind | None) -> bool:
        """Whether a line's event is an adjust, or may well be there and one, but its kind could not be read."""
        if kind is not None:
            return kind is EventKind.ADJUST
        return "events" in self.rows.cut or self.rows.of("event_lines")["event_id"][place] in self._kindless

    def _check_losses(self, kinds: Mapping[str, EventKind]) -> None:
        read = self.rows.of("event_lines")
        if "event_lines" in self.rows.cut or Role.LOSS not in read["role"]:
            return
        rows = list(zip(read["event_id"], read["role"], read["lot_id"], strict=True))
        inputs = {(event_id, lot_id) for event_id, role, lot_id in rows if role is Role.INPUT}
        unreadable = {read["event_id"][place] for place, bad in read.bad.items() if {"role", "lot_id"} & bad}
        for place, (event_id, role, lot_id) in enumerate(rows):
            if role is not Role.LOSS or kinds.get(event_id) is not EventKind.TRANSFORM:
                continue
            if (event_id, lot_id) not in inputs and lot_id is not None and event_id not in unreadable:
                message = f"a loss names one of the transform's inputs, and {shown(lot_id)} is none"
                self._problem("event_lines", place, "lot_id", Code.BAD_VALUE, message)

    def _check_stray_lines(self, lines: dict[str, list[LineFact]]) -> None:
        """Lines of a stored event that has no row here: the same ones are unchanged, others a conflict."""
        if "event_lines" in self.rows.cut:
            return
        here = set(self.rows.of("events")["event_id"])
        for event_id, mine in lines.items() if self.events else ():
            before = self.events.get(event_id)
            if before is None:
                continue
            if set(mine) == set(before.lines):
                self.accepted.unchanged["event_lines"] += len(mine)
            elif event_id not in here:
                message = f"event {shown(event_id)} stands in the registry with other lines"
                self.problems.append(Problem("events.csv", None, "event_id", Code.CONFLICT, message))

    def _check_corrections(self, place_of: Mapping[str, int]) -> None:
        corrected = {event.corrects_event_id for event in self.accepted.events if event.corrects_event_id}
        corrects = dict(self.stored.corrections(corrected))
        for event in self.accepted.events:
            if event.corrects_event_id is None:
                continue
            other = corrects.setdefault(event.corrects_event_id, event.event_id)
            if other != event.event_id:
                message = f"event {shown(event.corrects_event_id)} is corrected by {shown(other)} already; correct that"
                self._problem("events", place_of[event.event_id], "corrects_event_id", Code.CONFLICT, message)
        for event_id in _in_circles(corrects, self.accepted.events):
            message = f"event {shown(event_id)} corrects one that corrects it"
            self._problem("events", place_of[event_id], "corrects_event_id", Code.BAD_VALUE, message)

    def _problem(self, table: str, place: int, column: str, code: Code, message: str) -> None:
        number = self.rows.of(table).numbers[place]
        self.problems.append(Problem(f"{table}.csv", number, column, code, message))


_KEYS = {
    "parties": "party_id",
    "facilities": "facility_id",
    "lots": "lot_id",
    "assays": "assay_id",
    "events": "event_id",
}


def _content(fact: Any) -> Any:
    return fact.content() if isinstance(fact, EventFact | FacilityFact) else fact


def _in_circles(corrects: Mapping[str, str], events: Iterable[EventFact]) -> list[str]:
    """Events whose chain of corrections leads back to themselves."""
    found = []
    for event in events:
        seen: set[str] = set()
        step = corrects.get(event.event_id)
        while step is not None and step not in seen and step != event.event_id:
            seen.add(step)
            step = corrects.get(step)
        if step == event.event_id and event.corrects_event_id != event.event_id:
            found.append(event.event_id)
    return found
