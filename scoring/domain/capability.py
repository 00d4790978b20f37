"""Capability: who processes what is mined, with whose technology (gates K2 to K5, and the provider's route)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from registry.domain.facts import Fact
from scoring.domain.inputs import PROCESSING_KINDS, Kind, Known, Reading, plain, texts
from scoring.domain.methodology import Domain, Gate, Methodology, Origin, Rounding
from scoring.domain.trace import Finding, GateTrace, State, about, at_least, every, ladder, not_stated, some, unique

_LOWEST, _HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class _Route:
    """Levels that one way of reckoning allows, in words too."""

    low: int
    high: int
    because: str


class Capability:
    """The gates of capability of one country on one day."""

    def __init__(self, known: Known, methodology: Methodology, country: str) -> None:
        self.known = known
        self.rules = methodology
        self.limits = methodology.parameters
        self.country = country
        self.keys = known.read_all(country, Kind.KEY_MINERAL)
        self.minerals = tuple(sorted({fact.subject.mineral for fact in self.keys.facts if fact.subject.mineral}))

    def gates(self) -> tuple[GateTrace, ...]:
        """The ladder of the country: each gate with the same gate of every key mineral as its parts."""
        gates = self.rules.gates_of(Domain.CAPABILITY)
        rungs = {mineral: self._rungs(mineral, gates) for mineral in self.minerals}
        mean = self._mean(rungs)
        provider = self._provider()
        low = max(mean.low, self.limits.provider_level) if provider.passes else mean.low
        high = mean.high if provider.fails else max(mean.high, self.limits.provider_level)
        return tuple(self._gate(gate, mean, provider, (low, high), rungs) for gate in gates)

    def _gate(
        self,
        gate: Gate,
        mean: _Route,
        provider: Finding,
        levels: tuple[int, int],
        rungs: Mapping[str, tuple[GateTrace, ...]],
    ) -> GateTrace:
        parts = [trace for traces in rungs.values() for trace in traces if trace.gate == gate.gate]
        if gate.level == self.limits.provider_level:
            parts.append(GateTrace.of("KP", self.rules.parts["KP"].rule, provider))
        low, high = levels
        state = State.of(None if low < gate.level <= high else low >= gate.level)
        by_provider = not provider.fails and mean.high < gate.level <= self.limits.provider_level
        route = provider.facts if by_provider else ()
        finding = Finding(
            state=state,
            because=provider.because if by_provider else _with_parts(mean.because, parts, state),
            facts=tuple(sorted({*self.keys.ids, *route, *_facts(parts), *self._unasked()})),
            ignored=self.keys.ignored,
            missing=self._missing(parts, provider if by_provider else None) if state is State.UNKNOWN else (),
        )
        return GateTrace.of(gate.gate, gate.rule, finding, level=gate.level, parts=tuple(parts))

    def _missing(self, parts: Iterable[GateTrace], provider: Finding | None) -> tuple[str, ...]:
        items = [item for part in parts for item in part.missing] + list(provider.missing if provider else ())
        return unique(items if self.minerals or provider else (*items, "which minerals are key"))

    def _unasked(self) -> tuple[str, ...]:
        """Facts on processing where no key mineral is named: they leave the level open."""
        if self.minerals:
            return ()
        readings = (self.known.read_all(self.country, kind) for kind in PROCESSING_KINDS)
        return tuple(sorted(fact for reading in readings for fact in reading.ids))

    def _mean(self, rungs: Mapping[str, tuple[GateTrace, ...]]) -> _Route:
        if not rungs:
            if self._unasked():
                return _Route(_LOWEST, _HIGHEST, "which minerals are key is not stated")
            return _Route(_LOWEST, _LOWEST, "no key mineral and no processing on record")
        levels = {mineral: ladder(traces) for mineral, traces in rungs.items()}
        lows = Fraction(sum(low for low, _ in levels.values()), len(levels))
        highs = Fraction(sum(high for _, high in levels.values()), len(levels))
        each = ", ".join(f"{plain(mineral)} {_span(*span)}" for mineral, span in levels.items())
        direction = "down" if self.limits.mean_rounding is Rounding.FLOOR else "up"
        rounding = f", rounded {direction}" if {lows.denominator, highs.denominator} != {1} else ""
        mean = f": mean {_span(lows, highs)}{rounding}" if len(levels) > 1 else ""
        return _Route(self._rounded(lows), self._rounded(highs), f"{each}{mean}")

    def _rounded(self, mean: Fraction) -> int:
        return math.floor(mean) if self.limits.mean_rounding is Rounding.FLOOR else math.ceil(mean)

    # --- one mineral

    def _rungs(self, mineral: str, gates: tuple[Gate, ...]) -> tuple[GateTrace, ...]:
        advanced = every(self._advanced(mineral), self._large(mineral), joint=", ")
        own = every(self._owner(mineral), self._technology(mineral), joint=", ")
        tests = {
            "K2": self._coverage(mineral),
            "K3": advanced,
            "K4": own,
            "K5": self._stage_share(mineral, self.limits.leadership_pct),
        }
        return tuple(
            GateTrace.of(
                gate.gate, gate.rule, about(plain(mineral), tests[gate.gate]), level=gate.level, mineral=mineral
            )
            for gate in gates
        )

    def _read(self, kind: Kind, mineral: str) -> Reading:
        return self.known.read(self.country, kind, mineral)

    def _coverage(self, mineral: str) -> Finding:
        """Whether a tenth of the feed is processed at home."""
        reading = self._read(Kind.COVERAGE, mineral)
        what = "share of the feed processed at home"
        figure = reading.figure
        if figure:
            return _compared(figure, reading, self.limits.coverage_pct, what)
        return _said(reading, self.rules.classes.coverage, what)

    def _advanced(self, mineral: str) -> Finding:
        return _said(self._read(Kind.TIER, mineral), self.rules.classes.advanced, "tier of output")

    def _large(self, mineral: str) -> Finding:
        """At least 5 % of the world's output of the stage, or among its first five, or named its leader."""
        what = "share and rank in the world's processing"
        ranks, words = self._read(Kind.STAGE_RANK, mineral), self._read(Kind.STAGE_CLASS, mineral)
        limit = self.limits.stage_rank
        first = [fact for fact in ranks.facts if fact.high is not None and fact.high <= limit]
        behind = [fact for fact in ranks.facts if fact.low is not None and fact.low > limit]
        leader = words.saying(self.rules.classes.world_stage)
        by_rank = _met(first, ranks) if first else _silent(what, ranks, behind)
        by_word = _met(leader, words) if leader else _silent(what, words, words.facts)
        share = self._stage_share(mineral, self.limits.stage_pct)
        return some([share, by_rank, by_word], not_stated(what), ", ")

    def _stage_share(self, mineral: str, pct: Decimal) -> Finding:
        reading = self._read(Kind.STAGE_SHARE, mineral)
        what = "share of the world's output of the stage"
        figure = reading.figure
        if figure:
            return _compared(figure, reading, pct, what)
        return not_stated(what, reading.ids, reading.ignored)

    def _owner(self, mineral: str) -> Finding:
        """Whether owners are domestic: a foreign share in numbers decides, else the words."""
        reading = self._read(Kind.OWNER, mineral)
        what = "owner of processing"
        figure = reading.figure
        if figure is None:
            return _said(reading, self.rules.classes.owner, what)
        foreign = figure.low is not None and figure.low > self.limits.foreign_pct
        domestic = figure.high is not None and figure.high <= self.limits.foreign_pct
        state = State.of(False if foreign else True if domestic else None)
        rest = [fact for fact in reading.facts if fact is not figure]
        ignored = reading.aside(rest, "a figure goes before a word")
        return Finding(state, f"{what} is {figure.text}", (figure.fact_id,), ignored, (what,))

    def _technology(self, mineral: str) -> Finding:
        reading = self._read(Kind.TECHNOLOGY, mineral)
        return _said(reading, self._origins(), "origin of technology")

    def _origins(self) -> Mapping[str, bool]:
        return {**self.rules.classes.technology, "acquired": self.limits.acquired_is is Origin.DOMESTIC}

    # --- the provider's route

    def _provider(self) -> Finding:
        """Technology of home origin, exported commercially, in enough advanced process classes."""
        exports = self.known.read_all(self.country, Kind.TECHNOLOGY_EXPORT)
        exported = [fact for fact in exports.saying(self.rules.classes.exported) if fact.process_class]
        if not exported:
            return Finding(State.FAIL, "no export of technology is stated", (), exports.ignored)
        classes = [self._provided(fact) for fact in exported]
        passing = sum(finding.passes for finding in classes)
        possible = sum(not finding.fails for finding in classes)
        need = self.limits.provider_classes
        state = State.of(True if passing >= need else False if possible < need else None)
        whole = every(*classes)
        because = f"technology of home origin exported in {_span(passing, possible)} process classes; {need} are needed"
        return Finding(state, because, whole.facts, (*exports.ignored, *whole.ignored), whole.missing)

    def _provided(self, export: Fact) -> Finding:
        name = plain(export.process_class)
        levels = self.known.read_all(self.country, Kind.TECHNOLOGY_CLASS)
        same = tuple(fact for fact in levels.facts if fact.process_class == export.process_class)
        origins = self.known.read(self.country, Kind.TECHNOLOGY, export.subject.mineral)
        return every(
            Finding(State.PASS, f"{name}: exported", (export.fact_id,)),
            _said(Reading(same, levels.ignored), self.rules.classes.advanced, f"{name}: level of technology"),
            _said(origins, self._origins(), f"{name}: origin of technology"),
        )


