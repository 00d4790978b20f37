"""How scores are made: domains, gates, thresholds, and every judgement with what its other reading would move."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.actor import WORKER
from registry.domain.paper import Judgement
from registry.parts import Link, ProofMark
from registry.paths import country_path, why_path
from registry.wording import section_words
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.robustness import Bounded, Sensitivity
from scoring.models import Methodology as Record
from scoring.pages.parts import LEVEL_WORDS, NAMES
from scoring.wording import PARAMETERS, parameter_value


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A level of a domain: its gate, the paper's wording and what is tested."""

    level: int
    gate: str
    word: str
    criterion: str
    rule: str
    judgements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DomainRules:
    name: str
    key: str
    question: str
    rows: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A reading the facts do not force; ``moves`` are (country and domain, level as is, level by the other reading)."""

    judgement_id: str
    title: str
    gates: str
    paper_says: str
    reading: str
    other_reading: str
    moves: tuple[tuple[Link, str, str], ...]
    suppose: str


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A published version: since when, by whom, and where that stands in the log."""

    code: str
    title: str
    sha256: str
    effective_from: dt.date
    approved_by: str
    is_official: bool
    proof: ProofMark


@dataclass(frozen=True, slots=True)
class SensitivityRow:
    """How far a country's rank moves; ranges as text, such as 4–5."""

    country: Link
    rank: int
    quarter: str
    free: str
    readings: str
    bounded: str
    geometric: int
    weakest: int


@dataclass(frozen=True, slots=True)
class BoundedRow:
    """A cell that the paper's prose leaves between two levels."""

    cell: Link
    low: int
    high: int
    section: str
    lower: str
    upper: str


@dataclass(frozen=True, slots=True)
class MethodologyPage:
    code: str
    title: str
    effective_from: dt.date
    sections: str
    domains: tuple[DomainRules, ...]
    weights: tuple[tuple[str, int], ...]
    parameters: tuple[tuple[str, str], ...]
    judgements: tuple[JudgementRow, ...]
    contradictions: int
    sensitivity: tuple[SensitivityRow, ...]
    bounded: tuple[BoundedRow, ...]
    published: PublishedLine | None
    versions: tuple[PublishedLine, ...]


#: The moves of a judgement: {(country, domain): (as is, by the other reading)}, levels as text.
Moves = Mapping[tuple[str, Domain], tuple[str, str]]


def methodology_page(
    methodology: Methodology,
    judgements: Iterable[tuple[Judgement, Moves, str]],
    contradictions: int,
    names: Mapping[str, str],
    *,
    sensitivity: Iterable[Sensitivity] = (),
    bounded: Iterable[Bounded] = (),
    published: PublishedLine | None = None,
    versions: tuple[PublishedLine, ...] = (),
) -> MethodologyPage:
    fields = dataclasses.fields(methodology.parameters)
    return MethodologyPage(
        code=methodology.code,
        title=methodology.title,
        effective_from=methodology.effective_from,
        sections=", ".join(section_words(section) for section in methodology.sections),
        domains=tuple(_domain(methodology, domain) for domain in Domain),
        weights=tuple((NAMES[domain], methodology.weights[domain]) for domain in Domain),
        parameters=tuple(
            (PARAMETERS[each.name], parameter_value(getattr(methodology.parameters, each.name))) for each in fields
        ),
        judgements=tuple(_judgement(*each, names) for each in judgements),
        contradictions=contradictions,
        sensitivity=tuple(_sensitive(each, names) for each in sensitivity),
        bounded=tuple(_bounded(each, names) for each in bounded),
        published=published,
        versions=versions,
    )


#: Who stands behind the first rule book, which no person publishes: the first working-out records it as it ships.
SHIPPED_BY = "SEAM itself, as it ships"


def published_line(record: Record) -> PublishedLine:
    return PublishedLine(
        code=record.code,
        title=record.title,
        sha256=record.sha256,
        effective_from=record.effective_from,
        approved_by=SHIPPED_BY if record.approved_by == WORKER.public_id else record.approved_by,
        is_official=record.is_official,
        proof=ProofMark(record.recorded_entry_id),
    )


def _sensitive(row: Sensitivity, names: Mapping[str, str]) -> SensitivityRow:
    return SensitivityRow(
        country=Link(names.get(row.country, row.country), country_path(row.country)),
        rank=row.rank,
        quarter=_range(row.quarter),
        free=_range(row.free),
        readings=_range(row.readings),
        bounded=_range(row.bounded),
        geometric=row.geometric,
        weakest=row.weakest,
    )


def _bounded(cell: Bounded, names: Mapping[str, str]) -> BoundedRow:
    return BoundedRow(
        cell=_cell_link(cell.country, cell.domain, names),
        low=cell.levels[0],
        high=cell.levels[1],
        section=section_words(cell.section),
        lower=cell.lower,
        upper=cell.upper,
    )


def _cell_link(code: str, domain: Domain, names: Mapping[str, str]) -> Link:
    return Link(f"{names.get(code, code)}, {NAMES[domain].lower()}", why_path(code, domain.value))


def _range(ranks: tuple[int, int]) -> str:
    low, high = ranks
    return str(low) if low == high else f"{low}–{high}"


def _domain(methodology: Methodology, domain: Domain) -> DomainRules:
    rows = [
        RuleRow(gate.level, gate.gate, LEVEL_WORDS[domain][gate.level - 1], gate.criterion, gate.rule, gate.judgements)
        for gate in methodology.gates_of(domain)
    ]
    if rows[0].level > 1:
        remains = "What remains where the first gate does not pass."
        rows.insert(0, RuleRow(1, "", LEVEL_WORDS[domain][0], methodology.lowest[domain], remains, ()))
    return DomainRules(NAMES[domain], domain.value, methodology.questions[domain], tuple(reversed(rows)))


def _judgement(judgement: Judgement, moves: Moves, suppose: str, names: Mapping[str, str]) -> JudgementRow:
    return JudgementRow(
        judgement_id=judgement.judgement_id,
        title=judgement.title[:1].upper() + judgement.title[1:],
        gates=", ".join(judgement.gates),
        paper_says=judgement.paper_says,
        reading=judgement.reading,
        other_reading=judgement.other_reading,
        moves=tuple(_moves(moves, names)),
        suppose=suppose,
    )


def _moves(moves: Moves, names: Mapping[str, str]) -> Sequence[tuple[Link, str, str]]:
    return [(_cell_link(code, domain, names), before, after) for (code, domain), (before, after) in moves.items()]
