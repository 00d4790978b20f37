"""What goes into the news rules and what comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_FIRST_YEAR, _LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One entry of a feed, as published. ``lang`` may be empty; ``published`` None where the feed gives no time."""

    id: str
    title: str
    summary: str = ""
    lang: str = ""
    source: str = ""
    published: dt.datetime | None = None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> NewsItem:
        """Read one row of the contract's input; raise ValueError with what is wrong where it is no news item."""
        if not isinstance(row, Mapping):
            raise ValueError("an item is an object with id, title and summary")
        if not isinstance(row.get("id"), (str, int)) or isinstance(row["id"], bool) or row["id"] == "":
            raise ValueError("an item needs an id, a text or a whole number")
        texts = {key: _text(row, key) for key in ("title", "summary", "lang", "source")}
        if not texts["title"] and not texts["summary"]:
            raise ValueError("an item needs a title or a summary")
        return cls(id=_whole(str(row["id"])), published=_instant(row.get("published")), **texts)


@dataclass(frozen=True, slots=True)
class Reason:
    """One contribution to a score.

    ``rule`` names it, ``text`` is what was matched as it stands in the item, ``weight`` what it adds or takes away.
    ``where`` is ``title``, ``summary`` or empty (no span); ``start`` and ``end`` are offsets in the cleaned field.
    """

    rule: str
    text: str
    weight: float
    where: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """What the rules make of one item: the contract's output (interfaces.md section 4), with ``hs`` and ``acts`` added.

    ``countries`` are ISO 3166-1 alpha-2 codes or ``ASEAN``; ``effective`` is a date at the precision of the text.
    """

    id: str
    flag: bool
    score: float
    countries: tuple[str, ...] = ()
    minerals: tuple[str, ...] = ()
    measure: str | None = None
    change_kind: str | None = None
    effective: str | None = None
    counterpart: tuple[str, ...] | None = None
    duplicate_of: str | None = None
    reasons: tuple[Reason, ...] = ()
    hs: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the contract's object: lists for tuples, spans of reasons included."""
        row = asdict(self)
        for key in ("countries", "minerals", "hs", "acts", "numbers"):
            row[key] = list(row[key])
        row["counterpart"] = list(self.counterpart) if self.counterpart else None
        row["reasons"] = [asdict(reason) for reason in self.reasons]
        del row["numbers"]
        return row


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"'{key}' is no text but {type(value).__name__}")
    return _whole(value)


def _whole(text: str) -> str:
    """Half a surrogate pair is a letter of no alphabet and cannot be written to any file."""
    return text.encode("utf-8", "replace").decode()


def _instant(value: Any) -> dt.datetime | None:
    if value is None or value == "":
        return None
    told = f"'published' is '{str(value)[:60]}'"
    try:
        instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None:
        raise ValueError(f"{told}: write ISO 8601 with an offset, such as 2026-11-24T08:00:00Z")
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError(f"{told}: the year lies outside {_FIRST_YEAR} to {_LAST_YEAR}")
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
