"""Governance: who sets the rules and whether they hold (gates G1 to G5)."""

from __future__ import annotations

from collections.abc import Callable

from registry.domain.instruments import EngagementScope, Pillar, Scope
from scoring.domain.inputs import InForce, Kind, Known, plain, texts
from scoring.domain.methodology import Domain, EnforcementSilence, Methodology, Unnamed
from scoring.domain.trace import Finding, GateTrace, Ignored, State, every, some

_DOMESTIC = (Pillar.PLAN, Pillar.REGULATION, Pillar.INCENTIVE)

#: Whether an instrument is of the wanted sort: yes, no, or not stated.
Sort = Callable[[InForce], bool | None]
#: Why an instrument in force that is close to the wanted sort does not count; None where it is not close.
Near = Callable[[InForce], str | None]


class Governance:
    """The gates of governance of one country on one day."""

    def __init__(self, known: Known, methodology: Methodology, country: str) -> None:
        self.known = known
        self.rules = methodology
        self.limits = methodology.parameters
        self.country = country
        self.instruments = known.instruments(country)

    def gates(self) -> tuple[GateTrace, ...]:
        pillars = self._pillars()
        tests = {
            "G1": self._enforced,
            "G2": self._general,
            "G3": self._specific,
            "G4": lambda: every(*pillars.values()),
            "G5": self._standard,
        }
        named = self.rules.parts
        parts = tuple(GateTrace.of(name, named[name].rule, finding) for name, finding in pillars.items())
        return tuple(
            GateTrace.of(
                gate.gate, gate.rule, tests[gate.gate](), level=gate.level, parts=parts if gate.gate == "G4" else ()
            )
            for gate in self.rules.gates_of(Domain.GOVERNANCE)
        )

    # --- G1

    def _enforced(self) -> Finding:
        """Stops on a stated absence, or where most key minerals are mined outside state control (J16, J20)."""
        return every(self._not_absent(), self._mostly_controlled())

    def _not_absent(self) -> Finding:
        reading = self.known.read(self.country, Kind.ENFORCEMENT, None)
        words = self.rules.classes.enforcement
        absent = [fact for fact in reading.saying(words) if not words[fact.fact_class or ""]]
        if absent:
            rest = [fact for fact in reading.facts if fact not in absent]
            ignored = reading.aside(rest, "another source says that enforcement is absent")
            ids = tuple(fact.fact_id for fact in absent)
            return Finding(State.FAIL, f"enforcement {texts(absent)}", ids, ignored)
        if reading.facts:
            return Finding(State.PASS, f"enforcement {texts(reading.facts)}", reading.ids, reading.ignored)
        if self.limits.enforcement_silence is EnforcementSilence.PASS:
            return Finding(State.PASS, "no source says that enforcement is absent", (), reading.ignored)
        missing = "whether rules are enforced"
        return Finding(State.UNKNOWN, f"{missing} is not stated", (), reading.ignored, (missing,))

    def _mostly_controlled(self) -> Finding:
        """Whether at most half of the key minerals are mined outside state control; silence counts as controlled."""
        keys = self.known.read_all(self.country, Kind.KEY_MINERAL)
        minerals = sorted({fact.subject.mineral for fact in keys.facts if fact.subject.mineral})
        readings = {mineral: self.known.read(self.country, Kind.CONTROL, mineral) for mineral in minerals}
        words = self.rules.classes.control
        outside = [mineral for mineral, reading in readings.items() if reading.truth(words) is False]
        facts = tuple(fact for reading in readings.values() for fact in reading.ids)
        ignored = tuple(item for reading in readings.values() for item in reading.ignored)
        cited = (*keys.ids, *facts) if facts or ignored else ()
        if outside and 2 * len(outside) > len(minerals):
            because = f"outside state control: {', '.join(plain(mineral) for mineral in outside)}"
            return Finding(State.FAIL, because, cited, ignored)
        return Finding(State.PASS, "", cited, ignored)

    # --- G2 to G4: instruments

    def _general(self) -> Finding:
        return self._any(_is_domestic, "a mining law, policy or incentive", _not_domestic)

    def _specific(self) -> Finding:
        """A word on policy does not stand for an instrument, but a stated absence settles what is not named."""
        found = self._any(_is_specific, "a domestic instrument specific to critical minerals", _not_specific)
        reading = self.known.read(self.country, Kind.POLICY_SCOPE, None)
        words = self.rules.classes.specific_policy
        denying = tuple(fact for fact in reading.saying(words) if not words[fact.fact_class or ""])
        others = tuple(fact for fact in reading.facts if fact not in denying)
        ignored = (*found.ignored, *reading.aside(others, "a word on policy does not stand for an instrument"))
        unnamed = not found.facts and found.state is not State.PASS
        if denying and unnamed:
            return Finding(
                State.FAIL, f"{found.because}; policy {texts(denying)}", tuple(f.fact_id for f in denying), ignored
            )
        aside = tuple(Ignored(fact.fact_id, "an instrument on record goes before a word") for fact in denying)
        return Finding(found.state, found.because, found.facts, (*ignored, *aside), found.missing)

    def _pillars(self) -> dict[str, Finding]:
        return {
            "G4.plan": self._any(_is_plan, "a plan or strategy", _no_near),
            "G4.incentive": self._any(self._reaches_processing, "an incentive that reaches processing", _not_reaching),
            "G4.engagement": self._any(_is_dedicated, "an engagement dedicated to critical minerals", _not_dedicated),
        }

    def _reaches_processing(self, entry: InForce) -> bool | None:
        instrument = entry.instrument
        if instrument.pillar is not Pillar.INCENTIVE or instrument.scope is Scope.DOWNSTREAM_ONLY:
            return False
        stages = [measure.stages for measure in instrument.measures]
        if any(each and self.rules.processing_stage in each for each in stages):
            return True
        return None if not stages or None in stages else False

    def _any(self, sort: Sort, what: str, near: Near) -> Finding:
        """Whether an instrument of a sort is in force; what is not named is absent, or unknown by parameter (J28)."""
        sorted_out = [(entry, sort(entry)) for entry in self.instruments]
        candidates = [self._candidate(entry, fits) for entry, fits in sorted_out if fits is not False]
        live = [finding for finding in candidates if not finding.fails]
        found = some(live, self._unnamed(what)) if live else self._unnamed(what)
        aside = [item for finding in candidates for item in finding.ignored]
        for entry, fits in sorted_out:
            reason = near(entry) if fits is False and entry.state is not State.FAIL else None
            aside += [Ignored(entry.id, reason)] if reason else []
        because = f"{what} is in force ({', '.join(found.facts)})" if found.passes else found.because
        return Finding(found.state, because, found.facts, tuple(aside), found.missing)

    def _candidate(self, entry: InForce, fits: bool | None) -> Finding:
        if entry.state is State.FAIL:
            return Finding(State.FAIL, entry.reason, (), (Ignored(entry.id, entry.reason),))
        if entry.state is State.PASS and fits:
            return Finding(State.PASS, entry.reason, (entry.id,))
        missing = f"whether {entry.id} is in force" if entry.state is State.UNKNOWN else f"what {entry.id} is about"
        return Finding(State.UNKNOWN, f"{missing} is not certain", (entry.id,), (), (missing,))

    def _unnamed(self, what: str) -> Finding:
        if self.limits.unnamed_is is Unnamed.ABSENT:
            return Finding(State.FAIL, f"{what} is not on record in force")
        return Finding(State.UNKNOWN, f"{what} is not named", missing=(what,))

    # --- G5

    def _standard(self) -> Finding:
        own = self.known.read(self.country, Kind.STANDARD, None)
        reading = own if own.facts else self.known.regional(Kind.STANDARD)
        words = self.rules.classes.standards
        truth = reading.truth(words)
        if truth is not None:
            return Finding(State.of(truth), f"standards set: {texts(reading.facts)}", reading.ids, reading.ignored)
        return self._unnamed("a standard set by the country and adopted by others")


