"""Reading one cell: each function answers a value or raises BadValue with a sentence that says how to mend it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from traceability.domain.elements import UnknownAnalyte, parse_analyte

T = TypeVar("T")
S = TypeVar("S", bound=StrEnum)

LONGEST_ID = 100
#: How far ahead of the import an event may lie: clocks and time zones differ, the future is not yet a report.
AHEAD = dt.timedelta(hours=24)

# Control characters and halves of surrogate pairs (Unicode's categories Cc and Cs), looked for in C.
_CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_NOT_IN_ID = re.compile(f"[/{_CONTROLS}]")
_NOT_IN_TEXT = re.compile(f"(?![\t\n\r])[{_CONTROLS}]")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)", re.ASCII | re.IGNORECASE
)
_HS = re.compile(r"\d{6}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


class BadValue(ValueError):
    """A cell cannot be read."""


def shown(text: str) -> str:
    """A cell as messages quote it, cut where it is long."""
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}…' ({len(text)} characters)"


def identifier(text: str) -> str:
    """An id: 1–100 characters, no control character, no slash, no outer space."""
    if len(text) > LONGEST_ID:
        raise BadValue(f"{shown(text)} is too long for an id: at most {LONGEST_ID} characters")
    if text != text.strip():
        raise BadValue(f"{shown(text)} begins or ends with a space")
    if _NOT_IN_ID.search(text):
        raise BadValue(f"{shown(text)} contains a slash or a control character, which an id may not")
    return text


def words(longest: int) -> Callable[[str], str]:
    """Free text, outer spaces cut off."""

    def read(text: str) -> str:
        text = text.strip()
        if len(text) > longest:
            raise BadValue(f"{shown(text)} is too long: at most {longest} characters")
        if _NOT_IN_TEXT.search(text):
            raise BadValue("the text contains a control character")
        return text

    return read


def number(text: str) -> Decimal:
    """A plain decimal: at most 15 digits before the point and 9 after it."""
    if not _NUMBER.fullmatch(text):
        raise BadValue(f"{shown(text)} is no plain number: digits with a point, at most 15 before it and 9 after it")
    return Decimal(text)


def within(low: Decimal | None, high: Decimal | None, *, below: bool = False) -> Callable[[str], Decimal]:
    """A number from ``low`` to ``high``; with ``below``, high itself is too much."""

    def read(text: str) -> Decimal:
        value = number(text)
        if low is not None and value < low:
            raise BadValue(f"{shown(text)} is less than {low}")
        if high is not None and (value > high or (below and value == high)):
            raise BadValue(f"{shown(text)} is {'not below' if below else 'more than'} {high}")
        return value

    return read


def day(text: str) -> dt.date:
    """A date as YYYY-MM-DD."""
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise BadValue(f"{shown(text)} is no date: write YYYY-MM-DD")


def instant(now: dt.datetime) -> Callable[[str], dt.datetime]:
    """A time with its offset from UTC, at most 24 hours ahead of ``now``."""
    latest = now + AHEAD

    def read(text: str) -> dt.datetime:
        value = _instant(text)
        if value > latest:
            raise BadValue(f"{shown(text)} lies in the future: an event can be reported when it has happened")
        return value

    return read


def _instant(text: str) -> dt.datetime:
    try:
        if _INSTANT.fullmatch(text):
            value = dt.datetime.fromisoformat(text.upper().replace(",", "."))
            value.astimezone(dt.UTC)  # out of range where the year is 1 or 9999 and the offset leads beyond
            return value
    except (ValueError, OverflowError):
        pass
    raise BadValue(f"{shown(text)} is no time with an offset: write 2026-01-31T08:30:00+07:00")


def one_of(enum: type[S]) -> Callable[[str], S]:
    """One of a closed list of words."""
    members = {member.value: member for member in enum}

    def read(text: str) -> S:
        try:
            return members[text]
        except KeyError:
            raise BadValue(f"{shown(text)} is none of {', '.join(members)}") from None

    return read


def one_word_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    """One of a closed list of words that no rule branches on."""

    def read(text: str) -> str:
        if text not in allowed:
            raise BadValue(f"{shown(text)} is none of {', '.join(allowed)}")
        return text

    return read


def words_of(allowed: tuple[str, ...]) -> Callable[[str], frozenset[str]]:
    """Any of a closed list of words, separated by semicolons."""
    one = one_word_of(allowed)

    def read(text: str) -> frozenset[str]:
        return frozenset(one(part.strip()) for part in text.split(";") if part.strip())

    return read


def country(codes: frozenset[str]) -> Callable[[str], str]:
    """An ISO 3166-1 alpha-2 code."""

    def read(text: str) -> str:
        if text not in codes:
            raise BadValue(f"{shown(text)} is no ISO 3166-1 alpha-2 country code, such as VN")
        return text

    return read


def hs_code(text: str) -> str:
    if not _HS.fullmatch(text):
        raise BadValue(f"{shown(text)} is no HS code: six digits")
    return text


def sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise BadValue(f"{shown(text)} is no SHA-256: 64 hexadecimal digits")
    return text.lower()


@lru_cache(maxsize=1_024)
def analyte(text: str) -> str:
    try:
        return parse_analyte(text).formula
    except UnknownAnalyte as error:
        raise BadValue(str(error)) from None
