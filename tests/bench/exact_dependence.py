"""Dependence on a country worked out lot by lot in exact arithmetic: what a benchmark and a test hold it against.

The lots below are found level by level, each event is mixed in Decimals of 60 digits, and every lot gets three shares.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from traceability import loading
from traceability.domain.mixing import Graph, _down, _sorted_events
from traceability.domain.precision import precisely
from traceability.domain.vocabulary import EventKind
from traceability.models import LotState
from traceability.rows import select
from traceability.selectors.mixes import load_graph

Shares = tuple[Decimal, ...]
_ZERO, _ONE = Decimal(0), Decimal(1)
_HELD = "SELECT lot_id, lot_name FROM traceability_lotstate WHERE is_held AND lot_id {keys}"


@precisely
def exact_shares(country: str, element: str | None) -> dict[str, Shares]:
    """Of every lot still held that depends on a country: its shares by origin, by processing, and by either."""
    won, made = _born_in(country, EventKind.COMMISSION), _born_in(country, EventKind.TRANSFORM)
    below = loading.descendants(won | made)
    shares = _shares_of_each(load_graph(below, element), (won, made, won | made))
    held = ((name, shares.get(key, (_ZERO,) * 3)) for key, name in select(_HELD, below))
    return {name: mine for name, mine in held if mine[2]}


def _born_in(country: str, kind: EventKind) -> set[int]:
    states = LotState.objects.filter(born_in__facility__country=country, born_in__kind=kind.value)
    return set(states.order_by().values_list("lot_id", flat=True))


def _shares_of_each(graph: Graph[int, int], seeds: Sequence[Collection[int]]) -> dict[int, Shares]:
    """For every lot the share that came through each of several sets of seeds; a seed is 1."""
    count, firsts = range(len(seeds)), {lot for each in seeds for lot in each}
    nothing = (_ZERO,) * len(seeds)
    found = {lot: tuple(_ONE if lot in each else _ZERO for each in seeds) for lot in firsts}
    for event in _sorted_events(graph, _down(graph, list(firsts))):
        parts = [(share, found.get(lot, nothing)) for lot, share in graph.mixes[event].parts]
        mixed = tuple(sum((share * own[n] for share, own in parts if own[n]), _ZERO) for n in count)
        for lot in graph.born.get(event, ()):
            own = found.get(lot, nothing)
            found[lot] = tuple(_ONE if own[n] else mixed[n] for n in count)
    return found
