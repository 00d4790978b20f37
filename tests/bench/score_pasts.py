"""The pasts of `bench_scores_as_of`, and what is timed over them, on the database that Django is set up for."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ledger import bulk
from ledger.models import Entry, Leaf, TreeHead
from registry.models import FactVersion, Instrument
from registry.selectors import get_known_versions
from scoring.arguments import Point
from scoring.selectors import get_card_json
from tests.bench.score_worlds import facts

THINGS, FEW = 1_000, 10_000
_ENTRY = ("id", "recorded_at", "actor", "door", "action", "object_type", "object_id", "before", "after", "reason")
_FACT = ("recorded_entry_id", "superseded_entry_id", "fact_id", "version", "status", "country", "mineral", "kind",
         "content", "recorded_by", "is_withdrawal")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds: the card first asked over few and over all rows, then over all rows the card asked again, the facts
    known alone, and simple-history's as_of()."""

    few: float
    many: float
    again: float
    known: float
    theirs: float


def measure(rows: int) -> Figures:
    now = timezone.now()
    fill_facts(FEW // THINGS)
    few = timed(lambda at: get_card_json(Point(now.date(), at), now=now), pasts(FEW))
    fill_facts((rows - FEW) // THINGS)
    many = timed(lambda at: get_card_json(Point(now.date(), at), now=now), pasts(rows))
    again = timed(lambda at: get_card_json(Point(now.date(), at), now=now), pasts(rows))
    known = timed(lambda at: list(get_known_versions(at)), pasts(rows))
    fill_instruments(rows // THINGS)
    theirs = timed(lambda at: list(Instrument.history.as_of(at)), [past(rows)])
    return Figures(few, many, again, known, theirs)


def timed(work: Callable[[dt.datetime], Any], instants: Sequence[dt.datetime]) -> float:
    """The least over some instants, in seconds: CPU time on SQLite, which works in this process, else the clock's."""
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    taken = []
    for at in instants:
        began = clock()
        work(at)
        taken.append(clock() - began)
    return min(taken)


def moment(version: int) -> dt.datetime:
    """When a version of everything was recorded and sealed."""
    return dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=version)


def past(rows: int) -> dt.datetime:
    """An instant in the middle of the past that ``rows`` make."""
    return moment(rows // THINGS // 2) + dt.timedelta(minutes=30)


def pasts(rows: int) -> list[dt.datetime]:
    """Five instants around that one, each with versions of its own."""
    return [past(rows) + dt.timedelta(hours=n) for n in range(-2, 3)]


def fill_facts(rounds: int) -> None:
    """Give every fact ``rounds`` more versions: an entry, a leaf and a row each, a sealing a round, as a bulk import of
    the past would bring them."""
    world = list(facts(THINGS))
    first = FactVersion.objects.filter(fact_id=world[0].fact_id).count()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # no check of each row's entry: they come together
            cursor.execute("SET LOCAL session_replication_role = replica")
        if first:
            table = FactVersion._meta.db_table
            cursor.execute(
                f"UPDATE {table} SET superseded_entry_id = recorded_entry_id + %s WHERE superseded_entry_id IS NULL",
                [len(world)],
            )
        for n in range(first, first + rounds):
            _round(world, n, is_last=n == first + rounds - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _round(world: list[Any], n: int, *, is_last: bool) -> None:
    base, at = n * len(world), bulk.instant(moment(n))
    places = list(enumerate(world))
    bulk.insert(
        Entry,
        _ENTRY,
        ((base + i + 1, at, "bench", "command", "put", "fact", f"{fact.fact_id}/v{n + 1}", "null", "null", "")
         for i, fact in places),
    )  # fmt: skip
    bulk.insert(Leaf, ("index", "entry_id", "hash"), ((base + i, base + i + 1, "") for i, _ in places))
    TreeHead.objects.create(size=base + len(world), root=f"{n:064x}", peaks=[], sealed_at=moment(n))
    bulk.insert(
        FactVersion,
        _FACT,
        ((base + i + 1, None if is_last else base + i + 1 + len(world), fact.fact_id, n + 1, "accepted",
          fact.subject.country, fact.subject.mineral, fact.kind, json.dumps({**fact.to_json(), "version": n + 1}),
          "bench", False)
         for i, fact in places),
    )  # fmt: skip


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
