"""The lots around a lot, both ways: at which step each stands, and what stays when there are too many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

L = TypeVar("L")


def steps_from(start: L, edges: Iterable[tuple[L, L]]) -> dict[L, int]:
    """How many edges the longest way from ``start`` to each lot has. Edges lead away from it and make no circle."""
    next_to: dict[L, list[L]] = defaultdict(list)
    waiting: dict[L, int] = defaultdict(int)
    for here, there in set(edges):
        next_to[here].append(there)
        waiting[there] += 1
    step = {start: 0}
    ready = [start]
    while ready:
        here = ready.pop()
        for there in next_to[here]:
            step[there] = max(step.get(there, 0), step[here] + 1)
            waiting[there] -= 1
            if not waiting[there]:
                ready.append(there)
    return step


def nearest(steps: Mapping[L, int], most: int) -> set[L]:
    """The ``most`` lots that are fewest steps away."""
    ordered: Collection[L] = sorted(steps, key=lambda lot: (abs(steps[lot]), str(lot)))
    return set(list(ordered)[:most])
