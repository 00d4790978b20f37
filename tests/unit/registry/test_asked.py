"""The `on` and `as_of` of an address."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.domain.asked import BadDay, asked_day

NOW = dt.datetime(2026, 11, 23, 9, 43, tzinfo=dt.UTC)


def test_nothing_asked_is_today_as_known_now() -> None:
    asked = asked_day({}, NOW)
    assert (asked.on, asked.as_of, asked.is_other, asked.query) == (NOW.date(), None, False, "")


def test_another_day_is_kept_in_links() -> None:
    asked = asked_day({"on": "2025-07-01", "as_of": "2025-07-01T10:00:00Z"}, NOW)
    assert asked.is_other
    assert asked.query == "?on=2025-07-01&as_of=2025-07-01T10:00:00Z"
    assert asked_day({"on": "2025-07-01", "as_of": "2025-07-01T10:00:00Z"}, NOW) == asked


def test_a_day_as_of_means_its_end_but_never_later_than_now() -> None:
    assert asked_day({"as_of": "2026-11-20"}, NOW).as_of == dt.datetime(2026, 11, 20, 23, 59, 59, tzinfo=dt.UTC)
    assert asked_day({"as_of": "2026-11-23"}, NOW).as_of == NOW


@pytest.mark.parametrize("text", ["2026-11-22T16:43:00+07:00", "2026-11-22T16:43:00 07:00"])
def test_an_offset_is_read_though_its_plus_was_not_escaped(text: str) -> None:
    assert asked_day({"as_of": text}, NOW).as_of == dt.datetime(2026, 11, 22, 9, 43, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "params",
    [
        {"on": "yesterday"},
        {"on": "2026-02-30"},
        {"as_of": "noon"},
        {"as_of": "2026-11-24"},
        {"as_of": "2026-11-23T10:00Z"},
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(params: dict[str, str]) -> None:
    with pytest.raises(BadDay, match=r"Write|lies ahead"):
        asked_day(params, NOW)
