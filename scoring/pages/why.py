"""Why a level: the ladder of gates with their evidence, what would raise it and what would let it fall."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.paper import Judgement
from registry.paths import judgement_path
from scoring.domain.card import DomainScore
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.trace import GateTrace, State
from scoring.domain.wording import clean
from scoring.pages.parts import NAMES, ChangeNote, EvidenceLine, ScoreCell, evidence_line, first_reason, sentence


@dataclass(frozen=True, slots=True)
class GatePart:
    """A pillar, a mineral or a route of a gate. ``lines`` are its evidence."""

    title: str
    state: str
    because: str
    lines: tuple[EvidenceLine, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateView:
    """One rung: ``title`` is the first sentence of its rule, ``rule`` what follows.

    ``standing``: pass, fail, unknown or unreached; ``here``: the gate that last flipped.
    """

    gate: str
    level: int
    title: str
    rule: str
    criterion: str
    standing: str
    because: str
    here: bool
    reached: bool
    lines: tuple[EvidenceLine, ...]
    ignored: tuple[EvidenceLine, ...]
    missing: tuple[str, ...]
    parts: tuple[GatePart, ...]


@dataclass(frozen=True, slots=True)
class JudgementLine:
    judgement_id: str
    title: str
    reading: str
    other_reading: str
    href: str
    moves: tuple[str, str] | None
    elsewhere: int
    suppose: str


@dataclass(frozen=True, slots=True)
class Fall:
    """A piece of evidence without which the level would be lower."""

    line: EvidenceLine
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class WhyPage:
    country: str
    code: str
    domain: str
    key: str
    cell: ScoreCell
    lead: str
    question: str
    gates: tuple[GateView, ...]
    next_level: int | None
    next_rule: str
    next_needs: tuple[str, ...]
    falls: tuple[Fall, ...]
    lowest: str
    judgements: tuple[JudgementLine, ...]
    change: ChangeNote | None

    @property
    def has_facts(self) -> bool:
        return self.cell.low is not None

    @property
    def passed(self) -> int:
        return sum(gate.standing == State.PASS for gate in self.gates)

    @property
    def missing(self) -> int:
        """How many pieces that gates ask for no source states, each counted once."""
        return len({item for gate in self.gates for item in gate.missing})


Evidence = Callable[[str], Mapping[str, Any]]


def why_page(
    country: str,
    code: str,
    score: DomainScore,
    cell: ScoreCell,
    methodology: Methodology,
    evidence: Evidence,
    judgements: Iterable[Judgement],
    *,
    change: ChangeNote | None = None,
    falls: Sequence[tuple[str, DomainScore]] = (),
    moves: Mapping[str, Mapping[tuple[str, Domain], tuple[str, str]]] | None = None,
    suppose: Mapping[str, str] | None = None,
) -> WhyPage:
    """``evidence`` gives a piece by id as `evidence_json` has it; ``falls`` are scores without one piece each;
    ``moves`` what the other reading of each judgement would move, ``suppose`` the address that supposes it."""
    flipped = {gate["gate"] for gate in change.gates} if change and change.moved else set()
    gates = sorted((gate for gate in score.gates if gate.level), key=lambda gate: -(gate.level or 0))
    stop = score.next_gate
    bites = {name for gate in methodology.gates_of(score.domain) for name in gate.judgements}
    return WhyPage(
        country=country,
        code=code,
        domain=NAMES[score.domain],
        key=score.domain.value,
        cell=cell,
        lead=_lead(score, methodology),
        question=methodology.questions[score.domain],
        gates=tuple(_gate(gate, score, methodology, evidence, gate.gate in flipped) for gate in gates),
        next_level=stop.level if stop and score.low is not None else None,
        next_rule=stop.rule if stop else "",
        next_needs=tuple(_needs(stop)) if stop else (),
        falls=tuple(Fall(evidence_line(evidence(each)), lower.low, lower.high) for each, lower in falls),
        lowest=methodology.lowest[score.domain],
        judgements=tuple(
            _judgement(
                j,
                (moves or {}).get(j.judgement_id, {}),
                (code, score.domain),
                (suppose or {}).get(j.judgement_id, ""),
            )
            for j in judgements
            if j.judgement_id in bites and (not j.countries or code in j.countries)
        ),
        change=change,
    )


def _judgement(
    judgement: Judgement,
    moves: Mapping[tuple[str, Domain], tuple[str, str]],
    cell: tuple[str, Domain],
    suppose: str,
) -> JudgementLine:
    return JudgementLine(
        judgement_id=judgement.judgement_id,
        title=judgement.title,
        reading=judgement.reading,
        other_reading=judgement.other_reading,
        href=judgement_path(judgement.judgement_id),
        moves=moves.get(cell),
        elsewhere=len(moves) - (cell in moves),
        suppose=suppose,
    )


def _lead(score: DomainScore, methodology: Methodology) -> str:
    """Why not lower, and why not higher."""
    if score.low is None:
        return "No facts are on record here, so no level is worked out."
    held = [gate for gate in score.gates if gate.level and gate.state is State.PASS and gate.level <= score.low]
    stop = score.next_gate
    nothing = f"nothing lifts it above the lowest level: {methodology.lowest[score.domain].lower()}"
    lower = f"Because {first_reason(held[-1].because) if held else nothing}"
    if stop is None:
        return f"{sentence(lower)} There is no higher level."
    if stop.state is State.UNKNOWN:
        missing = "; ".join(stop.missing) or first_reason(stop.because)
        return f"{sentence(lower)} Whether it is {stop.level} is open. Not stated: {sentence(missing)}"
    return f"{sentence(lower)} It is not {stop.level}: {_lower(sentence(_stop_reason(stop)))}"


def _stop_reason(stop: GateTrace) -> str:
    """Why a gate does not pass: what its first failing mineral says, where minerals decide together."""
    failing = [part for part in stop.parts if part.mineral and part.state is State.FAIL]
    return first_reason(failing[0].because if failing and stop.gate.startswith("K") else stop.because)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _gate(gate: GateTrace, score: DomainScore, methodology: Methodology, evidence: Evidence, here: bool) -> GateView:
    stop = score.next_gate
    below = stop is not None and (gate.level or 0) > (stop.level or 0)
    return GateView(
        gate=gate.gate,
        level=gate.level or 0,
        title=gate.rule.partition(". ")[0].rstrip("."),
        rule=gate.rule.partition(". ")[2],
        criterion=next((each.criterion for each in methodology.gates if each.gate == gate.gate), ""),
        standing="unreached" if below else gate.state.value,
        because=sentence(clean(gate.because)),
        here=here,
        reached=score.low is not None and (gate.level or 9) <= score.low and gate.state is State.PASS,
        lines=tuple(evidence_line(evidence(each)) for each in gate.facts),
        ignored=tuple(evidence_line({**evidence(each.id), "reason": each.reason}) for each in gate.not_counted),
        missing=gate.missing,
        parts=tuple(_part(part, methodology, evidence) for part in gate.parts),
    )


def _part(part: GateTrace, methodology: Methodology, evidence: Evidence) -> GatePart:
    named = methodology.parts.get(part.gate)
    title = part.mineral.replace("_", " ").capitalize() if part.mineral else named.rule if named else part.rule
    return GatePart(
        title=title.rstrip("."),
        state=part.state.value,
        because=sentence(clean(part.because)),
        lines=tuple(evidence_line(evidence(each)) for each in part.facts),
        missing=part.missing,
    )


def _needs(stop: GateTrace) -> Iterable[str]:
    """What is missing for the next level, piece by piece: the parts that do not pass, else the whole rule."""
    failing = [part for part in stop.parts if part.state is not State.PASS and not part.mineral and "." in part.gate]
    if failing:
        return (f"{part.rule.rstrip('.')}: {'not stated' if part.missing else 'not on record'}" for part in failing)
    return (f"{item}: not stated" for item in stop.missing)
