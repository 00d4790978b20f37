"""When a message is tried again, and which digest a moment belongs to."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from alerts.choices import ZONES
from alerts.domain.digests import newest_period
from alerts.domain.retrying import JITTER, LONGEST, WAITS, wait_after

_INSTANTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(dt.UTC))
_ZONES = st.sampled_from([zone for zone, _name in ZONES])


@given(st.integers(0, 2**32))
def test_a_message_is_tried_for_about_three_days(seed: int) -> None:
    rng = random.Random(seed)
    waits = [wait_after(attempts, None, rng) for attempts in range(1, len(WAITS) + 1)]
    total = sum((wait for wait in waits if wait), dt.timedelta())
    assert dt.timedelta(hours=75 * (1 - JITTER)) < total < dt.timedelta(hours=76 * (1 + JITTER))
    assert wait_after(len(WAITS) + 1, None, rng) is None


@given(st.integers(1, len(WAITS)), st.integers(0, 10**7), st.integers(0, 2**32))
def test_what_the_receiver_asks_for_is_waited_for_up_to_a_day(attempts: int, seconds: int, seed: int) -> None:
    asked = dt.timedelta(seconds=seconds)
    wait = wait_after(attempts, asked, random.Random(seed))
    assert wait is not None
    assert wait >= min(asked, LONGEST)


@given(st.sampled_from(["daily", "weekly"]), _ZONES, _INSTANTS)
def test_a_digest_ends_at_seven_where_the_reader_is_and_never_lies_ahead(
    cadence: str, zone: str, now: dt.datetime
) -> None:
    period = newest_period(cadence, zone, now)
    local = period.until.astimezone(ZoneInfo(zone))
    assert period.until <= now
    assert now - period.until < (dt.timedelta(days=7) if cadence == "weekly" else dt.timedelta(days=1)) + dt.timedelta(
        hours=1  # the day on which the clocks are put back has 25 hours
    )
    assert (local.hour, local.minute) == (7, 0)
    assert cadence == "daily" or local.weekday() == 0


@given(_ZONES, _INSTANTS, st.integers(0, 86_399))
def test_two_moments_of_one_period_have_one_key(zone: str, now: dt.datetime, later: int) -> None:
    first, second = (newest_period("daily", zone, at) for at in (now, now + dt.timedelta(seconds=later)))
    assert (first.key == second.key) is (first.until == second.until)
