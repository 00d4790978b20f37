"""A list of risks as a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from traceability.domain.risks import Entry, Risk, Subject

COLUMNS = ("subject", "id", "risk", "statement", "from", "until", "latitude", "longitude", "radius_km")
REQUIRED = COLUMNS[:3]
_MOST = 20_000
E = TypeVar("E", Subject, Risk)


class BadRow(ValueError):
    """A cell that cannot be read, in a sentence."""


def read_entries(content: bytes, *, countries: Collection[str]) -> tuple[list[Entry], list[str]]:
    """The entries of a CSV file, and a sentence for each row that cannot be read."""
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        return [], ["The file is not UTF-8 text; save it as CSV UTF-8."]
    except csv.Error as error:
        return [], [f"The file cannot be read as CSV: {error}."]
    if faults := list(_header_faults(rows)):
        return [], faults
    entries: list[Entry] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            entries.append(_entry(row, countries))
        except BadRow as error:
            problems.append(f"Row {number}: {error}")
    return entries, problems


def _header_faults(rows: list[dict[str, str]]) -> Iterator[str]:
    if not rows:
        yield f"The file holds no row. Its first line names the columns: {', '.join(COLUMNS)}."
        return
    if len(rows) > _MOST:
        yield f"The file has {len(rows)} rows; at most {_MOST} are taken."
    names = [name for name in rows[0] if name]
    for name in names:
        if name not in COLUMNS:
            yield f"{name[:60]!r} is no column of a list; its columns are {', '.join(COLUMNS)}."
    for name in REQUIRED:
        if name not in names:
            yield f"The column {name} is missing."


def _entry(row: Mapping[str, str], countries: Collection[str]) -> Entry:
    cell = {name: (row.get(name) or "").strip() for name in COLUMNS}
    subject = _word(Subject, cell["subject"], "subject")
    if not cell["id"] or len(cell["id"]) > 100:
        raise BadRow("id is missing or longer than 100 characters.")
    if subject is Subject.AREA and cell["id"] not in countries:
        raise BadRow(f"{cell['id']!r} is no country code; an area names its country, such as MM.")
    first, last = _day(cell["from"], "from"), _day(cell["until"], "until")
    if first and last and last < first:
        raise BadRow("until lies before from.")
    return Entry(
        subject=subject,
        subject_id=cell["id"],
        risk=_word(Risk, cell["risk"], "risk"),
        statement=cell["statement"][:1000],
        valid_from=first,
        valid_until=last,
        latitude=_number(cell["latitude"], "latitude", 90),
        longitude=_number(cell["longitude"], "longitude", 180),
        radius_km=_number(cell["radius_km"], "radius_km", 20_100),
    )


def _word(words: type[E], value: str, name: str) -> E:
    try:
        return words(value)
    except ValueError:
        raise BadRow(f"{value[:60]!r} is no {name}; it is one of {', '.join(words)}.") from None


def _day(value: str, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if value else None
    except ValueError:
        raise BadRow(f"{name} is {value[:60]!r}; write a day as 2026-01-31.") from None


def _number(value: str, name: str, most: int) -> Decimal | None:
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > most or "e" in value.lower():
        raise BadRow(f"{name} is {value[:60]!r}; write a plain number, at most {most}.")
    return number
