"""Dates of entries as the region's feeds write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.feed_dates import read_date

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("raw", "utc", "unsure"),
    [
        ("Mon, 23 Nov 2026 08:00:00 +0700", "2026-11-23T01:00", False),
        ("Mon, 23 Nov 2026 08:00:00 WIB", "2026-11-23T01:00", False),
        ("Mon, 23 Nov 2026 08:00:00 ICT", "2026-11-23T01:00", False),
        ("Senin, 23 November 2026 08:00 WIB", "2026-11-23T01:00", False),
        ("Senin, 23 November 2026 08:00 WITA", "2026-11-23T00:00", False),
        ("23 Nopember 2026, 08.30 WIT", "2026-11-22T23:30", False),
        ("23 Ogos 2026 10:00 MYT", "2026-08-23T02:00", False),
        ("23/11/2026 08:00 +07:00", "2026-11-23T01:00", False),
        ("23/11/2026", "2026-11-22T17:00", True),
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00", False),
        ("2026-11-23T08:00:00.123+07:00", "2026-11-23T01:00", False),
        ("2026-11-23 08:00", "2026-11-23T01:00", True),
        ("23 พฤศจิกายน 2569 08:00 +0700", "2026-11-23T01:00", False),
        ("23 พ.ย. 2569", "2026-11-22T17:00", True),
        ("23 tháng 11, 2026 08:00 GMT+7", "2026-11-23T01:00", False),
        ("23 tháng 11 năm 2026", "2026-11-22T17:00", True),
        ("Nobyembre 23, 2026 8:00 PM PHT", "2026-11-23T12:00", False),
        ("2016/6/29 15:07", "2016-06-29T08:07", True),
    ],
)
def test_dates_of_the_region_are_read(raw, utc, unsure):
    found, doubt = read_date(raw, NOW)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == utc
    assert doubt is unsure


@pytest.mark.parametrize(
    "raw", ["", "0000-00-00", "yesterday", "31/02/2026", "1 Jan 1970 00:00 GMT", "2050-01-01T00:00:00Z"]
)
def test_what_is_no_date_or_cannot_be_true_is_none_and_unsure(raw):
    assert read_date(raw, NOW) == (None, True)


@given(st.text(max_size=80))
def test_no_text_is_too_odd(raw):
    found, unsure = read_date(raw, NOW)
    assert isinstance(unsure, bool)
    assert found is None or dt.datetime(2000, 1, 1, tzinfo=dt.UTC) <= found <= NOW + dt.timedelta(days=2)


@given(st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2026, 11, 20)), st.integers(-12, 14))
def test_what_is_written_as_mail_writes_it_is_read_back(when, hours):
    zone = dt.timezone(dt.timedelta(hours=hours))
    local = when.replace(microsecond=0, tzinfo=zone)
    assert read_date(local.strftime("%a, %d %b %Y %H:%M:%S %z"), NOW) == (local.astimezone(dt.UTC), False)
