"""What a gate found: three states, the facts used, those that do not count and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any


class State(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, truth: bool | None) -> State:
        return cls.UNKNOWN if truth is None else cls.PASS if truth else cls.FAIL


@dataclass(frozen=True, slots=True, order=True)
class Ignored:
    """A fact or instrument that was looked at and does not count, with the reason."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition: its state, the ids it rests on, what was set aside, what is missing and why, in words."""

    state: State
    because: str
    facts: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        return self.state is State.PASS

    @property
    def fails(self) -> bool:
        return self.state is State.FAIL


def not_stated(what: str, facts: tuple[str, ...] = (), ignored: tuple[Ignored, ...] = ()) -> Finding:
    """An unknown condition: ``what`` is the fact that is missing."""
    return Finding(State.UNKNOWN, f"{what} not stated", facts, ignored, (what,))


def about(subject: str, finding: Finding) -> Finding:
    """The same finding, its words said of a subject."""
    missing = tuple(f"{subject}: {item}" for item in finding.missing)
    return replace(finding, because=f"{subject}: {finding.because}", missing=missing)


def every(*findings: Finding, joint: str = "; ") -> Finding:
    """All conditions must pass. One that fails decides, unknown ones leave it open. Rests on everything looked at."""
    state = _worst(findings)
    decisive = [finding for finding in findings if finding.state is state]
    return _joined(state, decisive, findings, joint)


def some(findings: Sequence[Finding], nothing: Finding, joint: str = "; ") -> Finding:
    """One condition must pass (``nothing`` where there is none). Rests on those that pass, else on all."""
    if not findings:
        return nothing
    passing = [finding for finding in findings if finding.passes]
    if passing:
        return _joined(State.PASS, passing, passing, joint)
    state = State.FAIL if all(finding.fails for finding in findings) else State.UNKNOWN
    decisive = [finding for finding in findings if finding.state is state]
    return _joined(state, decisive, findings, joint)


def _worst(findings: Sequence[Finding]) -> State:
    states = {finding.state for finding in findings}
    if State.FAIL in states:
        return State.FAIL
    return State.UNKNOWN if State.UNKNOWN in states else State.PASS


def _joined(state: State, decisive: Sequence[Finding], read: Sequence[Finding], joint: str) -> Finding:
    missing = unique(item for finding in decisive for item in finding.missing) if state is State.UNKNOWN else ()
    return Finding(
        state=state,
        because=joint.join(unique(finding.because for finding in decisive if finding.because)),
        facts=tuple(sorted({fact for finding in read for fact in finding.facts})),
        ignored=tuple(sorted({item for finding in read for item in finding.ignored})),
        missing=missing,
    )


def at_least(low: Decimal | None, high: Decimal | None, limit: Decimal) -> State:
    """Whether a figure between ``low`` and ``high`` (None: no limit) reaches ``limit``."""
    if low is not None and low >= limit:
        return State.PASS
    return State.FAIL if high is not None and high < limit else State.UNKNOWN


def at_most(low: Decimal | None, high: Decimal | None, limit: Decimal) -> State:
    """Whether a figure between ``low`` and ``high`` (None: no limit) stays within ``limit``."""
    if high is not None and high <= limit:
        return State.PASS
    return State.FAIL if low is not None and low > limit else State.UNKNOWN


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items in order, each once."""
    return tuple(dict.fromkeys(items))


@dataclass(frozen=True, slots=True)
class GateTrace:
    """One gate, or a part of one (for one mineral, one pillar), as it was worked out.

    ``facts`` are ids of facts, instruments and production totals that the state rests on.
    """

    gate: str
    state: State
    rule: str
    because: str
    facts: tuple[str, ...] = ()
    not_counted: tuple[Ignored, ...] = ()
    missing: tuple[str, ...] = ()
    level: int | None = None
    mineral: str | None = None
    parts: tuple[GateTrace, ...] = ()

    @classmethod
    def of(
        cls,
        gate: str,
        rule: str,
        finding: Finding,
        *,
        level: int | None = None,
        mineral: str | None = None,
        parts: tuple[GateTrace, ...] = (),
    ) -> GateTrace:
        """A trace of a finding; an id is listed once, and not among those that do not count where it counts."""
        reasons = {item.id: item for item in reversed(finding.ignored) if item.id not in finding.facts}
        ignored = tuple(sorted(reasons.values()))
        return cls(
            gate, finding.state, rule, finding.because, finding.facts, ignored, finding.missing, level, mineral, parts
        )

    def walk(self) -> Iterator[GateTrace]:
        """This trace and all its parts."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def cited(self) -> frozenset[str]:
        """Every id that this gate or a part of it looked at, counted or not."""
        return frozenset(
            item for trace in self.walk() for item in (*trace.facts, *(ignored.id for ignored in trace.not_counted))
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `from_json` gives back an equal trace."""
        return {
            "gate": self.gate,
            "state": self.state.value,
            "rule": self.rule,
            "because": self.because,
            "facts": list(self.facts),
            "not_counted": [{"id": item.id, "reason": item.reason} for item in self.not_counted],
            "missing": list(self.missing),
            "level": self.level,
            "mineral": self.mineral,
            "parts": [part.to_json() for part in self.parts],
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> GateTrace:
        """Read what `to_json` wrote."""
        return cls(
            gate=plain["gate"],
            state=State(plain["state"]),
            rule=plain["rule"],
            because=plain["because"],
            facts=tuple(plain["facts"]),
            not_counted=tuple(Ignored(item["id"], item["reason"]) for item in plain["not_counted"]),
            missing=tuple(plain["missing"]),
            level=plain["level"],
            mineral=plain["mineral"],
            parts=tuple(cls.from_json(part) for part in plain["parts"]),
        )


def ladder(gates: Iterable[GateTrace]) -> tuple[int, int]:
    """Lowest and highest level: of the highest gate up to which all pass, and of that up to which none fails."""
    low = high = 1
    low_open = high_open = True
    for gate in sorted(gates, key=lambda gate: gate.level or 0):
        low_open = low_open and gate.state is State.PASS
        high_open = high_open and gate.state is not State.FAIL
        low = (gate.level or low) if low_open else low
        high = (gate.level or high) if high_open else high
    return low, high
