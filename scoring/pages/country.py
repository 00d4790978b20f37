"""A country's page: three domains, the newest change, the past with its causes, instruments, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.domain.paper import PaperCountry
from registry.pages.facts import FactLine
from registry.pages.instruments import InstrumentRow
from registry.parts import Link, ProofMark, SourceMark
from registry.wording import section_words
from scoring.domain.card import Card, CountryScore, DomainScore
from scoring.domain.dependence import Indicator
from scoring.domain.drawing import Cause, LevelSpan, StepChart, step_chart
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.trace import GateTrace, State
from scoring.domain.wording import clean
from scoring.pages.by_mineral import MineralLine
from scoring.pages.chain import Stage, from_outside, stages_of
from scoring.pages.front import overall_text
from scoring.pages.parts import NAMES, ChangeNote, EvidenceLine, ScoreCell, first_reason, score_cell, sentence


@dataclass(frozen=True, slots=True)
class DomainCard:
    cell: ScoreCell
    reason: str
    needs: str


@dataclass(frozen=True, slots=True)
class Step:
    """A level that began on a day: the history as a list."""

    on: dt.date
    domain: str
    low: int
    high: int
    before: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class InstrumentEffect:
    """A row of the instruments with what it does to the scores now; ``moves`` (domain, with, without)."""

    row: InstrumentRow
    moves: tuple[tuple[str, str, str], ...]
    words: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something no source states, and whether it would change a score."""

    item: str
    domain: str
    answer: str
    decides: bool


_DEPENDENCE = {
    "concentration": "Concentration of destinations",
    "foreign_ownership": "Foreign ownership",
    "unprocessed": "Leaves unprocessed",
}


@dataclass(frozen=True, slots=True)
class Dependence:
    """An indicator of dependence with its evidence; ``together``: the other countries that the source counts in."""

    indicator: Indicator
    together: tuple[str, ...]
    lines: tuple[EvidenceLine, ...]

    @property
    def title(self) -> str:
        return _DEPENDENCE[self.indicator.name]

    @property
    def about(self) -> str:
        named = [each.replace("_", " ") for each in (self.indicator.mineral, self.indicator.stage) if each]
        return ", ".join(named) or "all minerals"

    @property
    def figure(self) -> str:
        """``8,100 to 10,000 of 10,000``, ``75 %``; empty where there are only words."""
        bounds = self.indicator.bounds
        if bounds is None:
            return ""
        return f"{bounds.text} of 10,000" if self.indicator.name == "concentration" else f"{bounds.text} %"


@dataclass(frozen=True, slots=True)
class CountryPage:
    code: str
    name: str
    overall: str
    rank: str
    scored: int
    role: str
    role_source: SourceMark | None
    cards: tuple[DomainCard, ...]
    change: ChangeNote | None
    chart: StepChart | None
    steps: tuple[Step, ...]
    instruments: tuple[InstrumentEffect, ...]
    stages: tuple[Stage, ...]
    gaps: tuple[Gap, ...]
    minerals: tuple[MineralLine, ...]
    outside: tuple[FactLine, ...]
    facts: tuple[FactLine, ...]
    dependence: tuple[Dependence, ...]

    @property
    def is_scored(self) -> bool:
        return any(card.cell.low is not None for card in self.cards)


def domain_cards(
    country: CountryScore,
    methodology: Methodology,
    query: str,
    moved: Mapping[Domain, str],
    proofs: Mapping[Domain, ProofMark],
) -> tuple[DomainCard, ...]:
    return tuple(
        DomainCard(
            cell=score_cell(country.country, cell, query, moved.get(cell.domain, ""), proofs.get(cell.domain)),
            reason=_reason(cell, methodology),
            needs=_needs(cell),
        )
        for cell in country.domains
    )


def _reason(cell: DomainScore, methodology: Methodology) -> str:
    if cell.low is None:
        return "No facts are recorded, so no level is worked out."
    held = [gate for gate in cell.gates if gate.level and gate.level <= cell.low and gate.state is State.PASS]
    return sentence(first_reason(held[-1].because) if held else methodology.lowest[cell.domain])


def _needs(cell: DomainScore) -> str:
    stop = cell.next_gate
    if stop is None:
        return ""
    missing = f" Not stated: {'; '.join(stop.missing)}." if stop.state is State.UNKNOWN and stop.missing else ""
    return f"{stop.rule}{missing}"


def rank_words(card: Card, country: CountryScore) -> tuple[str, int]:
    """(rank with = where it is shared, how many are ranked)."""
    ranks = [each.rank for each in card.countries if each.rank is not None]
    if country.rank is None:
        return "", len(ranks)
    return f"{country.rank}{'=' if ranks.count(country.rank) > 1 else ''}", len(ranks)


