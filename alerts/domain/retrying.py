"""When a hand-over that failed is tried again: the schedule of Standard Webhooks 1.0, about three days, with jitter."""

from __future__ import annotations

import datetime as dt
import random

_MINUTE, _HOUR = 60, 3_600
#: Seconds to wait after each failed attempt; after the last one the message is given up.
WAITS = (5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR)
#: A wait is drawn from this share of it below and above, so that many do not knock together.
JITTER = 0.2
#: What a receiver asks for by Retry-After counts up to here.
LONGEST = dt.timedelta(hours=24)


def wait_after(attempts: int, asked: dt.timedelta | None, rng: random.Random) -> dt.timedelta | None:
    """How long to wait after so many failed attempts; None: give up. ``asked``: the receiver's Retry-After."""
    if attempts > len(WAITS):
        return None
    wait = dt.timedelta(seconds=WAITS[max(attempts, 1) - 1] * rng.uniform(1 - JITTER, 1 + JITTER))
    return max(wait, min(asked, LONGEST)) if asked else wait
