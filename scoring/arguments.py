"""Days, instants and points in time as people write them in commands and addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.exceptions import BadArgument, ScoringError


@dataclass(frozen=True, slots=True)
class Point:
    """What is asked about: a day, as known at an instant (None: now), by a methodology (None: the official one)."""

    on: dt.date
    as_of: dt.datetime | None = None
    code: str | None = None


def read_point(asked: Mapping[str, Any], now: dt.datetime, prefix: str = "") -> Point:
    """Read ``on``, ``as_of`` and ``methodology``; raises BadArgument, or ScoringError for one that lies ahead."""
    on, as_of, code = (asked.get(f"{prefix}{name}") or None for name in ("on", "as_of", "methodology"))
    return Point(read_day(on, now.date()), read_instant(as_of, now), code)


def read_day(text: str | None, today: dt.date) -> dt.date:
    """YYYY-MM-DD, or today where nothing is given."""
    if not text:
        return today
    try:
        if len(text) != len("2026-06-01"):
            raise ValueError(text)
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadArgument(f"'{text}' is no day: write YYYY-MM-DD.") from error


def read_instant(text: str | None, now: dt.datetime) -> dt.datetime | None:
    """An ISO 8601 instant with an offset, or None where nothing is given."""
    if not text:
        return None
    try:
        # A plus sign in an address arrives as a space.
        instant = dt.datetime.fromisoformat(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
    except ValueError as error:
        raise BadArgument(f"'{text}' is no instant: write 2026-06-01T12:00:00+00:00.") from error
    if instant.tzinfo is None:
        raise BadArgument(f"'{text}' has no offset: write 2026-06-01T12:00:00+00:00 or …Z.")
    if instant > now:
        # An answer once given stays: what will be known then cannot be answered yet.
        raise ScoringError(f"'{text}' lies ahead: what will be known then is not known yet.")
    return instant