def role_of(paper: PaperCountry | None) -> tuple[str, SourceMark | None]:
    """What the paper calls the country, in its own words, with the place."""
    point = next((each for each in paper.snapshot if each.point == "role"), None) if paper else None
    if point is None:
        return "", None
    return point.quote, SourceMark(section_words(point.section), "", "Critical Minerals, April 2026")


# --- the past


def history(
    spans: Mapping[Domain, Sequence[LevelSpan]], causes: Sequence[Cause], today: dt.date
) -> tuple[StepChart | None, tuple[Step, ...]]:
    """The step chart and the same as a list, newest first."""
    lines = [(NAMES[domain], spans.get(domain, ())) for domain in Domain]
    starts = [span.since for _, each in lines for span in each]
    first = min([*starts, today]) - dt.timedelta(days=180)
    dated = [cause for cause in causes if first <= cause.on <= today]
    steps = [
        Step(span.since, NAMES[domain], span.low, span.high, _before(each, n))
        for domain in Domain
        for each in [spans.get(domain, ())]
        for n, span in enumerate(each)
    ]
    steps.sort(key=lambda step: step.on, reverse=True)
    return step_chart(lines, dated, first, today), tuple(steps)


def _before(spans: Sequence[LevelSpan], n: int) -> tuple[int, int] | None:
    return (spans[n - 1].low, spans[n - 1].high) if n else None


# --- what is not stated


def gaps_of(country: CountryScore) -> tuple[Gap, ...]:
    """Everything a gate misses, each once, what would decide a level first."""
    found: dict[tuple[str, str], Gap] = {}
    for cell in country.domains:
        for gate in cell.gates:
            for item, parent in _missing(gate):
                gap = _gap(item, cell, parent)
                known = found.get((item, gap.domain))
                if known is None or (gap.decides and not known.decides):
                    found[item, gap.domain] = gap
    return tuple(sorted(found.values(), key=lambda gap: (not gap.decides, gap.domain, gap.item)))


def _missing(gate: GateTrace) -> Iterable[tuple[str, GateTrace]]:
    return ((item, gate) for trace in gate.walk() for item in trace.missing)


def _gap(item: str, cell: DomainScore, gate: GateTrace) -> Gap:
    name, stop = NAMES[cell.domain], cell.next_gate
    words = f"{item[:1].upper()}{item[1:]}"
    if stop is gate and gate.state is State.UNKNOWN:
        return Gap(words, name, f"Yes: {name.lower()} could be {gate.level}", True)
    if stop is not None and (gate.level or 0) > (stop.level or 0):
        return Gap(words, name, f"Not alone: {stop.gate} does not pass first", False)
    return Gap(words, name, f"Not alone: {gate.gate} needs more", False)


# --- instruments


def effect_words(row: InstrumentRow, cells: Iterable[DomainScore]) -> str:
    """What an instrument is to the gates, where it moves no level alone."""
    for cell in cells:
        for gate in cell.gates:
            if row.instrument_id in {item for trace in gate.walk() for item in trace.facts}:
                passes = gate.state is State.PASS
                return f"Gate {gate.gate} passes, by others too" if passes else f"None now; counts towards {gate.level}"
    reasons = [
        item.reason
        for cell in cells
        for gate in cell.gates
        for trace in gate.walk()
        for item in trace.not_counted
        if item.id == row.instrument_id
    ]
    return f"None: {clean(reasons[0])}" if reasons else "None: no gate reads it"


def country_page(
    *,
    name: str,
    card: Card,
    country: CountryScore,
    cards: tuple[DomainCard, ...],
    role: tuple[str, SourceMark | None],
    change: ChangeNote | None,
    past: tuple[StepChart | None, tuple[Step, ...]],
    instruments: tuple[InstrumentEffect, ...],
    facilities: Mapping[str, Sequence[Link]],
    facts: Sequence[FactLine],
    dependence: tuple[Dependence, ...] = (),
    minerals: tuple[MineralLine, ...] = (),
) -> CountryPage:
    rank, scored = rank_words(card, country)
    return CountryPage(
        code=country.country,
        name=name,
        overall=overall_text(country),
        rank=rank,
        scored=scored,
        role=role[0],
        role_source=role[1],
        cards=cards,
        change=change,
        chart=past[0],
        steps=past[1],
        instruments=instruments,
        stages=stages_of(facts, facilities),
        gaps=gaps_of(country),
        minerals=minerals,
        outside=from_outside(facts),
        facts=tuple(facts),
        dependence=dependence,
    )
