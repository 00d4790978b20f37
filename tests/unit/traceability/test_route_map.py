"""The route on a map: north is up, scale is the same everywhere, everything lies inside, names do not touch."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.drawing import text_width
from traceability.domain.route_map import Leg, Place, distance_km, route_map


def place(name: str, latitude: float, longitude: float, *, is_origin: bool = False) -> Place:
    return Place(name, name, "Land", latitude, longitude, is_origin)


MINE, PLANT, PORT = place("mine", 25.9, 98.3, is_origin=True), place("plant", 4.0, 103.4), place("port", 20.9, 106.7)


def test_north_is_up_and_east_is_right() -> None:
    drawn = route_map([MINE, PLANT, PORT], [])
    assert drawn
    at = {spot.name: spot for spot in drawn.spots}
    assert at["mine"].y < at["port"].y < at["plant"].y
    assert at["mine"].x < at["plant"].x < at["port"].x
    assert at["mine"].is_origin
    assert not at["plant"].is_origin


def test_an_arrow_leads_from_place_to_place_with_its_verdict() -> None:
    legs = [Leg("mine", "plant", 2, "bad"), Leg("mine", "elsewhere", 1, ""), Leg("mine", "mine", 1, "")]
    drawn = route_map([MINE, PLANT], legs)
    assert drawn
    (arrow,) = drawn.arrows
    assert (arrow.verdict, arrow.words) == ("bad", "2 shipments from mine to plant")
    start = next(spot for spot in drawn.spots if spot.name == "mine")
    assert arrow.path.startswith(f"M{start.x} {start.y}Q")


def test_one_place_is_no_route() -> None:
    assert route_map([MINE, place("beside", MINE.latitude, MINE.longitude)], []) is None


def test_distances_are_those_of_a_globe() -> None:
    assert round(distance_km(place("a", 0, 0), place("b", 0, 180))) == 20_015
    assert round(distance_km(place("a", 13.75, 100.5), place("b", 3.14, 101.69))) in range(1_180, 1_195)


_DEGREES = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


@settings(deadline=None)
@given(st.lists(_DEGREES, min_size=2, max_size=25, unique=True))
def test_everything_lies_inside_and_names_do_not_touch(points: list[tuple[float, float]]) -> None:
    places = [place(f"place {n}", *point) for n, point in enumerate(points)]
    drawn = route_map(places, [Leg("place 0", "place 1", 1, "")])
    assert drawn
    assert len(drawn.spots) == len(places)
    assert all(0 <= spot.x <= drawn.width and 0 <= spot.y <= drawn.height for spot in drawn.spots)
    assert not re.search("nan|inf", "".join(arrow.path + arrow.tip for arrow in drawn.arrows))
    named = [spot for spot in drawn.spots if spot.name]
    for n, one in enumerate(named):
        for other in named[n + 1 :]:
            if one.anchor == other.anchor == "start" and abs(one.text_y - other.text_y) < 12:
                left, right = sorted((one, other), key=lambda spot: spot.text_x)
                assert left.text_x + text_width(left.name, 12.5) <= right.text_x
