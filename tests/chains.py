"""Chains of lots for tests: a clean one to plant faults in, random ones, and an exact second computation of shares."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from registry.domain.dates import Certainty, PartialDate, holds
from registry.domain.instruments import MeasureCode, MeasureState
from traceability.domain.chain import Chain
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact
from traceability.domain.rules import Case, Found, find_all
from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Material, Role, Unit

UTC7 = dt.timezone(dt.timedelta(hours=7))
START = dt.datetime(2026, 1, 1, 8, tzinfo=UTC7)


def at(day: int, hour: int = 8) -> dt.datetime:
    """Day 0 is 1 January 2026."""
    return START + dt.timedelta(days=day, hours=hour - 8)


def lot(lot_id: str, material: str = "ore", hs_code: str = "253090", model: str = "controlled_blending") -> LotFact:
    return LotFact(lot_id, "rare_earths", Material(material), hs_code, CustodyModel(model))


def assay(
    lot_id: str, grade: str, analyte: str = "Nd2O3", basis: str = "dry", moisture: str | None = None
) -> AssayFact:
    wet = None if moisture is None else Decimal(moisture)
    day = dt.date(2026, 1, 1)
    return AssayFact(f"AS-{lot_id}", lot_id, day, MassBasis(basis), analyte, Decimal(grade), wet)


def line(role: str, lot_id: str, kg: str, unit: str = "KGM", basis: str = "dry") -> LineFact:
    return LineFact(Role(role), lot_id, Decimal(kg), Unit(unit), MassBasis(basis))


def event(event_id: str, kind: str, day: int, facility: str, party: str, *lines: LineFact, **more: Any) -> EventFact:
    return EventFact(event_id, EventKind(kind), at(day), facility, party, lines=lines, **more)


def facility(facility_id: str, kind: str, country: str, **more: Any) -> FacilityFact:
    return FacilityFact(facility_id, facility_id, kind, country, **more)


FACILITIES = (
    facility("mine-vn", "mine", "VN", capacity_t_per_year=Decimal(100), licence_from=dt.date(2025, 1, 1)),
    facility("mine-mm", "mine", "MM"),
    facility("plant-my", "separation_plant", "MY"),
    facility("plant-th", "alloy_plant", "TH"),
)


def clean() -> dict[str, list[Any]]:
    """Two mines, two shipments, a separation with residue, an alloy: nothing to be found in it."""
    lots = [
        lot("V1"),
        lot("M1"),
        lot("OX", "separated_oxide", "284690"),
        lot("RES", "residue", "262099"),
        lot("MET", "metal", "280530"),
        lot("MAG", "magnet", "850511"),
    ]
    assays = [
        assay("V1", "4", moisture="10"),
        assay("M1", "6", moisture="20"),
        assay("OX", "95"),
        assay("RES", "0.5"),
        assay("MET", "99", "Nd"),
        assay("MAG", "30", "Nd"),
    ]
    events = [
        event("E01", "commission", 1, "mine-vn", "vn", line("output", "V1", "20", "TNE", "wet")),
        event("E02", "commission", 1, "mine-mm", "mm", line("output", "M1", "12000", basis="wet")),
        event("E03", "ship", 3, "mine-vn", "vn", line("item", "V1", "18000"), to_facility_id="plant-my"),
        event("E04", "receive", 6, "plant-my", "my", line("item", "V1", "17990")),
        event("E05", "ship", 4, "mine-mm", "mm", line("item", "M1", "9600"), to_facility_id="plant-my"),
        event("E06", "receive", 7, "plant-my", "my", line("item", "M1", "12", "TNE", "wet")),
        event("E07", "transform", 10, "plant-my", "my", line("input", "V1", "18000"), line("input", "M1", "9600"),
              line("output", "OX", "1200"), line("by_product", "RES", "26000")),
        event("E08", "ship", 20, "plant-my", "my", line("item", "OX", "1200"), to_facility_id="plant-th"),
        event("E09", "receive", 25, "plant-th", "th", line("item", "OX", "1200")),
        event("E10", "transform", 30, "plant-th", "th", line("input", "OX", "1100"), line("output", "MET", "880")),
        event("E11", "transform", 35, "plant-th", "th", line("input", "MET", "800"), line("loss", "MET", "10"),
              line("output", "MAG", "2600")),
        event("E12", "transfer_ownership", 40, "plant-th", "th", line("item", "MAG", "2600"), to_party_id="jp"),
    ]  # fmt: skip
    return {"lots": lots, "assays": assays, "events": events, "facilities": list(FACILITIES)}


def change(facts: dict[str, list[Any]], row_id: str, **columns: Any) -> dict[str, list[Any]]:
    """The same facts with other columns in the row whose first column is ``row_id``."""
    changed = {}
    for name, rows in facts.items():
        first = {"lots": "lot_id", "assays": "lot_id", "events": "event_id", "facilities": "facility_id"}[name]
        changed[name] = [
            replace(row, **columns)
            if getattr(row, first) == row_id and all(hasattr(row, column) for column in columns)
            else row
            for row in rows
        ]
    return changed


def more(facts: dict[str, list[Any]], **rows: list[Any]) -> dict[str, list[Any]]:
    return {name: [*have, *rows.get(name, [])] for name, have in facts.items()}


def chain(facts: dict[str, list[Any]]) -> Chain:
    return Chain(**facts)


def measure(code: str, country: str, hs: str = "", start: str = "2026-01-01", **columns: Any) -> MeasureState:
    return MeasureState(
        f"{country}-{code}", "i", 1, country, MeasureCode(code), hs=(hs,) if hs else (), start=PartialDate.parse(start),
        **columns,
    )  # fmt: skip


def by_dates(measure: MeasureState, day: dt.date) -> Certainty:
    return holds(day, measure.start, measure.until)


def found(facts: dict[str, list[Any]], *measures: MeasureState) -> list[Found]:
    return find_all(Case(chain(facts), measures, by_dates))


def keys(findings: list[Found]) -> list[tuple[str, str, str]]:
    return [finding.key for finding in findings]


# --- random chains -------------------------------------------------------------------------------------------------

ANALYTES = ("Nd2O3", "Dy", "CeO2")


@st.composite
def chains(draw: st.DrawFn, *, faults: bool = True) -> dict[str, list[Any]]:
    """Mines, then events that draw on any lots there are; masses, grades, moisture and missing assays at random."""
    lots: list[LotFact] = []
    assays: list[AssayFact] = []
    events: list[EventFact] = []
    models = st.sampled_from(list(CustodyModel))

    def add_lot(name: str) -> None:
        material = draw(st.sampled_from(["ore", "concentrate", "metal"]))
        lots.append(lot(name, material, model=draw(models)))
        if draw(st.booleans()) or draw(st.booleans()):
            moisture = draw(st.one_of(st.none(), st.integers(0, 60).map(str)))
            for analyte in draw(st.lists(st.sampled_from(ANALYTES), min_size=1, max_size=3, unique=True)):
                basis = draw(st.sampled_from(["wet", "dry"]))
                assays.append(assay(name, str(draw(st.integers(0, 40))), analyte, basis, moisture))

    def some_line(role: str, name: str, low: int = 1) -> LineFact:
        kg = str(draw(st.integers(low, 500)))
        return line(role, name, kg, basis=draw(st.sampled_from(["wet", "dry"])))

    for number in range(draw(st.integers(1, 4))):
        add_lot(f"C{number}")
        where = draw(st.sampled_from(["mine-vn", "mine-mm", "plant-my"]))
        events.append(event(f"E-C{number}", "commission", number, where, "p", some_line("output", f"C{number}")))
    for number in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from(["transform", "transform", "aggregate", "disaggregate"]))
        most = 1 if kind == "disaggregate" else 4
        names = [one.lot_id for one in lots]
        sources = draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))
        count = 1 if kind == "aggregate" else draw(st.integers(1, 3))
        born = [f"T{number}-{n}" for n in range(count)]
        role_in = {"transform": "input", "aggregate": "child", "disaggregate": "parent"}[kind]
        role_out = {"transform": "output", "aggregate": "parent", "disaggregate": "child"}[kind]
        lines = [some_line(role_in, name, 0 if faults else 1) for name in sources]
        for place, name in enumerate(born):
            add_lot(name)
            role = "by_product" if kind == "transform" and place and draw(st.booleans()) else role_out
            lines.append(some_line(role, name))
        if kind == "transform" and draw(st.booleans()):
            lines.append(some_line("loss", sources[0]))
        day = draw(st.integers(10, 30)) if faults else 10 + number
        events.append(event(f"E-T{number}", kind, day, "plant-my", draw(st.sampled_from(["p", "q"])), *lines))
    return {"lots": lots, "assays": assays, "events": events, "facilities": list(FACILITIES)}


# --- the same shares, worked out another way: recursion over lots, in exact fractions ---------------------------------

WEIGHTS = {"Nd": "144.24", "Dy": "162.50", "Ce": "140.12", "O": "15.999"}
FRACTIONS = {
    "Nd2O3": ("Nd", Fraction("288.48") / (Fraction("288.48") + 3 * Fraction("15.999"))),
    "CeO2": ("Ce", Fraction("140.12") / (Fraction("140.12") + 2 * Fraction("15.999"))),
    "Dy": ("Dy", Fraction(1)),
    "Nd": ("Nd", Fraction(1)),
}


class Oracle:
    """Reads the facts anew, shares no code with the engine, and never rounds."""

    def __init__(self, facts: dict[str, list[Any]]) -> None:
        corrected = {one.corrects_event_id for one in facts["events"]}
        self.events = [one for one in facts["events"] if one.event_id not in corrected]
        self.moisture: dict[str, Fraction] = {}
        self.grade: dict[str, dict[str, Fraction]] = {}
        for row in facts["assays"]:
            moisture = Fraction(row.moisture_pct or 0) / 100
            element, part = FRACTIONS[row.analyte]
            grade = Fraction(row.grade_pct) / 100 * part
            self.moisture[row.lot_id] = moisture
            wet = row.basis.value == "wet"
            self.grade.setdefault(row.lot_id, {})[element] = grade / (1 - moisture) if wet else grade
        self.birth = {
            one.lot_id: event
            for event in self.events
            for one in event.lines
            if (event.kind.value, one.role.value) in _BIRTHS
        }
        self._known: dict[tuple[str, str | None], dict[str | None, Fraction]] = {}

    def dry(self, one: LineFact) -> Fraction:
        kg = Fraction(one.quantity) * {"KGM": 1, "TNE": 1000, "GRM": Fraction(1, 1000)}[one.unit.value]
        return kg * (1 - self.moisture.get(one.lot_id, Fraction(0))) if one.basis.value == "wet" else kg

    def content(self, one: LineFact, element: str) -> Fraction:
        return self.dry(one) * self.grade[one.lot_id].get(element, Fraction(0))

    def inputs(self, event: EventFact) -> list[LineFact]:
        return [one for one in event.lines if (event.kind.value, one.role.value) in _INPUTS]

    def gain(self, event: EventFact, element: str | None) -> Fraction:
        """The unknown share where more came out than went in, by the balance that the event has."""
        inputs = self.inputs(event)
        outs = [one for one in event.lines if one not in inputs]
        fell_back = any(one.lot_id not in self.grade for one in event.lines)
        named = {name for one in inputs for name in self.grade.get(one.lot_id, {})}
        if fell_back != (element is None) or (element is not None and element not in named):
            return Fraction(0)
        measure = self.dry if element is None else lambda one: self.content(one, element or "")
        went_in, came_out = sum(map(measure, inputs)), sum(map(measure, outs))
        return (came_out - went_in) / came_out if came_out > went_in * Fraction("1.02") else Fraction(0)

    def shares(self, lot_id: str, element: str | None) -> dict[str | None, Fraction]:
        """Share by facility of origin, None for unknown."""
        if (lot_id, element) not in self._known:
            self._known[lot_id, element] = self._shares(lot_id, element)
        return self._known[lot_id, element]

    def _shares(self, lot_id: str, element: str | None) -> dict[str | None, Fraction]:
        event = self.birth[lot_id]
        inputs = self.inputs(event)
        if not inputs:
            return {event.facility_id: Fraction(1)}
        assayed = all(one.lot_id in self.grade for one in inputs)
        by_element = assayed and any(element in self.grade[one.lot_id] for one in inputs)
        unknown = self.gain(event, element if by_element else None)
        weights = [self.content(one, element or "") if by_element else self.dry(one) for one in inputs]
        if not sum(weights):
            weights = [self.dry(one) for one in inputs]
        if not sum(weights):
            return {None: Fraction(1)}
        found: dict[str | None, Fraction] = {None: unknown} if unknown else {}
        for one, weight in zip(inputs, weights, strict=True):
            for place, share in self.shares(one.lot_id, element).items():
                part = (1 - unknown) * weight / sum(weights) * share
                found[place] = found.get(place, Fraction(0)) + part
        return {place: share for place, share in found.items() if share}


_BIRTHS = {("commission", "output"), ("commission", "by_product"), ("transform", "output"), ("transform", "by_product"),
           ("aggregate", "parent"), ("disaggregate", "child")}  # fmt: skip
_INPUTS = {("transform", "input"), ("aggregate", "child"), ("disaggregate", "parent")}


# --- the same facts as files ---------------------------------------------------------------------------------------

_COUNTRIES = {"vn": "VN", "mm": "MM", "mm2": "MM", "my": "MY", "th": "TH", "jp": "JP", "p": "MY", "q": "MY"}
PARTIES = [
    {"party_id": name, "name": f"Party {name}", "country": country, "roles": "miner;trader"}
    for name, country in _COUNTRIES.items()
]


def as_rows(facts: dict[str, list[Any]]) -> dict[str, list[dict[str, str]]]:
    """The six tables of an import, every value as text."""
    tables = {name: [_row(fact) for fact in facts[name]] for name in ("facilities", "lots", "assays", "events")}
    lines = [{"event_id": one.event_id, **_row(two)} for one in facts["events"] for two in one.lines]
    return {"parties": [dict(row) for row in PARTIES], **tables, "event_lines": lines}


def write_folder(folder: Path, tables: dict[str, list[dict[str, str]]]) -> Path:
    """A folder of CSV files, each with the columns that its rows have."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _row(fact: Any) -> dict[str, str]:
    return {name: _cell(getattr(fact, name)) for name in fact.__slots__ if name != "lines"}


def _cell(value: Any) -> str:
    if isinstance(value, frozenset):
        return ";".join(sorted(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return "" if value is None else str(value)
