"""The day a reader asks about, and what was known of it when: the `on` and `as_of` of an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


class BadDay(ValueError):
    """A day or an instant in the address cannot be read; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class AskedDay:
    """State on ``on`` as known at ``as_of`` (None: now). ``now`` is when the question was put."""

    on: dt.date
    as_of: dt.datetime | None
    now: dt.datetime

    @property
    def is_today(self) -> bool:
        return self.on == self.now.date()

    @property
    def is_other(self) -> bool:
        """Whether the page shows anything but today as known now."""
        return not self.is_today or self.as_of is not None

    @property
    def context(self) -> dict[str, str]:
        """The same question for what other apps show on a page (`registry.signals.Subject`)."""
        asked = {"on": self.on.isoformat()}
        return {**asked, "as_of": self.as_of.isoformat()} if self.as_of else asked

    @property
    def query(self) -> str:
        """The address's question, to be kept in links; empty for today as known now."""
        asked = {} if self.is_today else {"on": self.on.isoformat()}
        if self.as_of:
            asked["as_of"] = self.as_of.isoformat().replace("+00:00", "Z")
        return f"?{urlencode(asked, safe=':')}" if asked else ""


def asked_day(params: Mapping[str, str], now: dt.datetime) -> AskedDay:
    """Read ``on`` and ``as_of`` of an address; raise BadDay with a sentence where they cannot be read."""
    on, as_of = (params.get(name, "").strip() for name in ("on", "as_of"))
    return AskedDay(_day(on) if on else now.date(), _instant(as_of, now) if as_of else None, now)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadDay(f"“{text}” is no day. Write on=YYYY-MM-DD, such as on=2026-11-23.") from None


def _instant(text: str, now: dt.datetime) -> dt.datetime:
    """An instant with an offset (UTC where none is given), or a day, which means its end."""
    try:
        # A plus sign that was not escaped arrives as a blank.
        read = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise BadDay(
            f"“{text}” is no point in time. Write as_of=YYYY-MM-DD, or with a time as_of=YYYY-MM-DDTHH:MM:SSZ."
        ) from None
    if "T" not in text:
        read = read.replace(hour=23, minute=59, second=59)
    read = read if read.tzinfo else read.replace(tzinfo=dt.UTC)
    read = read.astimezone(dt.UTC)
    if read > now:
        if "T" in text or read.date() > now.date():
            raise BadDay(f"as_of {text} lies ahead: what will be known then is not known yet.")
        return now
    return read
