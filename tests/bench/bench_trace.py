"""The whole trace selector, up with shares and down, on 10,000 and on a million lots.

    python -m tests.bench trace                                both databases
    BENCH_LOTS=200000 python -m tests.bench.bench_trace sqlite

Against the same walk in compiled code over the whole graph in memory (rustworkx), and against the naive way in the ORM
(one query a lot). Flatness is time an edge returned, so that the size of a trace does not count.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from tests.bench.lot_graph import Births, edges, ladder, load, sample
from tests.bench.scratch import for_each_database, fresh, verdict, workplace

SMALL, LARGE = 10_000, int(os.environ.get("BENCH_LOTS", "1000000"))
ASKED, NAIVE = 100, 15
FLAT, FLOOR, NAIVE_GOAL, LINEAR = 1.5, 30, 50, 1.5


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_trace")
    kind, kept = sys.argv[1], []
    with workplace(kind):
        with fresh("small"):
            small = measure(SMALL)
        with fresh("large"):
            large = measure(LARGE)
            naive = naive_ratio(large)
            floor = floor_ratio(large)
        kept.append(ladder_is_linear())
    print(f" {kind}: p50 up {small['up']:.2f} ms of {SMALL} lots, {large['up']:.2f} ms of {LARGE};"
          f" down {small['down']:.2f} and {large['down']:.2f} ms")  # fmt: skip
    kept += [
        verdict("up, a lot returned, large / small", large["up_each"] / small["up_each"], FLAT, at_most=True),
        verdict("down, a lot returned, large / small", large["down_each"] / small["down_each"], FLAT, at_most=True),
        verdict("up / compiled walk in memory", floor, FLOOR, at_most=True),
        verdict("naive ORM / up", naive, NAIVE_GOAL),
    ]
    return 0 if all(kept) else 1


def measure(lots: int) -> dict[str, Any]:
    from django.db import transaction

    births = Births(lots)
    with transaction.atomic():
        load(births)
    tops = sample(births.last_layer, ASKED)
    bottoms = sample(range(1, lots // 11), ASKED)
    found: dict[str, Any] = {"births": births, "tops": tops}
    for name, asked in (("up", tops), ("down", bottoms)):
        times, each = [], []
        for lot in asked:
            took, answer = timed(lambda lot=lot, name=name: trace(lot, name))  # type: ignore[misc]
            times.append(took)
            each.append(took / max(len(answer["lots"]), 1))
        found[name], found[f"{name}_each"] = median(times) * 1000, median(each)
    return found


def trace(lot: int, direction: str) -> dict[str, Any]:
    from traceability.selectors.trace import get_trace

    return get_trace(lot_id=f"L{lot}", direction=direction, element="Nd")


def naive_ratio(large: dict[str, Any]) -> float:
    """The naive way, over ours, for the same lots; the answers are compared."""
    ratios = []
    for lot in large["tops"][:NAIVE]:
        took, answer = timed(lambda lot=lot: trace(lot, "up"))  # type: ignore[misc]
        naive, seen = timed(lambda lot=lot: naive_ancestors(f"L{lot}"))  # type: ignore[misc]
        assert seen == {row["lot"] for row in answer["lots"]}
        ratios.append(naive / took)
    return median(ratios)


def naive_ancestors(lot_id: str) -> set[str]:
    """What one would write first: model instances, one query for a lot's birth, one for what went into it, each lot as
    often as it is met."""
    from traceability.models import EventLine, Lot

    seen: set[str] = set()

    def walk(lot: Lot) -> None:
        for birth in EventLine.objects.filter(lot=lot, side=1, event__corrected_by=None):
            for line in EventLine.objects.filter(event=birth.event, side=-1):
                if line.lot.lot_id not in seen:
                    seen.add(line.lot.lot_id)
                    walk(line.lot)

    walk(Lot.objects.get(lot_id=lot_id))
    return seen


def floor_ratio(large: dict[str, Any]) -> float:
    """Ours over the ancestors of the same lots by rustworkx, whose graph lies in memory; the answers are compared."""
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.extend_from_edge_list(list(edges(large["births"])))
    ratios = []
    for lot in large["tops"]:
        took, answer = timed(lambda lot=lot: trace(lot, "up"))  # type: ignore[misc]
        floor, seen = timed(lambda lot=lot: compiled_walk(graph, lot))  # type: ignore[misc]
        assert {f"L{one}" for one in seen} == {row["lot"] for row in answer["lots"]}
        ratios.append(took / floor)
    return median(ratios)


def compiled_walk(graph: Any, lot: int) -> Iterable[int]:
    import rustworkx

    found: Iterable[int] = rustworkx.ancestors(graph, lot)
    return found


def ladder_is_linear() -> bool:
    """Time an edge at depth 1,000 over that at depth 100."""
    from django.db import transaction

    each = {}
    for depth in (100, 1_000):
        with fresh(f"ladder{depth}"):
            with transaction.atomic():
                load(ladder(depth))
            took = min(timed(lambda depth=depth: trace(2 * depth + 1, "up"))[0] for _ in range(3))  # type: ignore[misc]
            each[depth] = took / depth
            print(f"  ladder of depth {depth}: {took * 1000:.1f} ms", flush=True)
    return verdict("ladder, a step at depth 1,000 / 100", each[1_000] / each[100], LINEAR, at_most=True)


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = run()
    return time.perf_counter() - started, answer


if __name__ == "__main__":
    sys.exit(main())
