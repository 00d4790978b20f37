"""The lots around a lot: steps are longest ways, and the nearest stay when there are too many."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.domain.network import nearest, steps_from


def test_a_lot_stands_after_the_longest_way_to_it() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("a", "d")]
    assert steps_from("a", edges) == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_a_ladder_of_diamonds_takes_as_long_as_it_has_edges() -> None:
    edges = [edge for n in range(2_000) for edge in ((n, f"{n}l"), (n, f"{n}r"), (f"{n}l", n + 1), (f"{n}r", n + 1))]
    assert steps_from(0, edges)[2_000] == 4_000


def test_the_nearest_stay() -> None:
    assert nearest({"a": 0, "b": -1, "c": 2, "d": 1}, 3) == {"a", "b", "d"}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), max_size=80))
def test_every_edge_leads_to_a_later_step(pairs: list[tuple[int, int]]) -> None:
    edges = {(0, there) for _, there in pairs} | {(here, here + there) for here, there in pairs if here}
    edges |= {(0, here) for here, _ in pairs if here}
    steps = steps_from(0, edges)
    assert all(steps[here] < steps[there] for here, there in edges if here in steps)
    assert set(steps) == {0} | {there for _, there in edges}
