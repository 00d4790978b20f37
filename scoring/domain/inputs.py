"""What scores are worked out from, and how it is looked up on a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from registry.domain.dates import Certainty
from registry.domain.facts import Comparator, Fact
from registry.domain.instruments import InstrumentState, in_force, status_on
from registry.domain.production import ProductionTotal
from scoring.domain.methodology import Domain
from scoring.domain.trace import Ignored, State


class Kind(StrEnum):
    """The kinds of facts that gates read. Facts of any other kind move no score."""

    RESERVE_CLASS = "reserve_class"
    RESERVE_QUANTITY = "reserve_quantity"
    RESERVE_WORLD_SHARE = "reserve_world_share"
    RESERVE_RANK = "reserve_rank"
    RESERVE_PRESENCE = "reserve_presence"
    PRODUCTION_SHARE = "production_share"
    PRODUCTION_RANK = "production_rank"
    PRODUCTION_CLASS = "production_class"
    PRODUCTION_PRESENCE = "production_presence"
    DEVELOPED = "developed"
    CONTROL = "control"
    KEY_MINERAL = "key_mineral"
    COVERAGE = "processing_coverage"
    TIER = "processing_tier"
    STAGE_SHARE = "processing_world_share"
    STAGE_RANK = "processing_rank"
    STAGE_CLASS = "processing_rank_class"
    OWNER = "processing_owner"
    TECHNOLOGY = "technology_origin"
    TECHNOLOGY_CLASS = "technology_class"
    TECHNOLOGY_EXPORT = "technology_export"
    ENFORCEMENT = "enforcement"
    POLICY_SCOPE = "policy_scope"
    STANDARD = "standard_set"


#: Facts that are evidence on a domain of a country; without any, nothing is worked out there.
EVIDENCE_KINDS: Mapping[Domain, frozenset[Kind]] = {
    Domain.ACCESS: frozenset(
        {
            Kind.RESERVE_CLASS,
            Kind.RESERVE_QUANTITY,
            Kind.RESERVE_WORLD_SHARE,
            Kind.RESERVE_RANK,
            Kind.RESERVE_PRESENCE,
            Kind.PRODUCTION_SHARE,
            Kind.PRODUCTION_RANK,
            Kind.PRODUCTION_CLASS,
            Kind.PRODUCTION_PRESENCE,
            Kind.DEVELOPED,
        }
    ),
    Domain.CAPABILITY: frozenset(
        {
            Kind.KEY_MINERAL,
            Kind.COVERAGE,
            Kind.TIER,
            Kind.STAGE_SHARE,
            Kind.STAGE_RANK,
            Kind.STAGE_CLASS,
            Kind.OWNER,
            Kind.TECHNOLOGY_CLASS,
            Kind.TECHNOLOGY_EXPORT,
        }
    ),
    Domain.GOVERNANCE: frozenset({Kind.ENFORCEMENT, Kind.POLICY_SCOPE}),
}

#: The facts on processing that make a country's capability a question even where no key mineral is named.
PROCESSING_KINDS = (
    Kind.COVERAGE,
    Kind.TIER,
    Kind.STAGE_SHARE,
    Kind.STAGE_RANK,
    Kind.STAGE_CLASS,
    Kind.OWNER,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts, approved instruments and production totals. Drafts are no evidence."""

    facts: tuple[Fact, ...] = ()
    instruments: tuple[InstrumentState, ...] = ()
    production: tuple[ProductionTotal, ...] = ()

    def without(self, ids: Collection[str]) -> Evidence:
        """The same evidence with facts, instruments or production totals left out by id."""
        return replace(
            self,
            facts=tuple(fact for fact in self.facts if fact.fact_id not in ids),
            instruments=tuple(each for each in self.instruments if each.instrument_id not in ids),
            production=tuple(total for total in self.production if total.total_id not in ids),
        )

    @property
    def ids(self) -> frozenset[str]:
        facts = (fact.fact_id for fact in self.facts)
        instruments = (instrument.instrument_id for instrument in self.instruments)
        return frozenset((*facts, *instruments, *(total.total_id for total in self.production)))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content, whatever its order: equal evidence, equal fingerprint."""
        content: list[Fact | InstrumentState | ProductionTotal] = [*self.facts, *self.instruments, *self.production]
        return fingerprint_of(line(each) for each in content)


def line(piece: Fact | InstrumentState | ProductionTotal) -> str:
    """A piece of evidence as one line of text: equal content, equal line."""
    return _LINES.encode(piece.to_json())


#: One for all pieces: `json.dumps` makes a new encoder for each.
_LINES = json.JSONEncoder(sort_keys=True)


def fingerprint_of(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts of one kind on one subject that count, and those set aside with the reason."""

    facts: tuple[Fact, ...] = ()
    ignored: tuple[Ignored, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(fact.fact_id for fact in self.facts)

    @property
    def figure(self) -> Fact | None:
        """The newest of its figures."""
        figures = [fact for fact in self.facts if fact.is_figure]
        return max(figures, key=_newest) if figures else None

    def truth(self, words: Mapping[str, bool]) -> bool | None:
        """What its words say together: None where they say nothing or disagree."""
        said = {words[fact.fact_class or ""] for fact in self.saying(words)}
        return said.pop() if len(said) == 1 else None

    def saying(self, words: Collection[str]) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts if fact.fact_class in words)

    def aside(self, facts: Iterable[Fact], reason: str) -> tuple[Ignored, ...]:
        """What it ignored and, for a reason of its own, some of its facts too."""
        return (*self.ignored, *(Ignored(fact.fact_id, reason) for fact in facts))


