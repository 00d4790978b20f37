"""`import_lots` against bare COPY (PostgreSQL) and executemany (SQLite) of the same ready rows into the same tables.

    python -m tests.bench import            both databases, 100,000 lines
    BENCH_LINES=1000000 python -m tests.bench.bench_import sqlite

Three sides, each on a new database: everything (validation, balances, findings, states, edges, log) but sealing, which
is the sequencer's work and has a goal of its own; without findings and log; and the bare rows. All foreign keys, unique
constraints, indexes and append-only triggers stand in all three. They take turns for ``BENCH_ROUNDS`` rounds (3; 1 of
more than 200,000 lines), and the best of each counts: other work on the machine only ever adds to a side, and one round
had the whole import at 0.17 of bare where the next had 0.31.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.scratch import chain_in_files, for_each_database, fresh, verdict, workplace

LINES = int(os.environ.get("BENCH_LINES", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3" if LINES <= 200_000 else "1"))
#: Lines of all six files that a generated lot comes to.
LINES_A_LOT = 11.1
GOALS = {"postgres": (0.25, 0.5), "sqlite": (0.10, 0.4)}
MOST_MB = 1_000
TABLES = ("traceability_lot", "traceability_assay", "traceability_event", "traceability_eventline")


@dataclass
class Bare:
    """The rows of an import as they lie in the tables, ready to be loaded again."""

    rows: dict[str, list[tuple[Any, ...]]]
    columns: dict[str, tuple[str, ...]]

    @property
    def count(self) -> int:
        return sum(map(len, self.rows.values()))


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_import")
    kind = sys.argv[1]
    with workplace(kind) as folder:
        files = chain_in_files(folder / "chain", seed=1, lots=int(LINES / LINES_A_LOT))
        rounds = [one_round(files) for _ in range(ROUNDS)]
    whole, plain, floor = (min(times) for times in zip(*(one.seconds for one in rounds), strict=True))
    count, peak = rounds[0].rows, rounds[0].peak
    print(f" {kind}: {count} rows of lots, assays, events and lines; sealing, another process's work, is left out")
    print(f"  bare {count / floor:,.0f} rows/s, without findings and log {count / plain:,.0f} rows/s,"
          f" whole import {count / whole:,.0f} rows/s, peak {peak:.0f} MB")  # fmt: skip
    whole_goal, plain_goal = GOALS[kind]
    kept = [
        verdict("whole import / bare", floor / whole, whole_goal),
        verdict("without findings and log / bare", floor / plain, plain_goal),
        verdict("peak memory of the process, MB", peak, MOST_MB, at_most=True),
    ]
    return 0 if all(kept) else 1


@dataclass(frozen=True)
class Round:
    """Seconds of the whole import, of it without findings and log, and of the bare rows; the peak so far in MB."""

    seconds: tuple[float, float, float]
    rows: int
    peak: float


def one_round(files: Path) -> Round:
    with fresh("whole"):
        whole = timed(lambda: import_whole(files))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        bare = read_bare()
    with fresh("plain"):
        plain = timed(lambda: import_plain(files))
    with fresh("bare"):
        prepare_bare(files)
        floor = timed(lambda: load_bare(bare))
    return Round((whole, plain, floor), bare.count, peak)


def timed(run: Any) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def import_whole(files: Path) -> None:
    """Everything that the command does but sealing, which is the sequencer's work and has its own goal."""
    from django.utils import timezone

    from jobs.services import drain
    from ledger.domain.actor import Actor, Door
    from traceability.exchange.reading import read_path
    from traceability.services.importing import import_lots

    found = read_path(files)
    import_lots(
        sheets=found.sheets,
        found_before=found.problems,
        by=Actor("bench", Door.IMPORT),
        now=timezone.now(),
        derives_here=True,
    )
    drain(seconds=36_000)


def import_plain(files: Path) -> None:
    """Read, validate and store as `import_lots` does, its collector paused, with one entry for all and no findings."""
    from django.db import transaction
    from django.utils import timezone

    from jobs.memory import collector_paused
    from ledger.domain.actor import Actor, Door
    from ledger.services import Change, record
    from traceability.domain.importing.checking import check
    from traceability.domain.importing.reading import read_sheets
    from traceability.domain.importing.tables import tables
    from traceability.exchange.reading import read_path
    from traceability.services.storing import Storer
    from traceability.stored import StoredChain

    class Plain(Storer):
        def _record(self, count: int, changes: Any) -> list[int]:
            return [entry.pk] * count

    by = Actor("bench", Door.IMPORT)
    from registry.models import Country

    countries = frozenset(Country.objects.values_list("code", flat=True))
    known = tables(now=timezone.now(), countries=countries)
    with collector_paused():
        rows = read_sheets(read_path(files).sheets, known)
        with transaction.atomic():
            entry = record(by=by, change=Change("report", "bench", "all", None, {}))
            accepted, problems = check(rows, known, StoredChain())
            assert not problems
            rows.tables.clear()
            Plain(by, "").store(accepted)


def read_bare() -> Bare:
    from django.db import connection

    rows, columns = {}, {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            columns[table] = tuple(column[0] for column in cursor.description)
            place = columns[table].index("recorded_entry_id") if "recorded_entry_id" in columns[table] else None
            rows[table] = [
                row if place is None else (*row[:place], 1, *row[place + 1 :]) for row in cursor.fetchall()
            ]  # fmt: skip
    return Bare(rows, columns)


def prepare_bare(files: Path) -> None:
    """Parties and facilities in the same order, so with the same keys, and one entry for all rows."""
    from django.db import transaction

    from ledger.domain.actor import Actor, Door
    from ledger.services import Change, record
    from traceability.domain.importing.reading import Sheet
    from traceability.exchange.reading import read_path
    from traceability.services.importing import import_lots

    by = Actor("bench", Door.IMPORT)
    with transaction.atomic():
        assert record(by=by, change=Change("report", "bench", "all", None, {})).pk == 1
    found = read_path(files)
    places: list[Sheet] = [sheet for sheet in found.sheets if sheet.file in ("parties.csv", "facilities.csv")]
    from django.utils import timezone

    import_lots(sheets=places, by=by, now=timezone.now())


def load_bare(bare: Bare) -> None:
    """The named floor: ready tuples, one COPY or executemany a table, one transaction."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in bare.rows.items():
            names = ", ".join(bare.columns[table])
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(bare.columns[table]))
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)


if __name__ == "__main__":
    sys.exit(main())
