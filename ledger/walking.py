"""All sealed entries in order, read as fast as the database gives them: no model instances, instants as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from ledger.domain.canonical import quoted

_COLUMNS = "actor, door, action, object_type, object_id, before, after, reason"
_WALK = """
SELECT leaf."index", leaf.hash, leaf.entry_id, entry.id, {recorded_at}, {columns}
FROM ledger_leaf leaf LEFT JOIN ledger_entry entry ON entry.id = leaf.entry_id
WHERE leaf."index" < %s ORDER BY leaf."index"
"""
_INSTANT = {
    # SQLite keeps instants as text in UTC, with as many decimals as were given.
    "sqlite": "replace(entry.recorded_at, ' ', 'T') || CASE length(entry.recorded_at)"
    " WHEN 26 THEN 'Z' WHEN 23 THEN '000Z' WHEN 19 THEN '.000000Z' ELSE '' END",
    "postgresql": "to_char(entry.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
_ROWS = 5_000


class Stretch(NamedTuple):
    """Some leaves in a row, column by column: place, hash, number of the entry, when it was recorded, and the canonical
    JSON of the entry, None where it is gone."""

    places: Sequence[int]
    hashes: Sequence[str]
    entries: Sequence[int]
    recorded_at: Sequence[str]
    texts: Sequence[str | None]

    def part(self, start: int, end: int) -> Stretch:
        places, hashes, entries, at, texts = self
        return Stretch(places[start:end], hashes[start:end], entries[start:end], at[start:end], texts[start:end])


def walk(size: int) -> Iterator[Stretch]:
    """The first ``size`` leaves, some thousands at a time."""
    for rows in read(size):
        yield stretch(rows)


def read(size: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows of the first ``size`` leaves with their entries, as the database gives them."""
    sql = _WALK.format(recorded_at=_INSTANT[connection.vendor], columns=_COLUMNS)
    # On PostgreSQL a named cursor, so that a million entries are not held in memory.
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [size])
        while rows := cursor.fetchmany(_ROWS):
            yield rows


def stretch(rows: Sequence[tuple[Any, ...]]) -> Stretch:
    """Rows with the canonical JSON of their entries, which is that of ``leaf_text`` written out in place: over millions
    of entries a call each would take longer than their hashes."""
    places, hashes, entries, found, at, *columns = zip(*rows, strict=True)
    q = quoted
    texts = [
        None
        if number is None
        else f'{{"action":{q(action)},"actor":{q(actor)},"after":{after},"before":{before},"door":{q(door)},'
        f'"entry":{number},"object_id":{q(object_id)},"object_type":{q(object_type)},'
        f'"reason":{q(reason)},"recorded_at":"{instant}"}}'
        for number, instant, actor, door, action, object_type, object_id, before, after, reason in zip(
            found, at, *columns, strict=True
        )
    ]
    return Stretch(places, hashes, entries, at, texts)