@dataclass(frozen=True, slots=True)
class InForce:
    """An instrument of the country with whether it is in force on the day."""

    instrument: InstrumentState
    state: State
    reason: str
    begun: bool = True

    @property
    def id(self) -> str:
        return self.instrument.instrument_id


class Known:
    """The evidence as it stands on one day, indexed by country and kind."""

    def __init__(self, evidence: Evidence, on: dt.date) -> None:
        self.on = on
        self.production = {total.mineral: total for total in sorted(evidence.production, key=lambda each: each.year)}
        self._facts: dict[tuple[str | None, str], list[Fact]] = defaultdict(list)
        self._about: dict[tuple[str | None, str, str | None], list[Fact]] = defaultdict(list)
        self._read: dict[tuple[str, Kind, str | None], Reading] = {}
        self._past: dict[tuple[str | None, str], list[tuple[Fact, str]]] = defaultdict(list)
        self._instruments: dict[str, list[InForce]] = defaultdict(list)
        self._minerals: dict[tuple[str, str], set[str]] = defaultdict(set)
        for fact in sorted(evidence.facts, key=lambda fact: fact.fact_id):
            self._place(fact)
        for instrument in sorted(evidence.instruments, key=lambda each: each.instrument_id):
            self._instruments[instrument.country].append(_standing(instrument, on))

    def _place(self, fact: Fact) -> None:
        key = (fact.subject.country, fact.kind)
        holding = fact.holds_on(self.on)
        if holding is Certainty.YES:
            self._facts[key].append(fact)
            self._about[(*key, fact.subject.mineral)].append(fact)
            if fact.subject.country and fact.subject.mineral:
                self._minerals[fact.subject.country, fact.kind].add(fact.subject.mineral)
        else:
            self._past[key].append((fact, _when(fact, holding)))

    def has_evidence(self, country: str, domain: Domain) -> bool:
        if domain is Domain.GOVERNANCE and any(entry.begun for entry in self._instruments.get(country, ())):
            return True
        return any(self._facts.get((country, kind)) for kind in EVIDENCE_KINDS[domain])

    def minerals(self, country: str, kinds: Iterable[Kind]) -> tuple[str, ...]:
        """The minerals on which the country has a fact of one of these kinds, in order of code."""
        return tuple(sorted({mineral for kind in kinds for mineral in self._minerals.get((country, kind), ())}))

    def read(self, country: str, kind: Kind, mineral: str | None) -> Reading:
        """Statements of a kind on a mineral; those on the country as a whole yield to them (J33)."""
        key = country, kind, mineral
        if key not in self._read:
            self._read[key] = self._reading(country, kind, mineral)
        return self._read[key]

    def _reading(self, country: str, kind: Kind, mineral: str | None) -> Reading:
        own = self._about.get((country, kind, mineral), ()) if mineral is not None else ()
        general = self._about.get((country, kind, None), ())
        counted, yielding = _speaking(own), _speaking(general)
        silent = [Ignored(fact.fact_id, "it states no figure and no class") for fact in (*own, *general) if _mute(fact)]
        if counted and yielding:
            reason = f"a statement on {plain(mineral)} goes before one on the country"
            silent += [Ignored(fact.fact_id, reason) for fact in yielding]
        past = self._past.get((country, kind), ())
        gone = [Ignored(fact.fact_id, why) for fact, why in past if fact.subject.mineral in (mineral, None)]
        return Reading(tuple(counted or yielding), (*silent, *gone))

    def read_all(self, country: str, kind: Kind) -> Reading:
        """Every statement of a kind on the country or one of its minerals."""
        gone = tuple(Ignored(fact.fact_id, why) for fact, why in self._past.get((country, kind), ()))
        return Reading(tuple(self._facts.get((country, kind), ())), gone)

    def regional(self, kind: Kind, mineral: str | None = None) -> Reading:
        """Statements on the region or the world, of one mineral or of none."""
        return Reading(tuple(self._about.get((None, kind, mineral), ())))

    def instruments(self, country: str) -> Sequence[InForce]:
        return self._instruments.get(country, ())


