"""A score in words: why not lower, why not higher, and what the next level needs."""

from __future__ import annotations

from scoring.domain.card import DomainScore
from scoring.domain.diff import span
from scoring.domain.methodology import Methodology
from scoring.domain.trace import GateTrace, State


def explain(score: DomainScore, methodology: Methodology) -> tuple[str, ...]:
    """Sentences on one cell: the level, the gate that holds it up, the gate that stops it."""
    name = methodology.domain_names[score.domain]
    if score.low is None:
        return (f"{name}: no facts are on record, so no level is worked out.",)
    sentences = [f"{name}: {span(score)}.", _why_not_lower(score, methodology)]
    stop = score.next_gate
    if stop is None:
        return *sentences, "It is the highest level."
    return *sentences, _why_not_higher(stop)


def needs(score: DomainScore, methodology: Methodology) -> str:
    """What the next level needs, in one sentence; empty at the highest level and without facts."""
    stop = score.next_gate
    if stop is None:
        return ""
    missing = f" Not stated: {'; '.join(stop.missing)}." if stop.missing else ""
    return f"{stop.gate}: {stop.rule}{missing}"


def _why_not_lower(score: DomainScore, methodology: Methodology) -> str:
    held = [gate for gate in score.gates if gate.level is not None and score.low and 1 < gate.level <= score.low]
    if not held:
        return f"The lowest level: {methodology.lowest[score.domain].lower()}."
    return f"Not lower, because gate {held[-1].gate} passes: {held[-1].because}."


def _why_not_higher(stop: GateTrace) -> str:
    if stop.state is State.UNKNOWN:
        missing = "; ".join(stop.missing) or stop.because
        return f"Whether gate {stop.gate} passes is open. Not stated: {missing}."
    return f"Not higher, because gate {stop.gate} does not pass: {stop.because}."
