"""Whether rows that can be read fit together and fit what is stored: references, ids, corrections, the graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

from traceability.domain.elements import parse_analyte
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact, PartyFact
from traceability.domain.importing.graph import graph_problems
from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.progress import Phase, Tell, silent
from traceability.domain.importing.reading import Row, Rows
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
        self.accepted.parties = self._new("parties", PartyFact, "party_id", self.parties)
        self.accepted.facilities = self._new("facilities", FacilityFact, "facility_id", self.facilities)
        self.accepted.lots = self._new("lots", LotFact, "lot_id", self.lots)
        self._check_assays()
        self.tell(Phase.CHECKING, 0.45)
        self._check_events()
        self.tell(Phase.CHECKING, 0.75)
        self.problems += graph_problems(self.rows, self.accepted.events, self.events, self.stored)
        return self.accepted, sorted(self.problems, key=lambda problem: problem.order)

    def _ids(self, table: str) -> set[str]:
        """Every id of a table that the import names, as its own or as a reference."""
        key = _KEYS[table]
        found = set(self.rows.column(table, key))
        for name, column in self._referring(table):
            found |= set(self.rows.column(name, column))
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
            known[name] = {row.get(_KEYS[name]) for row in self.rows.of(name)} | stored.keys()
        for table in self.tables.values():
            for column in table.columns:
                if column.refers_to and column.refers_to not in self.rows.cut:
                    self._refer(table, column.name, column.refers_to, known[column.refers_to])

    def _refer(self, table: Table, column: str, to: str, known: Set[Any]) -> None:
        for row, value in zip(self.rows.of(table.name), self.rows.column(table.name, column), strict=True):
            if value is not None and value not in known:
                where = "the registry" if to == "minerals" else f"{to}.csv nor in the registry"
                message = f"{shown(row.get(column))} is {'not' if to == 'minerals' else 'neither'} in {where}"
                self._problem(table.name, row, column, Code.UNKNOWN_REFERENCE, message)

    def _new(self, table: str, fact: Callable[..., Any], key: str, stored: Mapping[str, Any]) -> list[Any]:
        """The facts that are not stored yet; the same id with other content is a conflict."""
        found: dict[Hashable, Any] = {}
        for row in self.rows.of(table):
            if not row.is_whole:
                continue
            made = fact(**row.values)
            self._place(table, row, key, row.get(key), made, stored, found)
        return list(found.values())

    def _place(
        self,
        table: str,
        row: Row,
        column: str,
        key: Hashable,
        made: Any,
        stored: Mapping[Any, Any],
        found: dict[Hashable, Any],
    ) -> None:
        before = stored.get(key, found.get(key))
        if before is None:
            found[key] = made
        elif _content(before) == _content(made):
            self.accepted.unchanged[table] += 1
        else:
            where = "the registry" if key in stored else "an earlier row"
            message = f"{shown(str(row.get(column)))} stands in {where} with other content"
            self._problem(table, row, column, Code.CONFLICT, message)

    def _check_assays(self) -> None:
        found: dict[Hashable, AssayFact] = {}
        analytes = {(assay, parse_analyte(formula).element): formula for assay, formula in self.assays}
        for row in self.rows.of("assays"):
            assay, lot_id, sampled_on, basis, moisture, formula, grade, laboratory, sha256 = row.cells
            if assay is not None and formula is not None:
                other = analytes.setdefault((assay, parse_analyte(formula).element), formula)
                if other != formula:
                    self._two_of_one_element(row, other)
            if not row.bad:
                made = AssayFact(assay, lot_id, sampled_on, basis, formula, grade, moisture, laboratory, sha256)
                self._place("assays", row, "assay_id", (assay, formula), made, self.assays, found)
        self.accepted.assays = list(found.values())

    def _two_of_one_element(self, row: Row, other: str) -> None:
        assay, formula = row.get("assay_id"), row.get("analyte")
        message = f"assay {shown(assay)} gives {other} already, which is the same element as {formula}"
        self._problem("assays", row, "analyte", Code.BAD_VALUE, message)

    def _check_events(self) -> None:
        lines = self._lines()
        found: dict[Hashable, EventFact] = {}
        rows_of: dict[str, Row] = {}
        for row in self.rows.of("events"):
            self._check_event_row(row)
            event_id = row.get("event_id")
            if event_id is None or not row.is_whole or event_id in self._broken_lines:
                continue
            cells: list[Any] = [*row.cells, self._lines_of(event_id, lines)]
            made = EventFact(*cells)
            self._place("events", row, "event_id", made.event_id, made, self.events, found)
            rows_of.setdefault(made.event_id, row)
        self._check_stray_lines(lines)
        self.accepted.events = list(found.values())
        self._check_corrections(rows_of)

    def _lines_of(self, event_id: str, lines: Mapping[str, list[LineFact]]) -> tuple[LineFact, ...]:
        """An event's lines as they were read; where some could not be, a stored event's are taken for them."""
        if "event_lines" in self.rows.cut and event_id in self.events:
            return self.events[event_id].lines
        return tuple(lines.get(event_id, ()))

    def _check_event_row(self, row: Row) -> None:
        kind = row.get("kind")
        for needed_by, column in ((EventKind.SHIP, "to_facility_id"), (EventKind.TRANSFER_OWNERSHIP, "to_party_id")):
            if kind is needed_by and not row.has(column) and column not in row.bad:
                row.bad = row.bad | {column}
                self._problem("events", row, column, Code.BAD_VALUE, f"a {kind.value} needs {column}")
        if row.get("corrects_event_id") is not None and row.get("corrects_event_id") == row.get("event_id"):
            self._problem("events", row, "corrects_event_id", Code.BAD_VALUE, "an event cannot correct itself")

    def _lines(self) -> dict[str, list[LineFact]]:
        """The lines of each event, each once; what does not suit the event's kind is reported."""
        kinds = {event.event_id: event.kind for event in self.events.values()}
        rows = self.rows.of("events")
        kinds |= {row.get("event_id"): row.get("kind") for row in rows if row.has("event_id") and row.has("kind")}
        self._kindless = {row.get("event_id") for row in rows if "kind" in row.bad}
        self._broken_lines: set[str] = set()
        lines: dict[str, dict[LineFact, None]] = {}
        for row in self.rows.of("event_lines"):
            event_id, role, lot_id, quantity, unit, basis = row.cells
            if not self._suits(row, kinds.get(event_id)) or row.bad:
                self._broken_lines.add(event_id)
                continue
            mine, line = lines.setdefault(event_id, {}), LineFact(role, lot_id, quantity, unit, basis)
            if line in mine:
                self.accepted.unchanged["event_lines"] += 1
            mine[line] = None
        self._check_losses(kinds)
        return {event_id: list(mine) for event_id, mine in lines.items()}

    def _suits(self, row: Row, kind: EventKind | None) -> bool:
        _event, role, _lot, quantity, _unit, _basis = row.cells
        suits = True
        if kind is not None and role is not None and role not in ROLES[kind]:
            allowed = ", ".join(sorted(ROLES[kind]))
            self._problem("event_lines", row, "role", Code.BAD_VALUE, f"a {kind} has no {role} lines, only {allowed}")
            suits = False
        may_be_adjust = kind is EventKind.ADJUST or (kind is None and self._has_unread_kind(row.get("event_id")))
        if quantity is not None and quantity < 0 and not may_be_adjust:
            message = f"{shown(str(quantity))} is negative, which only the lines of an adjust may be"
            self._problem("event_lines", row, "quantity", Code.BAD_VALUE, message)
            suits = False
        return suits

    def _has_unread_kind(self, event_id: str | None) -> bool:
        """Whether an event may well be there, but what kind it is could not be read."""
        return "events" in self.rows.cut or event_id in self._kindless

    def _check_losses(self, kinds: Mapping[str, EventKind]) -> None:
        if "event_lines" in self.rows.cut:
            return
        rows = self.rows.of("event_lines")
        if Role.LOSS not in self.rows.column("event_lines", "role"):
            return
        inputs = {(row.get("event_id"), row.get("lot_id")) for row in rows if row.get("role") is Role.INPUT}
        unreadable = {row.get("event_id") for row in rows if row.bad and {"role", "lot_id"} & row.bad}
        for row in rows:
            if row.get("role") is Role.LOSS and kinds.get(row.get("event_id")) is EventKind.TRANSFORM:
                lost = (row.get("event_id"), row.get("lot_id"))
                if lost not in inputs and lost[1] is not None and lost[0] not in unreadable:
                    message = f"a loss names one of the transform's inputs, and {shown(str(lost[1]))} is none"
                    self._problem("event_lines", row, "lot_id", Code.BAD_VALUE, message)

    def _check_stray_lines(self, lines: dict[str, list[LineFact]]) -> None:
        """Lines of a stored event that has no row here: the same ones are unchanged, others a conflict."""
        if "event_lines" in self.rows.cut:
            return
        here = {row.get("event_id") for row in self.rows.of("events")}
        for event_id, mine in lines.items():
            before = self.events.get(event_id)
            if before is None:
                continue
            if set(mine) == set(before.lines):
                self.accepted.unchanged["event_lines"] += len(mine)
            elif event_id not in here:
                message = f"event {shown(event_id)} stands in the registry with other lines"
                self.problems.append(Problem("events.csv", None, "event_id", Code.CONFLICT, message))

    def _check_corrections(self, rows_of: Mapping[str, Row]) -> None:
        corrected = {event.corrects_event_id for event in self.accepted.events if event.corrects_event_id}
        corrects = dict(self.stored.corrections(corrected))
        for event in self.accepted.events:
            if event.corrects_event_id is None:
                continue
            other = corrects.setdefault(event.corrects_event_id, event.event_id)
            if other != event.event_id:
                message = f"event {shown(event.corrects_event_id)} is corrected by {shown(other)} already; correct that"
                self._problem("events", rows_of[event.event_id], "corrects_event_id", Code.CONFLICT, message)
        for event_id in _in_circles(corrects, self.accepted.events):
            message = f"event {shown(event_id)} corrects one that corrects it"
            self._problem("events", rows_of[event_id], "corrects_event_id", Code.BAD_VALUE, message)

    def _problem(self, table: str, row: Row, column: str, code: Code, message: str) -> None:
        self.problems.append(Problem(f"{table}.csv", row.number, column, code, message))


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
