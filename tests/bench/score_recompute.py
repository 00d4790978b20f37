"""The two sides of `bench_scores`, timed on the database that Django is set up for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.domain.actor import COMMAND
from registry.domain.facts import Fact
from registry.services.facts import FactRow, put_facts
from scoring.methodologies import official
from scoring.models import Score, ScoreRun
from scoring.services.recompute import recompute
from tests.bench import naive_scores
from tests.bench.score_worlds import MEMBERS, facts


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of the naive recompute, of ours where all facts and where one changed; the most queries of ours."""

    naive: float
    all_change: float
    one_changes: float
    queries: int


def measure(count: int) -> Figures:
    """ValueError where the two sides give different levels."""
    world = list(facts(count))
    put(world)
    ours()
    by_us = {(s.country, s.domain): s.level for s in Score.objects.current()}
    naive_s, by_them = timed(naive)
    if by_us != by_them:
        raise ValueError("the two sides give different levels")
    ours()
    all_s, one_s, queries = [], [], 0
    for n in range(2):
        put([noted(fact, f"all {n}") for fact in world])
        all_s.append(timed(ours)[0])
    chosen = next(fact for fact in world if fact.kind == "processing_tier")
    for n in range(4):
        put([noted(chosen, f"one {n}")])
        with CaptureQueriesContext(connection) as asked:
            one_s.append(timed(ours)[0])
        queries = max(queries, sum(not each["sql"].startswith(("BEGIN", "COMMIT")) for each in asked.captured_queries))
    return Figures(naive_s, min(all_s), min(one_s), queries)


def put(changed: list[Fact]) -> None:
    rows = [FactRow(f.fact_id, f.kind, f.to_json(), f.subject.country or "", f.subject.mineral or "") for f in changed]
    put_facts(rows=rows, by=COMMAND, reason="bench")


def noted(fact: Fact, note: str) -> Fact:
    """The same fact as a new version: all that rests on it is worked out and recorded again."""
    plain = {**fact.to_json(), "note": note}
    return Fact.from_json(plain)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    began = clock()
    result = work()
    return clock() - began, result


def ours() -> dict[str, int]:
    today = timezone.localdate()
    return recompute(on=today, by=COMMAND, today=today)


def naive() -> Any:
    run = ScoreRun.objects.order_by("-pk")[0]
    return naive_scores.recompute(official(timezone.localdate()), timezone.localdate(), MEMBERS, run)
