"""What an instrument and its measures say, and whether they are in force on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from registry.domain.dates import Certainty, PartialDate, holds


class MeasureCode(StrEnum):
    """What a measure does. Codes of the public contract; crosswalks stand in registry/data/measures.yaml."""

    EXPORT_BAN = "export_ban"
    EXPORT_LICENCE = "export_licence"
    EXPORT_QUOTA = "export_quota"
    EXPORT_TAX = "export_tax"
    PRICE_CONTROL = "price_control"
    DOMESTIC_PROCESSING_REQUIREMENT = "domestic_processing_requirement"
    LOCAL_CONTENT_REQUIREMENT = "local_content_requirement"
    DOMESTIC_MARKET_OBLIGATION = "domestic_market_obligation"
    FOREIGN_OWNERSHIP_LIMIT = "foreign_ownership_limit"
    TAX_HOLIDAY = "tax_holiday"
    ROYALTY = "royalty"
    MORATORIUM = "moratorium"
    LICENCE_REVOCATION = "licence_revocation"
    MOU = "mou"
    TRADE_AGREEMENT = "trade_agreement"
    STRATEGY_PLAN = "strategy_plan"
    STOCKPILE = "stockpile"
    STANDARD = "standard"
    INVESTMENT_INCENTIVE = "investment_incentive"
    PERMITTING = "permitting"
    STATE_PARTICIPATION = "state_participation"
    TRACEABILITY_REQUIREMENT = "traceability_requirement"
    COOPERATION = "cooperation"


class Status(StrEnum):
    """Where an instrument stands in its life. ``unknown`` and ``reference`` are the source's own silence."""

    CONSIDERED = "considered"
    IN_DISCUSSION = "in_discussion"
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    SIGNED = "signed"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    AMENDED = "amended"
    SUSPENDED = "suspended"
    REPEALED = "repealed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    REFERENCE = "reference"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """How closely an instrument is about critical minerals."""

    CM_SPECIFIC = "cm_specific"
    GENERAL = "general"
    DOWNSTREAM_ONLY = "downstream_only"


class Pillar(StrEnum):
    PLAN = "plan"
    REGULATION = "regulation"
    INCENTIVE = "incentive"
    ENGAGEMENT = "engagement"


class EngagementScope(StrEnum):
    DEDICATED_CM = "dedicated_cm"
    GENERAL = "general"


class Direction(StrEnum):
    RESTRICTS = "restricts"
    LIBERALISES = "liberalises"
    PROMOTES = "promotes"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """An instrument reached a status; ``since`` is None where the source gives no time."""

    status: Status
    since: PartialDate | None

    def to_json(self) -> dict[str, Any]:
        return {"status": self.status.value, "since": self.since.to_json() if self.since else None}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> StatusEvent:
        return cls(Status(plain["status"]), _date(plain.get("since")))


@dataclass(frozen=True, slots=True)
class MeasureState:
    """One measure as one version of its instrument has it.

    ``minerals`` and ``materials`` None: not stated, read as all. ``hs``: prefixes of HS codes,
    empty where not stated. ``start`` and ``until`` both belong to the period; None is open,
    and where both are None the instrument's own life decides.
    """

    measure_id: str
    instrument_id: str
    version: int
    country: str
    code: MeasureCode
    direction: Direction = Direction.NEUTRAL
    minerals: tuple[str, ...] | None = None
    materials: tuple[str, ...] | None = None
    hs: tuple[str, ...] = ()
    stages: tuple[str, ...] | None = None
    destinations: tuple[str, ...] | None = None
    start: PartialDate | None = None
    until: PartialDate | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON with every field, None where it is not stated."""
        return {
            "measure_id": self.measure_id,
            "instrument_id": self.instrument_id,
            "version": self.version,
            "country": self.country,
            "code": self.code.value,
            "direction": self.direction.value,
            "minerals": _list(self.minerals),
            "materials": _list(self.materials),
            "hs": list(self.hs),
            "stages": _list(self.stages),
            "destinations": _list(self.destinations),
            "start": self.start.to_json() if self.start else None,
            "until": self.until.to_json() if self.until else None,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> MeasureState:
        """Read what `to_json` wrote; KeyError or ValueError where it is no measure."""
        return cls(
            measure_id=plain["measure_id"],
            instrument_id=plain["instrument_id"],
            version=plain["version"],
            country=plain["country"],
            code=MeasureCode(plain["code"]),
            direction=Direction(plain.get("direction", Direction.NEUTRAL)),
            minerals=_tuple(plain.get("minerals")),
            materials=_tuple(plain.get("materials")),
            hs=tuple(plain.get("hs") or ()),
            stages=_tuple(plain.get("stages")),
            destinations=_tuple(plain.get("destinations")),
            start=_date(plain.get("start")),
            until=_date(plain.get("until")),
        )


@dataclass(frozen=True, slots=True)
class InstrumentState:
    """One approved version of an instrument: everything that rules read of it."""

    instrument_id: str
    version: int
    country: str
    title: str
    scope: Scope | None
    pillar: Pillar | None
    engagement_scope: EngagementScope | None
    counterparts: tuple[str, ...]
    events: tuple[StatusEvent, ...]
    measures: tuple[MeasureState, ...] = field(default=())
    until: PartialDate | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON with every field, None where it is not stated; `from_json` gives back an equal state."""
        return {
            "instrument_id": self.instrument_id,
            "version": self.version,
            "country": self.country,
            "title": self.title,
            "scope": self.scope and self.scope.value,
            "pillar": self.pillar and self.pillar.value,
            "engagement_scope": self.engagement_scope and self.engagement_scope.value,
            "counterparts": list(self.counterparts),
            "events": [event.to_json() for event in self.events],
            "measures": [measure.to_json() for measure in self.measures],
            "until": self.until.to_json() if self.until else None,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> InstrumentState:
        """Read what `to_json` wrote; KeyError or ValueError where it is no instrument."""
        return cls(
            instrument_id=plain["instrument_id"],
            version=plain["version"],
            country=plain["country"],
            title=plain["title"],
            scope=Scope(plain["scope"]) if plain.get("scope") else None,
            pillar=Pillar(plain["pillar"]) if plain.get("pillar") else None,
            engagement_scope=EngagementScope(plain["engagement_scope"]) if plain.get("engagement_scope") else None,
            counterparts=tuple(plain.get("counterparts") or ()),
            events=tuple(StatusEvent.from_json(event) for event in plain.get("events") or ()),
            measures=tuple(MeasureState.from_json(measure) for measure in plain.get("measures") or ()),
            until=_date(plain.get("until")),
        )


#: Statuses that start, pause and end force. Everything else is a stage on the way, or words about an instrument.
_STARTS = {Status.IN_FORCE, Status.SIGNED}
_ENDS = {Status.SUSPENDED, Status.REPEALED, Status.EXPIRED, Status.WITHDRAWN, Status.ANNULLED}


def measure_in_force(measure: MeasureState, instrument: InstrumentState, on: dt.date) -> Certainty:
    """Whether a measure is in force on a day: its own dates and its instrument's life must both say so."""
    own = holds(on, measure.start, measure.until)
    return _weaker(own, in_force(instrument, on))


def in_force(instrument: InstrumentState, on: dt.date) -> Certainty:
    """Whether an instrument is in force on a day, from its dated events and its end (last day included).

    An undated start counts as always: the source describes it as existing. An event known to the
    month or year leaves the days it may mean as ``perhaps``, and so does a status that is not known.
    """
    if instrument.until is not None and on > instrument.until.last:
        return Certainty.NO
    state = Certainty.NO
    for event in sorted(instrument.events, key=_order):
        if event.since is not None and event.since.first > on:
            break
        reached = event.since is None or event.since.last <= on
        if event.status in _STARTS:
            state = Certainty.YES if reached else _at_least_perhaps(state)
        elif event.status in _ENDS:
            state = Certainty.NO if reached else _at_most_perhaps(state)
        elif event.status is Status.UNKNOWN:
            state = Certainty.PERHAPS
    ending = instrument.until is not None and on > instrument.until.first
    return _at_most_perhaps(state) if ending else state


def status_on(instrument: InstrumentState, on: dt.date) -> Status | None:
    """The last status that the instrument has reached for certain on a day; None where there is none."""
    reached = [event for event in instrument.events if event.since is None or event.since.last <= on]
    return max(reached, key=_order).status if reached else None


def _order(event: StatusEvent) -> dt.date:
    return event.since.first if event.since else dt.date.min


def _at_least_perhaps(state: Certainty) -> Certainty:
    return state if state is Certainty.YES else Certainty.PERHAPS


def _at_most_perhaps(state: Certainty) -> Certainty:
    return state if state is Certainty.NO else Certainty.PERHAPS


def _weaker(left: Certainty, right: Certainty) -> Certainty:
    if Certainty.NO in (left, right):
        return Certainty.NO
    return Certainty.PERHAPS if Certainty.PERHAPS in (left, right) else Certainty.YES


def _date(plain: Mapping[str, str] | None) -> PartialDate | None:
    return PartialDate.from_json(plain) if plain else None


def _tuple(items: list[str] | None) -> tuple[str, ...] | None:
    return None if items is None else tuple(items)


def _list(items: tuple[str, ...] | None) -> list[str] | None:
    return None if items is None else list(items)
