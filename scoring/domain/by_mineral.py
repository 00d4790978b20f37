"""Levels of single minerals, where the rules name minerals: read out of the gates that are worked out already.

Nothing is worked out twice: every trace, stored or remembered, holds the gate of each mineral among its parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scoring.domain.card import Card, DomainScore
from scoring.domain.inputs import plain
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.trace import Finding, GateTrace, State, every, ladder

#: Domains whose gates ask about minerals. The rules of governance are the country's as a whole.
BY_MINERAL = (Domain.ACCESS, Domain.CAPABILITY)


@dataclass(frozen=True, slots=True)
class MineralScore:
    """A country's level in a domain for one mineral, every gate asked of that mineral alone.

    ``level`` None: between ``low`` and ``high``. A country can stand above each of its minerals, as a gate may be met
    by two of them together, and below its best, as capability is a mean.
    """

    country: str
    domain: Domain
    mineral: str
    level: int | None
    low: int
    high: int
    gates: tuple[GateTrace, ...]

    @property
    def next_gate(self) -> GateTrace | None:
        """The lowest gate that does not pass: what the next level needs."""
        return next((gate for gate in self.gates if gate.state is not State.PASS), None)

    @property
    def because(self) -> str:
        """Why it stands where it does: the highest gate that holds it, else the first that does not pass."""
        held = [gate for gate in self.gates if gate.state is State.PASS and (gate.level or 0) <= self.low]
        telling = held[-1] if held else self.gates[0]
        return telling.because.replace(f"{plain(self.mineral)}: ", "")


def card_by_mineral(card: Card, rules: Methodology) -> tuple[MineralScore, ...]:
    """Every mineral of every country and domain of a card, in order of country, mineral and domain."""
    found = [
        each
        for country in card.countries
        for cell in country.domains
        for each in by_mineral(country.country, cell, rules)
    ]
    return tuple(sorted(found, key=order_of))


def order_of(score: MineralScore) -> tuple[str, str, str]:
    return score.country, score.mineral, score.domain


def by_mineral(country: str, cell: DomainScore, rules: Methodology) -> tuple[MineralScore, ...]:
    """The minerals of one cell: those with evidence for access, those that are key for capability, by name."""
    if cell.domain not in BY_MINERAL:
        return ()
    found: dict[str, dict[str, GateTrace]] = {}
    for gate in cell.gates:
        for part in gate.parts:
            if part.mineral:
                found.setdefault(part.mineral, {})[part.gate] = part
    return tuple(_score(country, cell, mineral, found[mineral], rules) for mineral in sorted(found))


def _score(
    country: str, cell: DomainScore, mineral: str, parts: Mapping[str, GateTrace], rules: Methodology
) -> MineralScore:
    gates = tuple(
        GateTrace.of(
            gate.gate,
            gate.rule,
            every(*(_asked(name, parts, rules) for name in _names(gate.gate, rules))),
            level=gate.level,
            mineral=mineral,
        )
        for gate in rules.gates_of(cell.domain)
    )
    low, high = ladder(gates)
    return MineralScore(country, cell.domain, mineral, low if low == high else None, low, high, gates)


def _names(gate: str, rules: Methodology) -> Sequence[str]:
    """The parts that a mineral has to pass for a gate: its named halves where it has some, else the gate itself."""
    return [name for name in rules.parts if name.startswith(f"{gate}.")] or [gate]


def _asked(name: str, parts: Mapping[str, GateTrace], rules: Methodology) -> Finding:
    trace = parts.get(name)
    if trace is None:
        return Finding(State.FAIL, f"nothing on record for: {rules.parts[name].rule if name in rules.parts else name}")
    return Finding(trace.state, trace.because, trace.facts, trace.not_counted, trace.missing)
