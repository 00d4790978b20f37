"""Which digest a moment belongs to: at seven in the morning where the reader is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.choices import Cadence

MORNING = dt.time(7)


@dataclass(frozen=True, slots=True)
class Period:
    """``key`` names the digest, ``until`` is the instant up to which changes belong to it."""

    key: str
    until: dt.datetime


def newest_period(cadence: str, zone: str, now: dt.datetime) -> Period:
    """The newest digest that is due. Its key and end depend on the day alone, however often it is asked for."""
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() >= MORNING else local.date() - dt.timedelta(days=1)
    if cadence == Cadence.WEEKLY:
        day -= dt.timedelta(days=day.weekday())
    until = dt.datetime.combine(day, MORNING, ZoneInfo(zone))
    return Period(f"{cadence}:{day.isoformat()}", until)
