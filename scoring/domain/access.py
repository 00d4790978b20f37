"""Access: who controls what lies in the ground and where it goes (gates A2 to A5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from registry.domain.dates import Certainty
from registry.domain.instruments import Direction, MeasureState, measure_in_force
from scoring.domain.inputs import EVIDENCE_KINDS, InForce, Kind, Known, Reading, plain
from scoring.domain.methodology import ControlSilence, Domain, Gate, Methodology
from scoring.domain.supply import ABUNDANT, LIMITED, SIGNIFICANT, Supply
from scoring.domain.trace import Finding, GateTrace, Ignored, State, about, at_least, every, not_stated, some


class Access:
    """The gates of access of one country on one day."""

    def __init__(self, known: Known, methodology: Methodology, country: str, members: Iterable[str]) -> None:
        self.known = known
        self.rules = methodology
        self.limits = methodology.parameters
        self.country = country
        others = tuple(member for member in members if member != country)
        found = known.minerals(country, EVIDENCE_KINDS[Domain.ACCESS])
        #: None stands for the country as a whole, where no mineral is named.
        self.minerals: tuple[str | None, ...] = found or (None,)
        self.supply = {mineral: Supply(known, methodology, country, others, mineral) for mineral in self.minerals}
        self.controls = tuple(self._export_controls())

    def gates(self) -> tuple[GateTrace, ...]:
        tests = {"A2": self._some_supply, "A3": self._significant, "A4": self._leading}
        gates = self.rules.gates_of(Domain.ACCESS)
        return tuple(
            self._over_minerals(gate, tests[gate.gate]) if gate.gate in tests else self._active_control(gate)
            for gate in gates
        )

    def _over_minerals(self, gate: Gate, test: Callable[[str | None], Finding]) -> GateTrace:
        """A gate that one mineral has to pass, with every mineral as a part."""
        findings = {mineral: about(_name(mineral), test(mineral)) for mineral in self.minerals}
        whole = some(list(findings.values()), _nothing("no mineral is on record"))
        parts = tuple(
            GateTrace.of(gate.gate, gate.rule, finding, mineral=mineral)
            for mineral, finding in findings.items()
            if mineral
        )
        return GateTrace.of(gate.gate, gate.rule, whole, level=gate.level, parts=parts)

    def _some_supply(self, mineral: str | None) -> Finding:
        supply = self.supply[mineral]
        return some([supply.band.reaches(LIMITED), supply.produced()], _nothing(""), ", ")

    def _significant(self, mineral: str | None) -> Finding:
        supply = self.supply[mineral]
        share = supply.share(self.limits.significant_pct, "significant")
        return some([supply.band.reaches(SIGNIFICANT), share], _nothing(""), ", ")

    def _leading(self, mineral: str | None) -> Finding:
        supply = self.supply[mineral]
        conditions = [
            supply.developed(),
            supply.band.reaches(SIGNIFICANT),
            supply.share(self.limits.leading_pct, "leading"),
            supply.rank(),
        ]
        if self.limits.uncontrolled_cap < self._level_of("A4"):
            conditions.append(self._not_outside(mineral))
        return every(*conditions, joint=", ")

    def _level_of(self, name: str) -> int:
        return next(gate.level for gate in self.rules.gates_of(Domain.ACCESS) if gate.gate == name)

    def _active_control(self, gate: Gate) -> GateTrace:
        """A leading mineral under control, and a measure in force on an abundant one."""
        named = [mineral for mineral in self.minerals if mineral]
        possible = [mineral for mineral in named if not self._leading(mineral).fails]
        leading = {
            mineral: about(plain(mineral), every(self._leading(mineral), self._under_control(mineral), joint=", "))
            for mineral in possible
        }
        covered = [mineral for mineral in named if self._covering(mineral)]
        exports = {mineral: about(plain(mineral), self._exports(mineral)) for mineral in covered}
        whole = every(
            some(list(leading.values()), _nothing("no mineral passes the fourth gate")),
            some(list(exports.values()), _nothing("no export ban, quota or licence on these minerals is on record")),
        )
        parts = (*self._parts("A5.leading", leading), *self._parts("A5.exports", exports))
        return GateTrace.of(gate.gate, gate.rule, whole, level=gate.level, parts=parts)

    def _parts(self, name: str, findings: Mapping[str, Finding]) -> Iterator[GateTrace]:
        rule = self.rules.parts[name].rule
        return (GateTrace.of(name, rule, finding, mineral=mineral) for mineral, finding in findings.items())

    # --- control of output

    def _control(self, mineral: str | None) -> tuple[bool | None, Reading]:
        reading = self.known.read(self.country, Kind.CONTROL, mineral)
        figure = reading.figure
        if figure:
            state = at_least(figure.low, figure.high, self.limits.control_pct)
            return (None if state is State.UNKNOWN else state is State.PASS), reading
        return reading.truth(self.rules.classes.control), reading

    def _not_outside(self, mineral: str | None) -> Finding:
        """Output counts unless a source says it is outside state control (J02)."""
        truth, reading = self._control(mineral)
        words = "output outside state control" if truth is False else "not said to be outside state control"
        return Finding(State.of(truth is not False), words, reading.ids, reading.ignored)

    def _under_control(self, mineral: str | None) -> Finding:
        truth, reading = self._control(mineral)
        if truth is None and not reading.facts and self.limits.control_silence is ControlSilence.UNDER_CONTROL:
            return Finding(State.PASS, "control not stated, taken as under control", (), reading.ignored)
        if truth is None:
            return not_stated("control of output", reading.ids, reading.ignored)
        words = "under control" if truth else "outside state control"
        return Finding(State.of(truth), words, reading.ids, reading.ignored)

    # --- measures on exports

    def _export_controls(self) -> Iterator[tuple[InForce, MeasureState]]:
        for entry in self.known.instruments(self.country):
            for measure in entry.instrument.measures:
                if measure.code in self.rules.export_controls and measure.direction is not Direction.LIBERALISES:
                    yield entry, measure

    def _covering(self, mineral: str) -> list[tuple[InForce, MeasureState]]:
        """The measures on exports of a mineral; one that names no mineral is on all."""
        return [each for each in self.controls if each[1].minerals is None or mineral in each[1].minerals]

    def _exports(self, mineral: str) -> Finding:
        """Whether a measure is in force on this mineral, and it is abundant and under control."""
        findings = [self._in_force(entry, measure) for entry, measure in self._covering(mineral)]
        measure = some(findings, _nothing("no measure on record"), ", ")
        abundant = self.supply[mineral].band.reaches(ABUNDANT)
        return every(measure, abundant, self._under_control(mineral), joint=", ")

    def _in_force(self, entry: InForce, measure: MeasureState) -> Finding:
        certainty = measure_in_force(measure, entry.instrument, self.known.on)
        label = f"{plain(measure.code)} ({entry.id})"
        if certainty is Certainty.YES:
            return Finding(State.PASS, f"{label} in force", (entry.id,))
        if certainty is Certainty.PERHAPS:
            missing = f"whether {entry.id} is in force on {self.known.on}"
            return Finding(State.UNKNOWN, f"{label} perhaps in force", (entry.id,), (), (missing,))
        reason = entry.reason if entry.state is State.FAIL else f"the measure is not in force on {self.known.on}"
        return Finding(State.FAIL, f"{label} {reason}", (), (Ignored(entry.id, reason),))


def _name(mineral: str | None) -> str:
    return plain(mineral) if mineral else "all minerals"


def _nothing(because: str) -> Finding:
    return Finding(State.FAIL, because)
