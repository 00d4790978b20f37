"""Access: who controls what lies in the ground and where it goes (gates A2 to A5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.domain.dates import Certainty
from registry.domain.instruments import Direction, MeasureState, measure_in_force
from scoring.domain.inputs import EVIDENCE_KINDS, InForce, Kind, Known, Reading, lower_limit, plain
from scoring.domain.methodology import ControlSilence, Domain, Methodology
from scoring.domain.trace import Finding, GateTrace, Ignored, State, every, some

NONE, LIMITED, SIGNIFICANT, ABUNDANT = range(4)
_BAND_WORDS = ("no", "limited", "significant", "abundant")


@dataclass(frozen=True, slots=True)
class Band:
    """How large reserves are: at least ``low``, at most ``high`` on the scale none, limited, significant, abundant."""

    low: int
    high: int
    facts: tuple[str, ...]
    ignored: tuple[Ignored, ...]

    def reaches(self, band: int, what: str) -> Finding:
        """Whether reserves of ``what`` are in this band or above."""
        if self.low >= band:
            return Finding(State.PASS, f"{what}: {_BAND_WORDS[self.low]} reserves", self.facts, self.ignored)
        if self.high < band:
            return Finding(State.FAIL, f"{what}: {_BAND_WORDS[self.high]} reserves", self.facts, self.ignored)
        missing = f"how large the reserves of {what} are"
        return Finding(State.UNKNOWN, f"{missing} is not stated", self.facts, self.ignored, (missing,))


class Access:
    """The gates of access of one country on one day."""

    def __init__(self, known: Known, methodology: Methodology, country: str, members: Iterable[str]) -> None:
        self.known = known
        self.rules = methodology
        self.limits = methodology.parameters
        self.country = country
        self.others = tuple(member for member in members if member != country)
        found = known.minerals(country, EVIDENCE_KINDS[Domain.ACCESS])
        #: None stands for the country as a whole, where no mineral is named.
        self.minerals: tuple[str | None, ...] = found or (None,)
        self.bands = {mineral: self._band(mineral) for mineral in self.minerals}
        self.controls = tuple(self._export_controls())

    def gates(self) -> tuple[GateTrace, ...]:
        tests = {"A2": self._some_supply, "A3": self._significant, "A4": self._leading}
        traces = []
        for gate in self.rules.gates_of(Domain.ACCESS):
            if gate.gate not in tests:
                traces.append(self._active_control(gate.rule, gate.level))
                continue
            test = tests[gate.gate]
            findings = {mineral: test(mineral, gate.level) for mineral in self.minerals}
            whole = some(list(findings.values()), _nothing("no mineral is on record"))
            parts = tuple(
                GateTrace.of(gate.gate, gate.rule, finding, mineral=mineral)
                for mineral, finding in findings.items()
                if mineral
            )
            traces.append(GateTrace.of(gate.gate, gate.rule, whole, level=gate.level, parts=parts))
        return tuple(traces)

    def _some_supply(self, mineral: str | None, level: int) -> Finding:
        produced = self._produced(mineral)
        if produced.state is State.UNKNOWN and self.bands[mineral].high == NONE:
            produced = _nothing("no reserves, so no production")
        return some([self.bands[mineral].reaches(LIMITED, _name(mineral)), produced], produced)

    def _significant(self, mineral: str | None, level: int) -> Finding:
        reserves = self.bands[mineral].reaches(SIGNIFICANT, _name(mineral))
        share = self._share(mineral, self.limits.significant_pct, "significant")
        if share.state is State.UNKNOWN and self.bands[mineral].high == NONE:
            share = _nothing("no reserves, so no production")
        return some([reserves, share], reserves)

    def _leading(self, mineral: str | None, level: int) -> Finding:
        conditions = [
            self._developed(mineral),
            self.bands[mineral].reaches(SIGNIFICANT, _name(mineral)),
            self._share(mineral, self.limits.leading_pct, "leading"),
            self._rank(mineral),
        ]
        if self.limits.uncontrolled_cap < level:
            conditions.append(self._not_outside(mineral))
        return every(*conditions)

    def _active_control(self, rule: str, level: int) -> GateTrace:
        named = [mineral for mineral in self.minerals if mineral]
        leading = {mineral: every(self._leading(mineral, 0), self._under_control(mineral)) for mineral in named}
        exports = {mineral: self._exports(mineral) for mineral in named}
        whole = every(
            some(list(leading.values()), _nothing("no mineral is on record")),
            some(list(exports.values()), _nothing("no mineral is on record")),
        )
        parts = (*self._parts("A5.leading", leading), *self._parts("A5.exports", exports))
        return GateTrace.of("A5", rule, whole, level=level, parts=parts)

    def _parts(self, name: str, findings: dict[str, Finding]) -> Iterator[GateTrace]:
        rule = self.rules.parts[name].rule
        return (GateTrace.of(name, rule, finding, mineral=mineral) for mineral, finding in findings.items())

    def _read(self, kind: Kind, mineral: str | None) -> Reading:
        return self.known.read(self.country, kind, mineral)

    # --- reserves

    def _band(self, mineral: str | None) -> Band:
        share = self._band_by_share(mineral)
        if share:
            return share
        words = self._band_by_words(mineral)
        ranks = self._read(Kind.RESERVE_RANK, mineral)
        quantity = self._read(Kind.RESERVE_QUANTITY, mineral)
        presence = self._read(Kind.RESERVE_PRESENCE, mineral)
        ignored = (*words.ignored, *ranks.ignored, *quantity.ignored, *presence.ignored)
        rank = ranks.figure
        if rank and rank.high is not None and rank.high <= self.limits.leading_rank:
            return Band(ABUNDANT, ABUNDANT, (*words.facts, *ranks.ids), (*ignored, *_no_total(quantity)))
        ignored = (*ignored, *ranks.aside(ranks.facts, "a rank behind the first few says nothing of the size"))
        if words.facts:
            return Band(words.low, words.high, words.facts, (*ignored, *_no_total(quantity)))
        return self._band_by_presence(quantity, presence, ignored)

    def _band_by_share(self, mineral: str | None) -> Band | None:
        """A number decides where there is one: the stated share, or the quantity against a world total (J35)."""
        stated = self._read(Kind.RESERVE_WORLD_SHARE, mineral)
        quantity = self._read(Kind.RESERVE_QUANTITY, mineral).figure
        world = self.known.regional(Kind.RESERVE_QUANTITY, mineral).figure if mineral else None
        aside = self._read(Kind.RESERVE_CLASS, mineral)
        ignored = (*stated.ignored, *aside.aside(aside.facts, "a figure goes before a word"))
        figure = stated.figure
        if figure and (pct := figure.low if figure.low is not None else figure.high) is not None:
            return Band(*self._capped(self._band_of(pct), figure.reserve_kind), (figure.fact_id,), ignored)
        if quantity and world and quantity.unit == world.unit and quantity.low and world.high:
            band = self._capped(self._band_of(quantity.low / world.high * 100), quantity.reserve_kind)
            return Band(*band, (quantity.fact_id, world.fact_id), ignored)
        return None

    def _band_of(self, pct: Decimal) -> int:
        if pct >= self.limits.abundant_pct:
            return ABUNDANT
        if pct >= self.limits.significant_pct:
            return SIGNIFICANT
        return LIMITED if pct > 0 else NONE

    def _capped(self, band: int, reserve_kind: str | None) -> tuple[int, int]:
        """An estimate or a deposit that is not proven as a reserve never counts above significant."""
        capped = min(band, SIGNIFICANT) if reserve_kind in self.rules.classes.capped_reserve_kinds else band
        return capped, capped

    def _counts(self, reserve_kind: str | None) -> bool:
        return self.limits.estimates_count or reserve_kind not in self.rules.classes.estimated_reserve_kinds

    def _band_by_words(self, mineral: str | None) -> Band:
        """Of several words the higher holds (J33)."""
        reading = self._read(Kind.RESERVE_CLASS, mineral)
        words = self.rules.classes.reserves
        counted = [fact for fact in reading.saying(words) if self._counts(fact.reserve_kind)]
        estimates = [fact for fact in reading.facts if not self._counts(fact.reserve_kind)]
        ignored = reading.aside(estimates, "an estimate does not count under this methodology")
        bands = [self._capped(words[fact.fact_class or ""], fact.reserve_kind)[0] for fact in counted]
        band = max(bands, default=NONE)
        return Band(band, band, tuple(fact.fact_id for fact in counted), ignored)

    def _band_by_presence(self, quantity: Reading, presence: Reading, ignored: tuple[Ignored, ...]) -> Band:
        """A quantity without a world total, or resources that are merely there: some, how much is not stated."""
        counted = [fact for fact in quantity.facts if self._counts(fact.reserve_kind)]
        estimates = [fact for fact in quantity.facts if not self._counts(fact.reserve_kind)]
        ignored = (
            *ignored,
            *(Ignored(f.fact_id, "an estimate does not count under this methodology") for f in estimates),
        )
        facts = (*counted, *presence.facts)
        some_there = any(fact.kind == Kind.RESERVE_PRESENCE or (fact.low or 0) > 0 for fact in facts)
        kinds = {fact.reserve_kind for fact in facts}
        high = SIGNIFICANT if facts and kinds <= self.rules.classes.capped_reserve_kinds else ABUNDANT
        return Band(LIMITED if some_there else NONE, high, tuple(fact.fact_id for fact in facts), ignored)

    # --- production

    def _produced(self, mineral: str | None) -> Finding:
        """Whether the mineral is mined at all, by any statement on its production."""
        what = _name(mineral)
        present = [self._read(kind, mineral) for kind in (Kind.PRODUCTION_PRESENCE, Kind.PRODUCTION_RANK)]
        shares, classes = self._read(Kind.PRODUCTION_SHARE, mineral), self._read(Kind.PRODUCTION_CLASS, mineral)
        facts = (*present[0].ids, *present[1].ids, *shares.ids, *classes.ids)
        ignored = tuple(item for reading in (*present, shares, classes) for item in reading.ignored)
        figure = shares.figure
        said = classes.truth(self.rules.classes.production["some"])
        if any(reading.facts for reading in present) or (figure and figure.high != 0) or said:
            return Finding(State.PASS, f"{what}: produced", facts, ignored)
        if figure or said is False:
            return Finding(State.FAIL, f"{what}: no production", facts, ignored)
        missing = f"whether {what} is produced"
        return Finding(State.UNKNOWN, f"{missing} is not stated", facts, ignored, (missing,))

    def _share(self, mineral: str | None, pct: Decimal, threshold: str) -> Finding:
        """Whether the share of the world's mine output reaches ``pct`` percent."""
        shares, classes = self._read(Kind.PRODUCTION_SHARE, mineral), self._read(Kind.PRODUCTION_CLASS, mineral)
        what = f"{_name(mineral)}: share of the world's mine output"
        figure = shares.figure
        ignored = (*shares.ignored, *classes.ignored)
        if figure:
            older = tuple(
                Ignored(fact.fact_id, "a newer figure is on record") for fact in shares.facts if fact is not figure
            )
            aside = tuple(Ignored(fact.fact_id, "a figure goes before a word") for fact in classes.facts)
            state = _at_least(figure.low, figure.high, pct)
            missing = () if state is not State.UNKNOWN else (what,)
            return Finding(state, f"{what} {figure.text}", (figure.fact_id,), (*ignored, *older, *aside), missing)
        said = classes.truth(self.rules.classes.production[threshold])
        if said is not None:
            words = classes.saying(self.rules.classes.production[threshold])
            because = f"{what} {'; '.join(sorted({fact.text for fact in words}))}"
            return Finding(State.of(said), because, tuple(fact.fact_id for fact in words), ignored)
        return self._ceiling(mineral, pct, Finding(State.UNKNOWN, f"{what} not stated", classes.ids, ignored, (what,)))

    def _ceiling(self, mineral: str | None, pct: Decimal, unknown: Finding) -> Finding:
        """No country mines more than the others leave of the region's total (J31)."""
        total = self.known.production.get(mineral) if mineral else None
        if total is None or not self.limits.use_ceiling:
            return unknown
        readings = (self.known.read(other, Kind.PRODUCTION_SHARE, mineral) for other in self.others)
        figures = [figure for reading in readings if (figure := reading.figure)]
        taken = sum((lower_limit(figure, self.limits.about_slack) for figure in figures), Decimal(0))
        left = max(total.share_pct - taken, Decimal(0))
        facts = (*unknown.facts, total.total_id, *(figure.fact_id for figure in figures))
        because = f"{_name(mineral)}: the others leave at most {left:f} percent of the world's mine output"
        if left < pct:
            return Finding(State.FAIL, because, facts, unknown.ignored)
        return Finding(State.UNKNOWN, f"{unknown.because}; {because}", facts, unknown.ignored, unknown.missing)

    def _rank(self, mineral: str | None) -> Finding:
        """Whether the country is among the first producers of the world."""
        ranks, classes = self._read(Kind.PRODUCTION_RANK, mineral), self._read(Kind.PRODUCTION_CLASS, mineral)
        what = f"{_name(mineral)}: rank among the world's producers"
        figure = ranks.figure
        ignored = (*ranks.ignored, *classes.ignored)
        if figure:
            aside = tuple(Ignored(fact.fact_id, "a rank goes before a word") for fact in classes.facts)
            state = _at_most(figure.low, figure.high, Decimal(self.limits.leading_rank))
            missing = () if state is not State.UNKNOWN else (what,)
            return Finding(state, f"{what} {figure.text}", ranks.ids, (*ignored, *aside), missing)
        said = classes.truth(self.rules.classes.production["leading"])
        if said:
            return Finding(State.PASS, f"{what} {classes.facts[0].text}", classes.ids, ignored)
        return Finding(State.UNKNOWN, f"{what} not stated", classes.ids, ignored, (what,))

    def _developed(self, mineral: str | None) -> Finding:
        """Whether deposits are worked; production proves it where nothing is stated."""
        reading = self._read(Kind.DEVELOPED, mineral)
        said = reading.truth(self.rules.classes.developed)
        if said is not None:
            words = "; ".join(fact.text for fact in reading.facts)
            return Finding(State.of(said), f"{_name(mineral)}: {words}", reading.ids, reading.ignored)
        produced = self._produced(mineral)
        return Finding(
            produced.state, produced.because, produced.facts, (*reading.ignored, *produced.ignored), produced.missing
        )

    # --- control

    def _control(self, mineral: str | None) -> tuple[bool | None, Reading]:
        reading = self._read(Kind.CONTROL, mineral)
        figure = reading.figure
        if figure:
            state = _at_least(figure.low, figure.high, self.limits.control_pct)
            return (None if state is State.UNKNOWN else state is State.PASS), reading
        return reading.truth(self.rules.classes.control), reading

    def _not_outside(self, mineral: str | None) -> Finding:
        """Output counts unless a source says it is outside state control (J02)."""
        truth, reading = self._control(mineral)
        words = "output outside state control" if truth is False else "not said to be outside state control"
        return Finding(State.of(truth is not False), f"{_name(mineral)}: {words}", reading.ids, reading.ignored)

    def _under_control(self, mineral: str | None) -> Finding:
        truth, reading = self._control(mineral)
        what = f"{_name(mineral)}: control of output"
        if truth is None and not reading.facts and self.limits.control_silence is ControlSilence.UNDER_CONTROL:
            return Finding(State.PASS, f"{what} not stated, taken as under control", (), reading.ignored)
        if truth is None:
            return Finding(State.UNKNOWN, f"{what} not stated", reading.ids, reading.ignored, (what,))
        words = "under control" if truth else "outside state control"
        return Finding(State.of(truth), f"{_name(mineral)}: {words}", reading.ids, reading.ignored)

    def _exports(self, mineral: str) -> Finding:
        """Whether an export ban, quota or licence is in force on this mineral, abundant and under control."""
        covering = [
            (entry, measure)
            for entry, measure in self.controls
            if measure.minerals is None or mineral in measure.minerals
        ]
        findings = [self._in_force(entry, measure) for entry, measure in covering]
        control = some(findings, _nothing(f"{plain(mineral)}: no measure on record"))
        return every(control, self.bands[mineral].reaches(ABUNDANT, _name(mineral)), self._under_control(mineral))

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

    def _export_controls(self) -> Iterator[tuple[InForce, MeasureState]]:
        for entry in self.known.instruments(self.country):
            for measure in entry.instrument.measures:
                if measure.code in self.rules.export_controls and measure.direction is not Direction.LIBERALISES:
                    yield entry, measure


def _name(mineral: str | None) -> str:
    return plain(mineral) if mineral else "all minerals"


def _nothing(because: str) -> Finding:
    return Finding(State.FAIL, because)


def _no_total(quantity: Reading) -> tuple[Ignored, ...]:
    return tuple(Ignored(fact.fact_id, "no world total on record to compare it with") for fact in quantity.facts)


def _at_least(low: Decimal | None, high: Decimal | None, limit: Decimal) -> State:
    if low is not None and low >= limit:
        return State.PASS
    return State.FAIL if high is not None and high < limit else State.UNKNOWN


def _at_most(low: Decimal | None, high: Decimal | None, limit: Decimal) -> State:
    if high is not None and high <= limit:
        return State.PASS
    return State.FAIL if low is not None and low > limit else State.UNKNOWN