def plain(code: str | None) -> str:
    """A code in words: ``rare_earths`` is rare earths."""
    return (code or "").replace("_", " ")


def texts(facts: Iterable[Fact]) -> str:
    """What facts say, each wording once."""
    return ", ".join(sorted({fact.text for fact in facts}))


def lower_limit(fact: Fact, slack: Decimal) -> Decimal:
    """The least a figure may be; "about" is taken as ``slack`` points less."""
    if fact.low is None:
        return Decimal(0)
    return fact.low - slack if fact.comparator is Comparator.ABOUT else fact.low


def _speaking(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if not _mute(fact)]


def _mute(fact: Fact) -> bool:
    presence = fact.kind in (Kind.RESERVE_PRESENCE, Kind.PRODUCTION_PRESENCE)
    return not presence and fact.fact_class is None and not fact.is_figure


def _newest(fact: Fact) -> tuple[dt.date, str]:
    return (fact.valid_from.last if fact.valid_from else dt.date.min, fact.fact_id)


def _when(fact: Fact, holding: Certainty) -> str:
    if holding is Certainty.PERHAPS:
        return "whether it holds on that day is not certain"
    return f"it held until {fact.valid_until}" if fact.valid_until else f"it holds from {fact.valid_from}"


def _standing(instrument: InstrumentState, on: dt.date) -> InForce:
    certainty = in_force(instrument, on)
    if certainty is Certainty.YES:
        return InForce(instrument, State.PASS, "in force")
    if certainty is Certainty.PERHAPS:
        return InForce(instrument, State.UNKNOWN, f"perhaps in force on {on}", _begun(instrument, on))
    reason = f"not in force on {on}: {plain(status_on(instrument, on)) or 'not yet begun'}"
    return InForce(instrument, State.FAIL, reason, _begun(instrument, on))


def _begun(instrument: InstrumentState, on: dt.date) -> bool:
    """Whether anything dated has happened to it: only then is it evidence on a day on which it is not in force."""
    return any(event.since is not None and event.since.first <= on for event in instrument.events)
