"""A page of EPCIS events, from request to bytes, in a register ten times as large: it has to cost the same.

    python -m tests.bench epcis             both databases, 2,000 and 20,000 lots
    BENCH_LOTS=100000 python -m tests.bench.bench_epcis sqlite

Each question is asked for its first page, its page in the middle and by someone who sees one lot in ten, or none.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.bench.scratch import chain_in_files, for_each_database, fresh, verdict, workplace

LOTS = int(os.environ.get("BENCH_LOTS", "20000"))
RUNS = 15
#: A page in the large register over one in the small, the best of each question, so that other work on the machine
#: does not count; and the slowest of them, in ms.
GOAL, MOST_MS = 2.0, 150.0

Asked = tuple[str, dict[str, str]]


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_epcis")
    kind = sys.argv[1]
    with workplace(kind) as folder:
        times = []
        for name, lots in (("small", LOTS // 10), ("large", LOTS)):
            files = chain_in_files(folder / name, seed=1, lots=lots)
            with fresh(name):
                fill(files)
                times.append(dict(measure()))
    small, large = times
    print(f" {kind}: the best of {RUNS} pages of 30 events, {LOTS // 10:,} lots against {LOTS:,}")
    kept = []
    for what in large:
        print(f"  {what}: {small[what]:.1f} ms, {large[what]:.1f} ms")
        kept.append(verdict("large / small", large[what] / small[what], GOAL, at_most=True))
    kept.append(verdict("the slowest page, ms", max(large.values()), MOST_MS, at_most=True))
    return 0 if all(kept) else 1


def fill(files: Any) -> None:
    """A chain with its findings and sealed log; every tenth lot is public."""
    from ledger.services import seal_all
    from tests.bench.bench_import import import_whole
    from tests.cast import person
    from traceability.batches import batches
    from traceability.models import Lot

    import_whole(files)
    seal_all()
    person("auditor")
    names = list(Lot.objects.order_by("pk").values_list("lot_id", flat=True))
    for batch in batches(names[::10]):
        Lot.objects.filter(lot_id__in=batch).update(is_public=True)


def measure() -> Iterator[tuple[str, float]]:
    """(question, milliseconds)."""
    from django.test import Client
    from django.test.utils import setup_test_environment

    from registry.models import User
    from traceability.models import Lot

    if not os.environ.get("BENCH_READY"):
        setup_test_environment()
        os.environ["BENCH_READY"] = "yes"
    auditor, outsider = Client(), Client()
    auditor.force_login(User.objects.get(username="auditor"))
    for what, params in questions():
        yield f"auditor, {what}", best(lambda params=params: get(auditor, params))  # type: ignore[misc]
    yield "an outsider who sees one in ten", best(lambda: get(outsider, {}))
    Lot.objects.update(is_public=False)
    yield "an outsider who sees none", best(lambda: get(outsider, {}))


def questions() -> Iterator[Asked]:
    from ledger.models import TreeHead
    from traceability.models import Event, EventLine

    count = Event.objects.count()
    middle = Event.objects.order_by("occurred_at")[count // 2]
    place = middle.facility.facility_id
    line = EventLine.objects.select_related("lot").order_by("pk")[count // 2]
    yield "newest", {}
    yield "from the middle", {"LT_eventTime": middle.occurred_at.isoformat()}
    yield "by record", {"orderBy": "recordTime", "orderDirection": "ASC"}
    sealed = TreeHead.objects.latest("size").sealed_at + dt.timedelta(milliseconds=1)
    yield "recorded since a sealing", {"orderBy": "recordTime", "GE_recordTime": sealed.isoformat()}
    yield "shipments and receipts", {"EQ_bizStep": "shipping|receiving"}
    yield "a kind that there is not", {"EQ_bizStep": "decommissioning"}
    yield "a facility", {"EQ_bizLocation": f"http://127.0.0.1:8000/facilities/{place}/"}
    yield "a lot", {"MATCH_anyEPC": f"http://127.0.0.1:8000/lots/{line.lot.lot_id}/"}
    yield "corrected ones", {"EXISTS_errorDeclaration": "true"}


def get(client: Any, params: dict[str, str]) -> None:
    answer = client.get("/epcis/v2/events", params)
    assert answer.status_code == 200, answer.content
    assert answer.json()["type"] == "EPCISQueryDocument"


def best(ask: Callable[[], None]) -> float:
    ask()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
