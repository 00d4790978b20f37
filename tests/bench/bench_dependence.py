"""What of 100,000 lots depends on a country: shares of events in floating point, against shares of lots in Decimals.

    python -m tests.bench dependence                                both databases
    BENCH_LOTS=20000 python -m tests.bench.bench_dependence sqlite

Ours is `get_dependence`, the whole answer with holders and masses; the other side is `exact_dependence`: the shares
alone, lot by lot, in exact arithmetic. Both in turn on one database; the shares are compared, to 1e-9. On SQLite, which
works in this process, CPU time is compared, so that other work on the machine does not count.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from statistics import median
from typing import Any

from tests.bench.lot_graph import Births, load, settle_tables
from tests.bench.scratch import for_each_database, fresh, verdict, workplace

LOTS = int(os.environ.get("BENCH_LOTS", "100000"))
COUNTRY, RUNS, GOAL, CLOSE = "VN", 5, 3, Fraction(1, 10**9)


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_dependence")
    kind = sys.argv[1]
    with workplace(kind), fresh("dependence"):
        from django.db import transaction

        with transaction.atomic():
            load(Births(LOTS))
        settle_tables()
        kept = [measure(kind, element) for element in ("Nd", None)]
    return 0 if all(kept) else 1


def measure(kind: str, element: str | None) -> bool:
    from tests.bench.exact_dependence import exact_shares
    from traceability.selectors.dependence import get_dependence

    clock = time.process_time if kind == "sqlite" else time.perf_counter
    ours, exact, ratios = [], [], []
    for _ in range(RUNS):
        mine, found = timed(clock, lambda: get_dependence(country=COUNTRY, element=element))
        theirs, shares = timed(clock, lambda: exact_shares(COUNTRY, element))
        agree(found, shares)
        ours.append(mine)
        exact.append(theirs)
        ratios.append(theirs / mine)
    print(f" {kind}, {element or 'dry mass'}, {LOTS} lots, {len(found.lots)} held and dependent:"
          f" ours {median(ours):.2f} s, exact {median(exact):.2f} s")  # fmt: skip
    return verdict("exact, lot by lot / ours", median(ratios), GOAL)


def agree(found: Any, shares: dict[str, Any]) -> None:
    assert {lot.lot_id for lot in found.lots} == shares.keys()
    for lot in found.lots:
        pairs = zip(lot.ways, shares[lot.lot_id], strict=True)
        assert all(abs(Fraction(one) - Fraction(other)) <= CLOSE for one, other in pairs), lot


def timed(clock: Callable[[], float], run: Callable[[], Any]) -> tuple[float, Any]:
    started = clock()
    answer = run()
    return clock() - started, answer


if __name__ == "__main__":
    sys.exit(main())
