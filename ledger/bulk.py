"""Many rows at once, past the model layer: COPY on PostgreSQL, one prepared statement on SQLite.

For append-only tables only: no signal is sent and no model method runs. Values are ready for the database as `instant`
and `exact` make them; the database's own constraints and triggers hold as always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
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


def instants(values: Iterable[dt.datetime]) -> list[str]:
    """Instants as both databases take them: UTC; SQLite's are written as Django writes them, without an offset."""
    offset = "" if connection.vendor == "sqlite" else "+00"
    return [f"{str(value.astimezone(dt.UTC))[:-6]}{offset}" for value in values]


def instant(value: dt.datetime) -> str:
    return instants([value])[0]


def exact(value: Decimal | None) -> str | None:
    """A decimal as written, without exponent."""
    return None if value is None else format(value, "f")


#: OFFSET 0 keeps PostgreSQL's planner from looking the sequence up for each key.
_NEXT_KEYS = """
SELECT nextval(keys.name)
FROM (SELECT CAST(pg_get_serial_sequence(%s, 'id') AS regclass) AS name OFFSET 0) AS keys, generate_series(1, %s)"""


#: Rows that are one text on the way.
_PIECE = 5_000
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _copy(cursor: Any, sql: str, rows: list[tuple[Any, ...]]) -> None:
    """Rows as COPY's own text, put together column by column: the driver looks at each value by itself, and CSV doubles
    the quotes in the log's JSON, which takes four times as long."""
    if rows and any(isinstance(value, bytes) for value in rows[0]):
        _copy_bytes(cursor, sql, rows)
        return
    with connection.wrap_database_errors, cursor.copy(sql) as copy:
        for first in range(0, len(rows), _PIECE):
            copy.write(_copy_text(rows[first : first + _PIECE]))


def _copy_text(rows: Sequence[tuple[Any, ...]]) -> str:
    """A line a row, tabs between values, backslash N for NULL, and a backslash before what would be read as more."""
    columns = list(zip(*rows, strict=True))
    text = _joined(columns, str)
    nulls = sum(column.count(None) for column in columns)
    marks = (text.count("\t"), text.count("\n"), text.count("\\"), text.count("\r"))
    if marks == (len(rows) * (len(columns) - 1), len(rows), nulls, 0):
        return text
    return _joined(columns, lambda value: str(value).translate(_ESCAPES))


def _joined(columns: Sequence[Sequence[Any]], write: Callable[[Any], str]) -> str:
    texts = [
        [r"\N" if value is None else write(value) for value in column] if None in column else map(write, column)
        for column in columns
    ]
    return "\n".join(map("\t".join, zip(*texts, strict=True))) + "\n"


def _copy_bytes(cursor: Any, sql: str, rows: list[tuple[Any, ...]]) -> None:
    """The driver's own way, which knows how to write bytes."""
    with connection.wrap_database_errors, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)
