"""Pictures of scores."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from scoring.domain.drawing import TILES, Cause, LevelSpan, fifths, step_chart, tile

FIRST, CHANGED, LAST = dt.date(2026, 4, 1), dt.date(2026, 11, 4), dt.date(2026, 11, 23)


@pytest.mark.parametrize(("overall", "widths"), [("2.33", [11, 11, 3.6, 0, 0]), ("5", [11] * 5), (None, [0] * 5)])
def test_fifths_are_filled_to_the_mean(overall: str | None, widths: list[float]) -> None:
    boxes = fifths(Decimal(overall) if overall else None)
    assert [box.width for box in boxes] == pytest.approx(widths, abs=0.11)


def test_every_member_has_a_tile_of_its_own() -> None:
    assert len(set(TILES.values())) == len(TILES) == 11


def test_a_tile_holds_five_steps_a_domain_and_hatches_a_range() -> None:
    drawn = tile("TH", [(2, 2), (2, 3), (None, None)])
    assert drawn
    assert len(drawn.steps) == 15
    assert sum(step.maybe for step in drawn.steps) == 1
    assert sum(step.level is not None for step in drawn.steps) == 4


def test_a_member_without_a_place_has_no_tile() -> None:
    assert tile("XX", []) is None


def test_no_levels_are_no_chart() -> None:
    assert step_chart([("Access", [])], [], FIRST, LAST) is None


def test_a_line_rises_on_the_day_of_the_change_and_only_the_newest_step_stands_out() -> None:
    lines = [
        ("Access", [LevelSpan(FIRST, None, 2, 2)]),
        ("Governance", [LevelSpan(FIRST, CHANGED, 2, 2), LevelSpan(CHANGED, None, 3, 3)]),
    ]
    chart = step_chart(lines, [Cause(CHANGED, "Export licence in force", "", True)], dt.date(2025, 7, 1), LAST)
    assert chart
    assert [moved for _, moved in chart.lines[1].paths] == [False, True]
    assert not chart.lines[0].moved
    assert chart.lines[1].end_text == "3"
    assert chart.blank_width > 0
    assert chart.causes[0].anchor == "end"


def test_a_range_is_a_box_and_not_a_line() -> None:
    chart = step_chart([("Access", [LevelSpan(FIRST, None, 2, 3)])], [], FIRST, LAST)
    assert chart
    assert chart.lines[0].paths == ()
    assert len(chart.lines[0].ranges) == 1
    assert chart.lines[0].end_text == "2–3"
