"""Red flags on the page of a lot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.parts import Link, ProofMark
from traceability.choices import RISKS
from traceability.domain.precision import plain
from traceability.domain.risks import Match, OutputFlag, Route, RouteFlag, Subject
from traceability.models import RiskList

RISK_WORDS = dict(RISKS)


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A red flag: a question to look into, with who or what it is about, when it was met, and who says so."""

    title: str
    about: str
    statement: str
    first: dt.date | None
    last: dt.date | None
    source: Link | None
    lots: tuple[str, ...]
    event_id: str = ""
    proof: ProofMark | None = None


def match_row(match: Match, risks: RiskList, names: Mapping[str, str], href: str) -> FlagRow:
    entry = match.entry
    name = names.get(entry.subject_id, entry.subject_id)
    radius = f", within {plain(entry.radius_km)} km" if entry.subject is Subject.AREA and entry.radius_km else ""
    return FlagRow(
        title=RISK_WORDS[entry.risk],
        about=f"{entry.subject.value.capitalize()} {name}{radius}",
        statement=entry.statement,
        first=match.first,
        last=match.last,
        source=Link(f"{risks.title}, version {risks.version} of {risks.published_on}", href),
        lots=match.lots,
        proof=ProofMark(risks.recorded_entry_id),
    )


def output_row(flag: OutputFlag, names: Mapping[str, str]) -> FlagRow:
    words = f"{flag.out_t:,.0f} t came out in {flag.year}, wet; its capacity is {flag.capacity_t:,.0f} t a year."
    first, last = dt.date(flag.year, 1, 1), dt.date(flag.year, 12, 31)
    about = f"Facility {names.get(flag.facility_id, flag.facility_id)}"
    return FlagRow("Output above capacity", about, words, first, last, None, ())


def route_rows(flags: Iterable[RouteFlag], countries: Mapping[str, str]) -> list[FlagRow]:
    """One row for each way that routes speak against what is said, with all the lots that went it."""
    together: dict[tuple[Route, str, str], list[RouteFlag]] = {}
    for flag in flags:
        together.setdefault((flag.kind, flag.here, flag.there), []).append(flag)
    return [_route_row(alike, countries) for alike in together.values()]


def _route_row(flags: Sequence[RouteFlag], countries: Mapping[str, str]) -> FlagRow:
    one, lots = flags[0], tuple(sorted({flag.lot_id for flag in flags}))
    here, there = (countries.get(code, code) for code in (one.here, one.there))
    if one.kind is Route.JUMP:
        words = f"Reported in {here}, but the report before has it in {there}: no shipment says how it got there."
    else:
        words = f"Left {here} earlier and came back from {there} as the same lot."
    days = [flag.day for flag in flags]
    about = f"{len(lots):,} lots" if len(lots) > 1 else "A lot"
    event_id = one.event_id if len(flags) == 1 else ""
    return FlagRow("Route against origin", about, words, min(days), max(days), None, lots, event_id)
