"""The life of an instrument drawn no finer than its sources."""

from __future__ import annotations

import datetime as dt

from registry.domain.dates import PartialDate
from registry.domain.timeline import LEFT, RIGHT, WIDTH, Moment, Period, timeline

TODAY = dt.date(2026, 11, 23)
YEAR, DAY = PartialDate.parse("2024"), PartialDate.parse("2025-07-01")


def test_nothing_dated_is_no_picture() -> None:
    assert timeline([], [Period("State control", None, None)], TODAY) is None


def test_a_date_known_to_the_year_is_a_bar_of_that_year_and_a_day_is_a_point() -> None:
    picture = timeline([Moment("Adopted", "", YEAR), Moment("Reaffirmed", "", DAY)], [], TODAY)
    assert picture
    year, day = picture.marks
    assert year.width is not None
    assert year.width > 300
    assert day.width is None


def test_days_that_an_imprecise_start_may_mean_are_perhaps() -> None:
    picture = timeline([], [Period("Ban", YEAR, None)], TODAY)
    assert picture
    ((x, width),) = picture.bars[0].perhaps
    assert x == LEFT
    assert picture.bars[0].solid.startswith(f"M{round(x + width, 1)} ")


def test_an_open_end_is_an_arrow_and_a_stated_one_is_not() -> None:
    picture = timeline([], [Period("Open", DAY, None), Period("Closed", DAY, PartialDate.parse("2026-01-31"))], TODAY)
    assert picture
    assert f"H{RIGHT}l12 11" in picture.bars[0].solid
    assert "v22" in picture.bars[1].solid


def test_a_start_that_is_not_stated_begins_at_the_edge() -> None:
    picture = timeline([], [Period("Old", None, DAY)], TODAY)
    assert picture
    assert picture.bars[0].solid.startswith(f"M{LEFT} ")


def test_a_label_that_does_not_fit_its_bar_stands_beside_it() -> None:
    short = Period("A label much longer than the fortnight that it names", DAY, PartialDate.parse("2025-07-14"))
    picture = timeline([Moment("First", "", YEAR)], [short], TODAY)
    assert picture
    assert not picture.bars[0].inside


def test_moments_close_together_stand_in_rows() -> None:
    moments = [Moment("Something of some length", "", PartialDate.parse(f"2025-07-0{n}")) for n in range(1, 5)]
    picture = timeline(moments, [], TODAY)
    assert picture
    assert len({mark.y for mark in picture.marks}) == 4
    assert all(0 <= mark.x <= WIDTH for mark in picture.marks)
