"""The route on the page of a lot: the map, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from traceability.chains import LotChain
from traceability.domain.borders import Crossing, worst
from traceability.domain.route_map import Leg, Place, RouteMap, distance_km, route_map
from traceability.domain.vocabulary import EventKind, Verdict
from traceability.pages.words import VERDICT_WORDS


@dataclass(frozen=True, slots=True)
class LegRow:
    """Shipments from a place to another; ``km`` None where the place of one is not stated."""

    start: str
    end: str
    count: int
    km: float | None
    chip: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Route:
    picture: RouteMap | None
    legs: tuple[LegRow, ...]
    unplaced: tuple[str, ...]


def route_of(
    chain: LotChain, names: Mapping[str, str], countries: Mapping[str, str], verdict: Callable[[Crossing], Verdict]
) -> Route:
    """Where the material of a lot went. ``names`` gives facilities by id, ``verdict`` what is said of a crossing."""
    found: dict[tuple[str, str], list[Verdict | None]] = {}
    crossed = {(one.event.event_id, one.lot.lot_id): verdict(one) for one in chain.crossings}
    for lot_id, touch in chain.touches:
        event = touch.event
        if event.kind is EventKind.SHIP and event.to_facility_id:
            said = crossed.get((event.event_id, lot_id))
            found.setdefault((event.facility_id, event.to_facility_id), []).append(said)
    places = {place.facility_id: place for place in _places(chain, names, countries)}
    visited = {event.facility_id for event in chain.events.values()}
    legs = [_leg(start, end, said) for (start, end), said in found.items()]
    rows = [_row(leg, found[leg.start, leg.end], places, names) for leg in legs]
    unplaced = sorted(names.get(facility, facility) for facility in visited - places.keys())
    return Route(route_map(list(places.values()), legs), tuple(rows), tuple(unplaced))


def _places(chain: LotChain, names: Mapping[str, str], countries: Mapping[str, str]) -> list[Place]:
    origins = {origin.facility_id for origin in chain.origins(chain.lot.lot_id)}
    ids = {facility for event in chain.events.values() for facility in (event.facility_id, event.to_facility_id)}
    found = []
    for facility_id in sorted(one for one in ids if one):
        facility = chain.chain.facilities.get(facility_id)
        if facility is not None and facility.latitude is not None and facility.longitude is not None:
            country = countries.get(facility.country, facility.country)
            name, at = names.get(facility_id, facility_id), (float(facility.latitude), float(facility.longitude))
            found.append(Place(facility_id, name, country, *at, facility_id in origins))
    return found


def _leg(start: str, end: str, said: list[Verdict | None]) -> Leg:
    judged = [one for one in said if one is not None]
    return Leg(start, end, len(said), VERDICT_WORDS[worst(judged)][0] if judged else "")


def _row(leg: Leg, said: list[Verdict | None], places: Mapping[str, Place], names: Mapping[str, str]) -> LegRow:
    ends = places.get(leg.start), places.get(leg.end)
    km = distance_km(ends[0], ends[1]) if ends[0] and ends[1] else None
    judged = [one for one in said if one is not None]
    chip = VERDICT_WORDS[worst(judged)][:2] if judged else None
    return LegRow(names.get(leg.start, leg.start), names.get(leg.end, leg.end), leg.count, km, chip)
