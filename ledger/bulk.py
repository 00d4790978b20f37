"""Many rows at once, past the model layer: COPY on PostgreSQL, one prepared statement on SQLite.

For append-only tables only: no signal is sent and no model method runs. Values are ready for the database as `instant`
and `exact` make them; the database's own constraints and triggers hold as always.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models


def next_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Primary keys for rows to come, in rising order. Call it in the transaction that inserts them.

    On SQLite that transaction holds the write lock from its start, so nobody else can be given the same.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_NEXT_KEYS, [table, count])
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = row[0] if row else 0
    return range(last + 1, last + 1 + count)


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows of the named columns of the table. All are made before the first is sent: what makes them may ask the
    same connection."""
    made = list(rows)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"COPY {table} ({names}) FROM STDIN", made)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", made)


def instant(value: dt.datetime) -> str:
    """An instant as both databases take it: UTC; SQLite's is written as Django writes it, without an offset."""
    naive = str(value.astimezone(dt.UTC).replace(tzinfo=None))
    return naive if connection.vendor == "sqlite" else f"{naive}+00"


def exact(value: Decimal | None) -> str | None:
    """A decimal as written, without exponent."""
    return None if value is None else format(value, "f")


#: OFFSET 0 keeps PostgreSQL's planner from looking the sequence up for each key.
_NEXT_KEYS = """
SELECT nextval(keys.name)
FROM (SELECT CAST(pg_get_serial_sequence(%s, 'id') AS regclass) AS name OFFSET 0) AS keys, generate_series(1, %s)"""


class _Null(float):
    """What `csv.writer` takes for a number, and so writes without quotes: nothing at all, which COPY reads as NULL."""

    def __str__(self) -> str:
        return ""

    __repr__ = __str__


_NULL = _Null()
#: Rows that are one text on the way.
_PIECE = 5_000


def _copy(cursor: Any, sql: str, rows: list[tuple[Any, ...]]) -> None:
    """Rows as CSV, every text in quotes: written in C, where the driver would look at each value by itself."""
    if rows and any(isinstance(value, bytes) for value in rows[0]):
        _copy_bytes(cursor, sql, rows)
        return
    with connection.wrap_database_errors, cursor.copy(f"{sql} WITH (FORMAT csv)") as copy:
        for first in range(0, len(rows), _PIECE):
            text = io.StringIO()
            lines = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
            lines.writerows([
                [_NULL if value is None else value for value in row] if None in row else row
                for row in rows[first : first + _PIECE]
            ])  # fmt: skip
            copy.write(text.getvalue())


def _copy_bytes(cursor: Any, sql: str, rows: list[tuple[Any, ...]]) -> None:
    """The driver's own way, which knows how to write bytes."""
    with connection.wrap_database_errors, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)
