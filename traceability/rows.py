"""Reading many rows by their keys: one statement, one parameter, however many keys, the same text on both databases."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

#: Keys a statement: PostgreSQL and SQLite would take more, but the answer lies in memory.
_PIECE = 50_000


def fetch(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that is asked again and again: PostgreSQL plans it once a connection."""
    with _prepared() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def select(sql: str, keys: Collection[Any], *values: Any, prepared: bool = False) -> list[tuple[Any, ...]]:
    """The rows of a statement whose ``{keys}`` stands where a column is compared, as in ``lot_id {keys}``; ``values``
    are its parameters before that. ``prepared`` as in ``fetch``, for a few keys: one plan for any number of them."""
    found: list[tuple[Any, ...]] = []
    with _prepared() if prepared else connection.cursor() as cursor:
        for text, parameters in _statements(sql, keys, values):
            cursor.execute(text, parameters)
            found += cursor.fetchall()
    return found


def execute(sql: str, keys: Collection[Any], *values: Any) -> None:
    """As ``select``, for a statement that answers nothing."""
    with connection.cursor() as cursor:
        for text, parameters in _statements(sql, keys, values):
            cursor.execute(text, parameters)


def without_jit() -> None:
    """Let PostgreSQL not compile what follows on this connection: it takes a walk down from many lots for far longer
    than it is, and compiling it would be a third of the time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('jit', 'off', false)")


def among(keys: Collection[Any]) -> RawSQL:
    """Keys for a filter `…__in`: one parameter however many they are, which Django does not look at one by one. Ids
    are at least one: of none PostgreSQL would not know the type."""
    return RawSQL(*_as_table(list(keys)))


def _statements(sql: str, keys: Collection[Any], values: tuple[Any, ...]) -> Iterator[tuple[str, list[Any]]]:
    rest = iter(keys)
    while piece := list(islice(rest, _PIECE)):
        table, parameters = _as_table(piece)
        yield sql.format(keys=f"IN ({table})"), [*values, *parameters]


def _as_table(keys: Sequence[Any]) -> tuple[str, list[Any]]:
    """A SELECT of keys, with its one parameter."""
    if connection.vendor != "postgresql":
        return "SELECT value FROM json_each(%s)", [json.dumps(keys)]
    # As a table, so that the planner can join by hash; `= ANY` probes once a key.
    # One text, because the driver would look at each key by itself.
    if keys and isinstance(keys[0], str):
        return "SELECT json_array_elements_text(%s::json)", [json.dumps(keys)]
    return "SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, keys))}}}"]


def _prepared() -> Any:
    """A cursor whose statements are prepared, where the database makes a difference. Django's own binds on its side;
    it stays where queries are logged, since the log reads what was sent from it."""
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    return connection.make_cursor(_cursor_that_prepares()(connection.connection))


@cache
def _cursor_that_prepares() -> Any:
    from psycopg import Cursor  # with SQLite it need not be there

    class Prepared(Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
            return super().execute(query, params, prepare=True)

    return Prepared


def decimal(value: Any) -> Decimal:
    """A number that PostgreSQL answers as a Decimal and SQLite as text."""
    return value if type(value) is Decimal else Decimal(value)


def maybe_decimal(value: Any) -> Decimal | None:
    return None if value is None else decimal(value)


def instant(value: Any) -> dt.datetime:
    """An instant in UTC; SQLite keeps it as text without an offset."""
    return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC) if isinstance(value, str) else value


def day(value: Any) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def refresh_statistics(*tables: str) -> None:
    """Tell PostgreSQL's planner what has just been loaded: it plans for empty tables until then."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