def _is_domestic(entry: InForce) -> bool | None:
    """An engagement is not domestic; an instrument without a pillar counts where its scope is stated."""
    instrument = entry.instrument
    if instrument.pillar in _DOMESTIC:
        return True
    if instrument.pillar is Pillar.ENGAGEMENT:
        return False
    return True if instrument.scope else None


def _is_specific(entry: InForce) -> bool | None:
    instrument = entry.instrument
    if instrument.pillar is Pillar.ENGAGEMENT or instrument.scope in (Scope.GENERAL, Scope.DOWNSTREAM_ONLY):
        return False
    if instrument.scope is None or instrument.pillar is None:
        return None
    return True


def _is_dedicated(entry: InForce) -> bool | None:
    instrument = entry.instrument
    if instrument.pillar is not Pillar.ENGAGEMENT or instrument.engagement_scope is EngagementScope.GENERAL:
        return False
    return True if instrument.engagement_scope else None


def _is_plan(entry: InForce) -> bool | None:
    return entry.instrument.pillar is Pillar.PLAN


def _no_near(entry: InForce) -> str | None:
    return None


def _not_domestic(entry: InForce) -> str | None:
    return "an agreement with others is not domestic" if entry.instrument.pillar is Pillar.ENGAGEMENT else None


def _not_specific(entry: InForce) -> str | None:
    return _not_domestic(entry) or f"not specific to critical minerals: {plain(entry.instrument.scope)}"


def _not_reaching(entry: InForce) -> str | None:
    return "it does not reach the processing stage" if entry.instrument.pillar is Pillar.INCENTIVE else None


def _not_dedicated(entry: InForce) -> str | None:
    return "not dedicated to critical minerals" if entry.instrument.pillar is Pillar.ENGAGEMENT else None
