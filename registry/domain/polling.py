"""When a feed is looked at next, and how politely: intervals, back-off, what servers ask for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from random import Random
from urllib.parse import urlsplit

SHORTEST, LONGEST = dt.timedelta(minutes=15), dt.timedelta(hours=24)
#: Between two requests to one site.
SITE_PAUSE = dt.timedelta(seconds=2)
#: After so long without an answer an officer is asked to look.
NEEDS_PERSON_AFTER = dt.timedelta(days=7)
_JITTER = 0.1
_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "desa", "edu", "go", "gob", "gov", "in", "mil", "net", "ne", "or", "org", "sch", "web"}
)


def site_of(url: str) -> str:
    """The registrable domain, near enough for politeness: ``news.esdm.go.id`` is ``esdm.go.id``."""
    host = (urlsplit(url).hostname or "").lower()
    labels = host.split(".")
    if host.replace(".", "").isdigit() or ":" in host or len(labels) <= 2:
        return host
    return ".".join(labels[-3:] if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def next_interval(current: dt.timedelta, *, news: bool, shortest: dt.timedelta) -> dt.timedelta:
    """Look more often where there is news, less often where there is none, within the feed's limits."""
    if shortest < SHORTEST:
        return shortest  # set by a person for a feed of their own
    wanted = current * (0.5 if news else 1.25)
    return min(max(wanted, shortest), LONGEST)


def with_jitter(interval: dt.timedelta, random: Random) -> dt.timedelta:
    """± 10 %, so that feeds read at one moment part company."""
    return interval * random.uniform(1 - _JITTER, 1 + _JITTER)


def back_off(failures: int, shortest: dt.timedelta, random: Random) -> dt.timedelta:
    """Wait after failures: doubled each time, fully jittered, at most a day, never for ever."""
    most = min(LONGEST, shortest * 2 ** min(failures, 20)) if failures < 20 else LONGEST
    return shortest + max(most - shortest, dt.timedelta(0)) * random.random()


def asked_for(headers: Mapping[str, str], now: dt.datetime, ttl_minutes: int | None = None) -> dt.timedelta:
    """How long the server asks us to wait: the longest of Retry-After, max-age, Expires and the feed's TTL."""
    asked = [_retry_after(headers.get("retry-after", ""), now), _max_age(headers.get("cache-control", ""))]
    asked.append(_until(headers.get("expires", ""), now))
    asked.append(dt.timedelta(minutes=min(ttl_minutes or 0, 1440)))
    return min(max(asked), LONGEST)


def _retry_after(value: str, now: dt.datetime) -> dt.timedelta:
    value = value.strip()
    return dt.timedelta(seconds=min(int(value), 86_400)) if value.isdecimal() and len(value) < 9 else _until(value, now)


def _max_age(value: str) -> dt.timedelta:
    found = re.search(r"max-age\s*=\s*(\d{1,9})", value.lower())
    return dt.timedelta(seconds=min(int(found[1]), 86_400)) if found else dt.timedelta(0)


def _until(value: str, now: dt.datetime) -> dt.timedelta:
    try:
        instant = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return dt.timedelta(0)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return max(instant - now, dt.timedelta(0))
