"""Due diligence: risks on lists, matched with what a lot went through on the day it did; and two flags worked out.

Sources: OECD Due Diligence Guidance for minerals, Annex II (risks) and its supplements (red flags of locations and
suppliers). The OECD publishes no list of areas: lists are the user's own, with a source, a date and a version.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from traceability.domain.chain import Chain, Touch
from traceability.domain.vocabulary import EventKind

_EARTH_KM = 6_371.0


class Risk(StrEnum):
    """Annex II, then red flags of the supplements."""

    SERIOUS_ABUSES = "serious_abuses"
    ARMED_GROUPS = "armed_groups"
    SECURITY_FORCES = "security_forces"
    BRIBERY = "bribery"
    MISREPRESENTED_ORIGIN = "misrepresented_origin"
    MONEY_LAUNDERING = "money_laundering"
    TAXES_AND_ROYALTIES = "taxes_and_royalties"
    CONFLICT_AFFECTED_AREA = "conflict_affected_area"
    TRANSIT_OF_SUCH_MATERIAL = "transit_of_such_material"
    LIMITED_RESERVES = "limited_reserves"
    SANCTIONS = "sanctions"
    OTHER = "other"


class Subject(StrEnum):
    PARTY = "party"
    FACILITY = "facility"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list. An area is a country, or a circle in it: ``latitude``, ``longitude``, ``radius_km``."""

    subject: Subject
    subject_id: str
    risk: Risk
    statement: str
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    radius_km: Decimal | None = None

    def holds(self, day: dt.date) -> bool:
        """First and last day belong to it; a blank end is open."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def to_json(self) -> dict[str, Any]:
        """Numbers and days as text; what is not stated is left out."""
        texts = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(value) for name, value in texts.items() if value not in (None, "")}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Entry:
        return cls(
            subject=Subject(content["subject"]),
            subject_id=content["subject_id"],
            risk=Risk(content["risk"]),
            statement=content.get("statement", ""),
            valid_from=_day(content.get("valid_from")),
            valid_until=_day(content.get("valid_until")),
            latitude=_number(content.get("latitude")),
            longitude=_number(content.get("longitude")),
            radius_km=_number(content.get("radius_km")),
        )


@dataclass(frozen=True, slots=True)
class Passed:
    """A place that material was at, in whose hands, on a day."""

    day: dt.date
    lot_id: str
    party_id: str
    facility_id: str
    country: str
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that held on the days it was met: ``first`` to ``last``, by ``lots``."""

    entry: Entry
    first: dt.date
    last: dt.date
    lots: tuple[str, ...]


class Route(StrEnum):
    """How a route speaks against what is said of the origin."""

    JUMP = "jump"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class RouteFlag:
    """JUMP: an event places the lot ``here``, the report before it ``there``. RETURN: it left ``here`` earlier and
    came back from ``there`` as the same lot."""

    kind: Route
    lot_id: str
    event_id: str
    day: dt.date
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class OutputFlag:
    """A facility put out more in a year, in wet tonnes, than it says it can."""

    facility_id: str
    year: int
    out_t: Decimal
    capacity_t: Decimal


def passed(chain: Chain, lots: Iterable[str]) -> Iterator[Passed]:
    """Where the lots of a path were, by their events; a shipment is at both its ends."""
    for lot_id in lots:
        for touch in chain.lives[lot_id]:
            event = touch.event
            for facility_id in (event.facility_id, event.to_facility_id):
                facility = chain.facilities.get(facility_id or "")
                if facility is not None:
                    yield Passed(
                        event.day, lot_id, event.party_id, facility.facility_id, facility.country, facility.latitude,
                        facility.longitude,
                    )  # fmt: skip


def matches(entries: Iterable[Entry], places: Iterable[Passed]) -> list[Match]:
    """The entries that held on a day when the material was where, or with whom, they say."""
    met = list(places)
    found = []
    for entry in entries:
        hits = [place for place in met if entry.holds(place.day) and _meets(entry, place)]
        if hits:
            days = [place.day for place in hits]
            lots = tuple(sorted({place.lot_id for place in hits}))
            found.append(Match(entry, min(days), max(days), lots))
    return sorted(found, key=lambda match: (match.first, match.entry.subject, match.entry.subject_id))


def route_flags(chain: Chain, lots: Iterable[str]) -> list[RouteFlag]:
    """Where the reports of a lot place it in a country that no shipment brought it to, or bring it back."""
    return [flag for lot_id in lots for flag in _route(chain, lot_id)]


def output_flags(
    born: Iterable[tuple[str, int, Decimal]], capacities: Mapping[str, Decimal | None]
) -> list[OutputFlag]:
    """``born`` holds (facility, year, wet kilograms) of what came out; only stated capacities are compared."""
    sums: dict[tuple[str, int], Decimal] = {}
    for facility_id, year, kg in born:
        sums[facility_id, year] = sums.get((facility_id, year), Decimal(0)) + kg
    flags = []
    for (facility_id, year), kg in sorted(sums.items()):
        capacity = capacities.get(facility_id)
        if capacity is not None and kg / 1000 > capacity:
            flags.append(OutputFlag(facility_id, year, kg / 1000, capacity))
    return flags


def _meets(entry: Entry, place: Passed) -> bool:
    if entry.subject is Subject.PARTY:
        return entry.subject_id == place.party_id
    if entry.subject is Subject.FACILITY:
        return entry.subject_id == place.facility_id
    if entry.subject_id != place.country:
        return False
    if entry.radius_km is None or entry.latitude is None or entry.longitude is None:
        return True
    if place.latitude is None or place.longitude is None:
        return False  # where in the country it lies is not stated
    centre = float(entry.latitude), float(entry.longitude)
    return _km(centre, (float(place.latitude), float(place.longitude))) <= float(entry.radius_km)


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(math.radians(degree) for degree in point) for point in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def _route(chain: Chain, lot_id: str) -> Iterator[RouteFlag]:
    at: str | None = None
    left: set[str] = set()
    for touch in chain.lives[lot_id]:
        event, here = touch.event, chain.country(touch.event.facility_id)
        if _is_observed(touch) or here is None:
            continue
        if at is not None and here != at:
            yield RouteFlag(Route.JUMP, lot_id, event.event_id, event.day, here, at)
        at = here
        if event.kind is EventKind.SHIP:
            to = chain.country(event.to_facility_id)
            if to is not None and to != here:
                left.add(here)
                if to in left:
                    yield RouteFlag(Route.RETURN, lot_id, event.event_id, event.day, to, here)
                at = to


def _is_observed(touch: Touch) -> bool:
    """Papers may be signed anywhere: only events that handle the material say where it is."""
    return touch.event.kind in (EventKind.OBSERVE, EventKind.ADJUST, EventKind.TRANSFER_OWNERSHIP)


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _number(value: Any) -> Decimal | None:
    return Decimal(value) if value else None
