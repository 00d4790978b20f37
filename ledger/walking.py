"""All sealed entries in order, read as fast as the database gives them: no model instances, instants as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from ledger.domain.canonical import joined_leaf

_COLUMNS = "actor, door, action, object_type, object_id, before, after, reason"
_WALK = """
SELECT leaf."index", leaf.hash, leaf.entry_id, entry.id, {recorded_at}, {columns}
FROM ledger_leaf leaf LEFT JOIN ledger_entry entry ON entry.id = leaf.entry_id
WHERE leaf."index" < %s ORDER BY leaf."index"
"""
_INSTANT = {
    # An expression, because a column of type datetime would be parsed.
    "sqlite": "entry.recorded_at || ''",
    "postgresql": "to_char(entry.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
_ROWS = 5_000


class Walked(NamedTuple):
    """A leaf with the canonical JSON of its entry; ``text`` None: the entry is gone."""

    place: int
    hash: str
    entry: int
    recorded_at: str
    text: str | None


def walk(size: int) -> Iterator[Walked]:
    """The first ``size`` leaves."""
    vendor = connection.vendor
    sql = _WALK.format(recorded_at=_INSTANT[vendor], columns=_COLUMNS)
    instant = _from_sqlite if vendor == "sqlite" else str
    with _cursor() as cursor:
        cursor.execute(sql, [size])
        while rows := cursor.fetchmany(_ROWS):
            for index, hashed, entry, found, recorded_at, *rest in rows:
                if found is None:
                    yield Walked(index, hashed, entry, "", None)
                else:
                    at = instant(recorded_at)
                    yield Walked(index, hashed, entry, at, joined_leaf(entry, at, *rest))


def _from_sqlite(stored: str) -> str:
    """SQLite keeps instants as text in UTC, with as many decimals as were given."""
    day, _, time = stored.partition(" ")
    seconds, _, decimals = time.partition(".")
    return f"{day}T{seconds}.{decimals:0<6}Z"


def _cursor() -> CursorWrapper:
    # On PostgreSQL a named cursor, so that a million entries are not held in memory.
    return connection.chunked_cursor()
