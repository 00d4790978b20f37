"""The route of a lot on a map: places by their coordinates, shipments as arrows with their verdicts.

Equirectangular, true to scale at the middle latitude; no coast is drawn, only the lines of the grid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.domain.drawing import rounded, text_width

_WIDTH, _LOW, _HIGH = 1120.0, 260.0, 520.0
_PAD = 70.0
#: Degrees that are shown at least: two places next to each other are no map of a room.
_LEAST = 2.0
_GRIDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
_LINE = 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """A facility; ``country`` is its name as pages write it."""

    facility_id: str
    name: str
    country: str
    latitude: float
    longitude: float
    is_origin: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """Shipments between two places: how many, and the worst verdict (bad, warn, ok, none; empty: no border)."""

    start: str
    end: str
    count: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Spot:
    x: float
    y: float
    name: str
    country: str
    is_origin: bool
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Arrow:
    path: str
    tip: str
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class GridLine:
    path: str
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class RouteMap:
    width: float
    height: float
    grid: tuple[GridLine, ...]
    arrows: tuple[Arrow, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class _Projection:
    west: float
    north: float
    scale: float
    squeeze: float
    height: float

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        x = (longitude - self.west) * self.scale * self.squeeze
        return rounded(x), rounded((self.north - latitude) * self.scale)


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance (haversine, mean radius 6,371 km)."""
    lat1, lon1, lat2, lon2 = (
        math.radians(degrees) for degrees in (one.latitude, one.longitude, other.latitude, other.longitude)
    )
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371.0 * math.asin(math.sqrt(min(1.0, half)))


def route_map(places: Sequence[Place], legs: Sequence[Leg]) -> RouteMap | None:
    """Lay the map out; None with fewer than two places, which make no route."""
    if len({(place.latitude, place.longitude) for place in places}) < 2:
        return None
    projection = _projection(places)
    at = {place.facility_id: projection.at(place.latitude, place.longitude) for place in places}
    names = {place.facility_id: place.name for place in places}
    arrows = [
        _arrow(leg, at, names) for leg in legs if leg.start in at and leg.end in at and at[leg.start] != at[leg.end]
    ]
    return RouteMap(_WIDTH, projection.height, tuple(_grid(projection)), tuple(arrows), _spots(places, at))


def _projection(places: Sequence[Place]) -> _Projection:
    south, north = _span([place.latitude for place in places])
    west, east = _span([place.longitude for place in places])
    squeeze = max(0.2, math.cos(math.radians((south + north) / 2)))
    scale = min((_WIDTH - 2 * _PAD) / ((east - west) * squeeze), (_HIGH - 2 * _PAD) / (north - south))
    height = rounded(max(_LOW, (north - south) * scale + 2 * _PAD))
    return _Projection(
        west=(west + east) / 2 - _WIDTH / 2 / scale / squeeze,
        north=(south + north) / 2 + height / 2 / scale,
        scale=scale,
        squeeze=squeeze,
        height=height,
    )


def _span(degrees: Sequence[float]) -> tuple[float, float]:
    low, high = min(degrees), max(degrees)
    missing = max(0.0, _LEAST - (high - low))
    return low - missing / 2, high + missing / 2


def _arrow(leg: Leg, at: Mapping[str, tuple[float, float]], names: Mapping[str, str]) -> Arrow:
    """Bent to one side, so that there and back lie beside each other; its tip stops short of the place."""
    (x1, y1), (x2, y2) = at[leg.start], at[leg.end]
    along = math.hypot(x2 - x1, y2 - y1)
    bend = min(40.0, along * 0.18)
    cx, cy = (x1 + x2) / 2 - (y2 - y1) / along * bend, (y1 + y2) / 2 + (x2 - x1) / along * bend
    way = math.hypot(x2 - cx, y2 - cy) or 1.0
    ux, uy = (x2 - cx) / way, (y2 - cy) / way
    ex, ey = x2 - ux * 9, y2 - uy * 9
    points = [
        (ex, ey),
        (ex - ux * 9 - uy * 4.5, ey - uy * 9 + ux * 4.5),
        (ex - ux * 9 + uy * 4.5, ey - uy * 9 - ux * 4.5),
    ]
    tip = "M" + "L".join(f"{rounded(x)} {rounded(y)}" for x, y in points) + "Z"
    path = f"M{x1} {y1}Q{rounded(cx)} {rounded(cy)} {rounded(ex)} {rounded(ey)}"
    words = f"{leg.count} shipment{'s' if leg.count > 1 else ''} from {names[leg.start]} to {names[leg.end]}"
    return Arrow(path, tip, leg.verdict, words)


def _spots(places: Sequence[Place], at: Mapping[str, tuple[float, float]]) -> tuple[Spot, ...]:
    """Names beside their places, moved down where they would touch; one that finds no room is in the table alone."""
    taken: list[tuple[float, float, float]] = []
    spots = []
    for place in sorted(places, key=lambda place: (not place.is_origin, at[place.facility_id][1], place.facility_id)):
        x, y = at[place.facility_id]
        wide = max(text_width(place.name, 12.5), text_width(place.country, 11.5)) + 14
        left = x + wide > _WIDTH
        low, high = (x - wide, x) if left else (x, x + wide)
        text_y = next((y + 4 + n * _LINE for n in (0, -1, 2, -3, 3) if _is_free(taken, low, high, y + n * _LINE)), None)
        if text_y is not None:
            taken.append((low, high, text_y - 4))
        name, country = (place.name, place.country) if text_y is not None else ("", "")
        text_x = rounded(x - 10 if left else x + 10)
        anchor = "end" if left else "start"
        spots.append(Spot(x, y, name, country, place.is_origin, text_x, rounded(text_y or y), anchor))
    return tuple(spots)


def _is_free(taken: Sequence[tuple[float, float, float]], low: float, high: float, y: float) -> bool:
    return all(high < other_low or other_high < low or abs(y - at) >= 2 * _LINE for other_low, other_high, at in taken)


def _grid(projection: _Projection) -> list[GridLine]:
    degrees = _HIGH / projection.scale / 4
    step = next((grid for grid in _GRIDS if grid >= degrees), _GRIDS[-1])
    lines = []
    east = projection.west + _WIDTH / projection.scale / projection.squeeze
    south = projection.north - projection.height / projection.scale
    for n in range(math.ceil(projection.west / step), math.floor(east / step) + 1):
        x, _ = projection.at(0, n * step)
        lines.append(GridLine(f"M{x} 0V{projection.height}", x, projection.height, _degrees(n * step, "E", "W")))
    for n in range(math.ceil(south / step), math.floor(projection.north / step) + 1):
        _, y = projection.at(n * step, 0)
        lines.append(GridLine(f"M0 {y}H{_WIDTH:.0f}", 0, y, _degrees(n * step, "N", "S")))
    return lines


def _degrees(value: float, plus: str, minus: str) -> str:
    text = f"{abs(value):g}°"
    return text if not value else f"{text} {plus if value > 0 else minus}"
