"""Days and instants as people write them in commands and addresses."""

from __future__ import annotations

import datetime as dt

from scoring.exceptions import ScoringError


def read_day(text: str | None, today: dt.date) -> dt.date:
    """YYYY-MM-DD, or today where nothing is given. Raises ScoringError."""
    if not text:
        return today
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ScoringError(f"'{text}' is no day: write YYYY-MM-DD.") from error


def read_instant(text: str | None) -> dt.datetime | None:
    """An ISO 8601 instant with an offset, or None where nothing is given. Raises ScoringError."""
    if not text:
        return None
    try:
        # A plus sign in an address arrives as a space.
        instant = dt.datetime.fromisoformat(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
    except ValueError as error:
        raise ScoringError(f"'{text}' is no instant: write 2026-06-01T12:00:00+00:00.") from error
    if instant.tzinfo is None:
        raise ScoringError(f"'{text}' has no offset: write 2026-06-01T12:00:00+00:00 or …Z.")
    return instant
