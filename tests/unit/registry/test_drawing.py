"""Geometry of drill cores, share bars, rows of labels and time axes."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.drawing import (
    SLIVER,
    Step,
    TimeAxis,
    drill_core,
    paint,
    share_bar,
    shortened,
    stacked,
    text_width,
)


@pytest.mark.parametrize(
    ("low", "high", "states"),
    [
        (3, 3, "on on on off off"),
        (2, 3, "on on maybe off off"),
        (1, 5, "on maybe maybe maybe maybe"),
        (None, None, "off off off off off"),
        (4, None, "on on on on off"),
    ],
)
def test_a_core_is_filled_to_the_level_and_hatched_over_its_range(low: int, high: int, states: str) -> None:
    assert " ".join(step.state for step in drill_core(low, high)) == states


def test_a_core_is_counted_from_the_bottom() -> None:
    core = drill_core(1, 1)
    assert core[0].state is Step.ON
    assert core[0].y > core[-1].y


shares = st.lists(st.decimals(0, 1, places=6), min_size=1, max_size=30).map(
    lambda values: [round(value / (sum(values) or 1), 6) for value in values]
)


@given(shares, st.booleans())
def test_painted_shares_keep_their_sum_and_put_the_unknown_last(values: list[Decimal], unknown: bool) -> None:
    painted = paint([(str(n), value, unknown and n == 0) for n, value in enumerate(values)])
    assert sum(share.share for share in painted) == sum(values)
    assert all(share.pattern != "unknown" for share in painted[:-1])
    assert len(painted) <= 8


@given(shares)
def test_parts_of_a_bar_have_their_true_widths_and_touch(values: list[Decimal]) -> None:
    parts = sorted(share_bar(paint([(str(n), value, False) for n, value in enumerate(values)])), key=lambda p: p.x)
    assert sum(part.width for part in parts) == pytest.approx(float(sum(values) * 100))
    for before, after in itertools.pairwise(parts):
        assert before.x + before.width == pytest.approx(after.x)


def test_a_part_too_thin_to_be_seen_is_a_sliver_drawn_on_top() -> None:
    parts = share_bar(paint([("a", Decimal("0.998"), False), ("b", Decimal("0.002"), False)]))
    assert Decimal("0.002") < SLIVER
    assert [part.sliver for part in parts] == [False, True]
    assert parts[1].at_end


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(1, 300)), max_size=25))
def test_labels_of_one_row_never_touch(extents: list[tuple[float, float]]) -> None:
    spans = sorted((start, start + wide) for start, wide in extents)
    rows = stacked(spans)
    for row in set(rows):
        inside = [span for span, n in zip(spans, rows, strict=True) if n == row]
        assert all(before[1] < after[0] for before, after in itertools.pairwise(inside))


@given(st.text("abc ", max_size=60), st.floats(20, 200))
def test_a_shortened_text_fits(text: str, width: float) -> None:
    assert text_width(shortened(text, width, 12), 12) <= max(width, text_width("a…", 12))


def test_an_axis_ticks_at_beginnings_and_stays_within_its_ends() -> None:
    axis = TimeAxis(dt.date(2025, 7, 1), dt.date(2026, 11, 23), 104, 1000)
    assert [tick.label for tick in axis.ticks(7)] == ["Jul 2025", "Oct", "2026", "Apr", "Jul", "Oct"]
    assert axis.x(dt.date(1999, 1, 1)) == 104
    assert axis.x(dt.date(2099, 1, 1)) == 1000


@given(st.dates(dt.date(1700, 1, 1), dt.date(2099, 1, 1)), st.integers(1, 80_000))
def test_an_axis_never_has_more_ticks_than_asked(first: dt.date, days: int) -> None:
    axis = TimeAxis(first, min(dt.date(2200, 1, 1), first + dt.timedelta(days)), 0, 1000)
    assert len(axis.ticks(9)) <= 9