def _with_parts(mean: str, parts: Iterable[GateTrace], state: State) -> str:
    """The mean, and what the minerals that decide say of this gate."""
    return "; ".join((mean, *(part.because for part in parts if part.mineral and part.state is state)))


def _facts(parts: Iterable[GateTrace]) -> Iterator[str]:
    return (fact for part in parts for fact in part.facts)


def _said(reading: Reading, words: Mapping[str, bool], what: str) -> Finding:
    """What words say of a threshold; unknown where they say nothing or disagree."""
    truth = reading.truth(words)
    saying = reading.saying(words)
    if truth is None and saying:
        return Finding(State.UNKNOWN, f"{what} stated in two ways", reading.ids, reading.ignored, (what,))
    if truth is None:
        return not_stated(what, reading.ids, reading.ignored)
    rest = [fact for fact in reading.facts if fact not in saying]
    ids = tuple(fact.fact_id for fact in saying)
    return Finding(
        State.of(truth), f"{what} is {texts(saying)}", ids, reading.aside(rest, "the word says nothing here")
    )


def _compared(figure: Fact, reading: Reading, pct: Decimal, what: str) -> Finding:
    """A figure against a threshold in percent; words beside it are set aside."""
    state = at_least(figure.low, figure.high, pct)
    rest = [fact for fact in reading.facts if fact is not figure]
    ignored = reading.aside(rest, "a figure goes before a word")
    return Finding(state, f"{what} is {figure.text}", (figure.fact_id,), ignored, (what,))


def _met(facts: Sequence[Fact], reading: Reading) -> Finding:
    ids = tuple(fact.fact_id for fact in facts)
    return Finding(State.PASS, f"in the world’s processing {texts(facts)}", ids, reading.ignored)


def _silent(what: str, reading: Reading, behind: Sequence[Fact]) -> Finding:
    return not_stated(what, (), reading.aside(behind, "it does not meet the threshold and does not refute the share"))


def _span(low: Fraction | int, high: Fraction | int) -> str:
    """``2`` or ``2 to 3``; halves and thirds with two decimals."""
    texts = [str(each) if Fraction(each).denominator == 1 else f"{float(each):.2f}" for each in (low, high)]
    return texts[0] if low == high else f"{texts[0]} to {texts[1]}"
