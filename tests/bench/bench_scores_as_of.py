"""An as-of scorecard over 1,000,000 rows of the past against django-simple-history's `as_of()` over as many rows.

50 times faster, and within 3 times of itself over 10,000 rows. 1,000 facts stand on both sides, with 10 or 1,000
versions each; simple-history has as many instruments with as many edits. On SQLite, by CPU time of this process.
`ROWS=100000` in the environment makes it smaller.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="bench-as-of-")
os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['DATA_DIR']}/bench.sqlite3"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from ledger.models import Entry, Leaf, TreeHead  # noqa: E402
from registry.models import FactVersion, Instrument  # noqa: E402
from scoring.arguments import Point  # noqa: E402
from scoring.selectors import get_card_json  # noqa: E402
from tests.bench.score_worlds import facts  # noqa: E402

THINGS, ROWS, FEW = 1_000, int(os.environ.get("ROWS", "1000000")), 10_000
RATIO_GOAL, FLAT_GOAL = 50, 3


def main() -> int:
    call_command("migrate", verbosity=0)
    now = timezone.now()
    fill_facts(FEW // THINGS)
    few = timed(lambda: get_card_json(Point(now.date(), past(FEW)), now=now))
    fill_facts((ROWS - FEW) // THINGS)
    many = timed(lambda: get_card_json(Point(now.date(), past(ROWS)), now=now))
    fill_instruments(ROWS // THINGS)
    theirs = timed(lambda: list(Instrument.history.as_of(moment(ROWS // THINGS // 2))), times=1)
    return report(few, many, theirs)


def report(few: float, many: float, theirs: float) -> int:
    print(f"as-of card over {FEW:,} rows {few * 1000:.0f} ms, over {ROWS:,} rows {many * 1000:.0f} ms")
    print(f"simple-history's as_of() over {ROWS:,} rows {theirs:.2f} s")
    print(f"{theirs / many:.0f} times faster, goal {RATIO_GOAL}; {many / few:.2f} times its own, at most {FLAT_GOAL}")
    return 0 if theirs / many >= RATIO_GOAL and many / few <= FLAT_GOAL else 1


def timed(work: Callable[[], Any], times: int = 5) -> float:
    """The least CPU time of some runs, in seconds."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def moment(version: int) -> dt.datetime:
    """When a version of everything was recorded and sealed."""
    return dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=version)


def past(rows: int) -> dt.datetime:
    """An instant in the middle of the past that ``rows`` make."""
    return moment(rows // THINGS // 2) + dt.timedelta(minutes=30)


def fill_facts(rounds: int) -> None:
    """Give every fact ``rounds`` more versions: an entry, a leaf and a row each, a sealing a round. Plain SQL, as a
    bulk import of the past would do it."""
    world = [
        (fact.fact_id, fact.kind, fact.subject.country, fact.subject.mineral, fact.to_json()) for fact in facts(THINGS)
    ]
    first = FactVersion.objects.filter(fact_id=world[0][0]).count()
    table = FactVersion._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if first:
            cursor.execute(
                f"UPDATE {table} SET superseded_entry_id = recorded_entry_id + %s WHERE superseded_entry_id IS NULL",
                [len(world)],
            )
        for n in range(first, first + rounds):
            _round(cursor, world, n, is_last=n == first + rounds - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _round(cursor: Any, world: list[tuple[Any, ...]], n: int, *, is_last: bool) -> None:
    base, at = n * len(world), moment(n).strftime("%Y-%m-%d %H:%M:%S")
    names = (
        f"{Entry._meta.db_table} (id, recorded_at, actor, door, action, object_type, object_id, before, after, reason)"
    )
    cursor.executemany(
        f"INSERT INTO {names} VALUES (%s, %s, 'bench', 'command', 'put', 'fact', %s, 'null', 'null', '')",
        [(base + i + 1, at, f"{row[0]}/v{n + 1}") for i, row in enumerate(world)],
    )
    cursor.executemany(
        f'INSERT INTO {Leaf._meta.db_table} ("index", entry_id, hash) VALUES (%s, %s, %s)',
        [(base + i, base + i + 1, "") for i in range(len(world))],
    )
    TreeHead.objects.create(size=base + len(world), root="", peaks=[], sealed_at=moment(n))
    columns = "recorded_entry_id, superseded_entry_id, fact_id, version, status, country, mineral, kind, content"
    cursor.executemany(
        f"INSERT INTO {FactVersion._meta.db_table} ({columns}, recorded_by) "
        "VALUES (%s, %s, %s, %s, 'accepted', %s, %s, %s, %s, 'bench')",
        [
            (
                base + i + 1,
                None if is_last else base + i + 1 + len(world),
                fact_id,
                n + 1,
                country,
                mineral,
                kind,
                json.dumps({**content, "version": n + 1}),
            )
            for i, (fact_id, kind, country, mineral, content) in enumerate(world)
        ],
    )


def fill_instruments(edits: int) -> None:
    """The same number of things and rows for simple-history: its own first row of each, copied with later dates."""
    for n in range(THINGS):
        Instrument(country_id="TH", title=f"Act {n}", instrument_id=f"bench-{n}", drafted_by="bench").save()
    table = Instrument.history.model._meta.db_table
    columns = [field.column for field in Instrument.history.model._meta.concrete_fields if field.column != "history_id"]
    picked = ", ".join("%s" if column == "history_date" else f'"{column}"' for column in columns)
    listed = ", ".join(f'"{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE seeds AS SELECT * FROM {table}")
        for n in range(edits):
            at = moment(n).strftime("%Y-%m-%d %H:%M:%S")
            cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {picked} FROM seeds", [at])


if __name__ == "__main__":
    sys.exit(main())
