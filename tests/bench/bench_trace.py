"""The whole trace selector, up and down with shares, on 10,000 lots and on a million.

    python -m tests.bench trace                                both databases
    BENCH_LOTS=200000 python -m tests.bench.bench_trace sqlite

Ours is `get_trace`: the answer of the contract as it leaves the selector, every lot with its facts, shares in exact
arithmetic, findings and depth. It is held against the same walk with shares over the whole graph in memory (scipy,
compressed sparse rows), and against the naive way in the ORM (one query a lot). For scale the walk without details
(edges, shares and origins from the database) and rustworkx, which finds the set of ancestors and no shares, are
printed too. Flatness is time an edge returned, so that the size of a trace does not count. Answers are compared.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from tests.bench.csr import Walk
from tests.bench.lot_graph import Births, edges, ladder, load, sample, settle_tables
from tests.bench.scratch import for_each_database, fresh, verdict, workplace

SMALL, LARGE = 10_000, int(os.environ.get("BENCH_LOTS", "1000000"))
ASKED, NAIVE = 200, 15
WAYS = ("up", "down")
FLAT, FLOOR, NAIVE_GOAL, LINEAR = 1.5, 30, 50, 1.5


def main() -> int:
    if len(sys.argv) < 2:
        return for_each_database("tests.bench.bench_trace")
    kind = sys.argv[1]
    with workplace(kind):
        # first: the collector of cycles would walk the million lots below in the middle of a long trace
        linear = ladder_is_linear()
        with fresh("small"):
            small = measure(SMALL)
        with fresh("large"):
            large = measure(LARGE)
            naive = {way: naive_ratio(large, way) for way in WAYS}
            set_only = set_only_ratio(large)
        print(f" {kind}, p50 of {ASKED} traces of {LARGE} lots ({SMALL} lots)")
        kept = [said(way, small, large, naive[way]) for way in WAYS]
        print(f"  for scale, up: edges, shares and origins alone {large['kernel']:.2f} ms;"
              f" whole selector / rustworkx, which finds the set and no shares: {set_only:.0f}")  # fmt: skip
    return 0 if all(kept) and linear else 1


def said(way: str, small: dict[str, Any], large: dict[str, Any], naive: float) -> bool:
    print(f"  {way}: {large[way]:.2f} ms ({small[way]:.2f}), {large[f'{way}_edges']:.0f} edges"
          f" ({small[f'{way}_edges']:.0f}); compiled walk {large[f'{way}_floor']:.3f} ms")  # fmt: skip
    each = large[f"{way}_each"] / small[f"{way}_each"]
    flat = verdict(f"{way}, an edge returned, large / small", each, FLAT, at_most=True)
    floor = verdict(f"{way} / compiled walk in memory", large[f"{way}_ratio"], FLOOR, at_most=True)
    return all([flat, floor, verdict(f"naive ORM / {way}", naive, NAIVE_GOAL)])


def measure(lots: int) -> dict[str, Any]:
    from django.db import transaction

    births = Births(lots)
    with transaction.atomic():
        load(births)
    settle_tables()
    walk = Walk(births)
    found: dict[str, Any] = {"births": births}
    found["up_asked"], found["down_asked"] = sample(births.last_layer, ASKED), sample(range(1, lots // 11), ASKED)
    for way in WAYS:
        found |= measure_way(way, found[f"{way}_asked"], walk)
    found["kernel"] = median(timed(lambda lot=lot: kernel(lot))[0] for lot in found["up_asked"]) * 1000  # type: ignore[misc]
    return found


def measure_way(way: str, asked: list[int], walk: Walk) -> dict[str, Any]:
    ours, floors, counts = [], [], []
    for lot in asked:
        took, answer = timed(lambda lot=lot: trace(lot, way))  # type: ignore[misc]
        floor, seen = timed(lambda lot=lot: walk.origins(lot) if way == "up" else walk.descendants(lot))  # type: ignore[misc]
        agree(way, answer, seen)
        ours.append(took)
        floors.append(floor)
        counts.append(max(walk.edges_above(lot) if way == "up" else walk.edges_below(lot), 1))
    pairs = list(zip(ours, floors, counts, strict=True))
    return {
        way: median(ours) * 1000,
        f"{way}_floor": median(floors) * 1000,
        f"{way}_ratio": median(mine / floor for mine, floor, _edges in pairs),
        f"{way}_edges": median(counts),
        f"{way}_each": median(mine / edges for mine, _floor, edges in pairs),
    }


def agree(way: str, answer: dict[str, Any], seen: dict[int, float]) -> None:
    if way == "down":
        shares = {row["lot"]: float(row["share"]) for row in answer["lots"]}
        assert shares.keys() == {f"L{lot}" for lot in seen}
        assert all(abs(shares[f"L{lot}"] - share) < 1e-5 for lot, share in seen.items())
    else:
        shown = sorted(float(origin["share"]) for origin in answer["origins"])
        assert abs(sum(shown) - 1) < 1e-9
        assert abs(sum(seen.values()) - 1) < 1e-9
        assert len(shown) == len(places(seen))
        assert all(abs(mine - share) < 1e-5 for mine, share in zip(shown, sorted(places(seen).values()), strict=True))


def places(lots: dict[int, float]) -> dict[int, float]:
    """Shares of lots without inputs, together by the facility of their birth."""
    from traceability.models import LotState

    found: dict[int, float] = {}
    for lot, place in LotState.objects.filter(lot__in=lots).values_list("lot_id", "born_at_id"):
        found[place] = found.get(place, 0.0) + lots[lot]
    return found


def trace(lot: int, direction: str) -> dict[str, Any]:
    from traceability.selectors.trace import get_trace

    return get_trace(lot_id=f"L{lot}", direction=direction, element="Nd")


def kernel(lot: int) -> Any:
    """The part of a trace that walks: edges from the database, mixes, shares by origin."""
    from traceability.domain.trace import origins_of
    from traceability.selectors.trace import walk_up

    return origins_of(walk_up(lot, "Nd"), lot)


def naive_ratio(large: dict[str, Any], way: str) -> float:
    """The naive way, over ours, for the same lots; the answers are compared."""
    ratios = []
    for lot in large[f"{way}_asked"][:NAIVE]:
        took, answer = timed(lambda lot=lot: trace(lot, way))  # type: ignore[misc]
        naive, seen = timed(lambda lot=lot: naive_walk(f"L{lot}", way))  # type: ignore[misc]
        assert seen == {row["lot"] for row in answer["lots"]}
        ratios.append(naive / took)
    return median(ratios)


def naive_walk(lot_id: str, way: str) -> set[str]:
    """What one would write first: model instances, one query for a lot's event, one for the lots on its other side,
    each lot as often as it is met. It finds the lots and works out no shares."""
    from traceability.models import EventLine, Lot

    near, far = (1, -1) if way == "up" else (-1, 1)
    seen: set[str] = set()

    def walk(lot: Lot) -> None:
        for mine in EventLine.objects.filter(lot=lot, side=near, event__corrected_by=None):
            for line in EventLine.objects.filter(event=mine.event, side=far):
                if line.lot.lot_id not in seen:
                    seen.add(line.lot.lot_id)
                    walk(line.lot)

    walk(Lot.objects.get(lot_id=lot_id))
    return seen


def set_only_ratio(large: dict[str, Any]) -> float:
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.extend_from_edge_list(list(edges(large["births"])))
    ratios = []
    for lot in large["up_asked"]:
        took, answer = timed(lambda lot=lot: trace(lot, "up"))  # type: ignore[misc]
        floor, seen = timed(lambda lot=lot: rustworkx.ancestors(graph, lot))  # type: ignore[misc]
        assert {f"L{one}" for one in seen} == {row["lot"] for row in answer["lots"]}
        ratios.append(took / floor)
    return median(ratios)


def ladder_is_linear() -> bool:
    """Time an edge at depth 1,000 over that at depth 100: twice as many paths a step, as many edges."""
    from django.db import transaction

    each = {}
    for depth in (100, 1_000):
        with fresh(f"ladder{depth}"):
            with transaction.atomic():
                load(ladder(depth))
            settle_tables()
            took = min(timed(lambda depth=depth: trace(2 * depth + 1, "up"))[0] for _ in range(7))  # type: ignore[misc]
            each[depth] = took / (4 * depth)
            print(f"  ladder of depth {depth}: {took * 1000:.1f} ms, {each[depth] * 1e6:.2f} us an edge", flush=True)
    return verdict("ladder, an edge at depth 1,000 / 100", each[1_000] / each[100], LINEAR, at_most=True)


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = run()
    return time.perf_counter() - started, answer


if __name__ == "__main__":
    sys.exit(main())
