"""Calendar dates over the versions of an instrument."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from alerts.domain.dates import Told, appointments
from registry.domain.dates import PartialDate
from registry.domain.instruments import InstrumentState, MeasureCode, MeasureState, Status, StatusEvent

T0 = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _told(number: int, since: str | None, *starts: str, is_standing: bool = True) -> Told:
    measures = tuple(
        MeasureState(f"x.{n}", "x", number, "TH", MeasureCode.EXPORT_BAN, start=PartialDate.parse(start))
        for n, start in enumerate(starts, 1)
    )
    events = (StatusEvent(Status.IN_FORCE, PartialDate.parse(since)),) if since else ()
    state = InstrumentState("x", number, "TH", "Act", None, None, None, (), events, measures)
    return Told(state, T0 + dt.timedelta(days=number), is_standing)


def test_a_date_that_moves_keeps_its_identity_and_counts_up() -> None:
    (found,) = appointments([_told(1, "2026-12-01"), _told(2, "2027-01-01")])
    assert (found.name, found.day, found.sequence, found.is_cancelled) == ("in_force", dt.date(2027, 1, 1), 1, False)


def test_a_version_that_leaves_a_date_alone_does_not_count_it_up() -> None:
    (found,) = appointments([_told(1, "2026-12-01"), _told(2, "2026-12-01")])
    assert (found.sequence, found.changed_at) == (0, T0 + dt.timedelta(days=1))


def test_a_date_that_vanishes_is_cancelled_once_and_can_come_back() -> None:
    gone = [_told(1, "2026-12-01"), _told(2, None), _told(3, None)]
    (found,) = appointments(gone)
    assert (found.is_cancelled, found.sequence) == (True, 1)
    (back,) = appointments([*gone, _told(4, "2026-12-01")])
    assert (back.is_cancelled, back.sequence) == (False, 2)


def test_what_is_withdrawn_is_cancelled() -> None:
    found = appointments([_told(1, "2026-12-01", "2026-12-05", is_standing=False)])
    assert [each.is_cancelled for each in found] == [True, True]


def test_two_measures_are_two_appointments_and_a_year_is_none() -> None:
    found = appointments([_told(1, "2027", "2026-12-05", "2026-12-06")])
    assert [each.name for each in found] == ["measure-1-starts", "measure-2-starts"]


def test_a_review_is_an_appointment_that_moves_and_is_cancelled_like_the_others() -> None:
    def told(number: int, review: str | None) -> Told:
        return replace(_told(number, None), review=PartialDate.parse(review) if review else None)

    (first,) = appointments([told(1, "2027-06-30")])
    assert (first.name, first.day, first.what, first.sequence) == ("review", dt.date(2027, 6, 30), "to be reviewed", 0)
    (moved,) = appointments([told(1, "2027-06-30"), told(2, "2027-12-31")])
    assert (moved.day, moved.sequence, moved.is_cancelled) == (dt.date(2027, 12, 31), 1, False)
    (gone,) = appointments([told(1, "2027-06-30"), told(2, None)])
    assert (gone.sequence, gone.is_cancelled) == (1, True)
    assert appointments([told(1, "2027")]) == [], "a year is no appointment"
