"""The walk of a trace over the whole lot graph in memory, in compiled code: compressed sparse rows, by scipy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order

from tests.bench.lot_graph import input_kg, metal_per_kg

Edge = tuple[int, int, float]


class Walk:
    """Row = lot, column = one of its inputs, entry = that input's share of its neodymium."""

    def __init__(self, births: Any) -> None:
        made, fed, share = (np.array(column) for column in zip(*_shares(births), strict=True))
        size = int(max(made.max(), fed.max())) + 1
        self.up = sparse.csr_matrix((share, (made, fed)), shape=(size, size))
        self.down = self.up.T.tocsr()

    def origins(self, lot: int) -> dict[int, float]:
        """The lots without inputs above a lot, with their shares in it."""
        found, shares = self._spread(self.up, lot)
        ends = np.diff(self.up.indptr)[found] == 0
        return dict(zip(found[ends].tolist(), shares[ends].tolist(), strict=True))

    def descendants(self, lot: int) -> dict[int, float]:
        """All that was made of a lot, each with the share that came from it."""
        found, shares = self._spread(self.down, lot)
        return dict(zip(found[1:].tolist(), shares[1:].tolist(), strict=True))

    def edges_above(self, lot: int) -> int:
        return self._edges(self.up, breadth_first_order(self.up, lot, return_predecessors=False))

    def edges_below(self, lot: int) -> int:
        """Those into descendants, from elsewhere too: a trace down needs them all for its shares."""
        return self._edges(self.up, breadth_first_order(self.down, lot, return_predecessors=False)[1:])

    def _edges(self, graph: Any, lots: Any) -> int:
        return int((graph.indptr[lots + 1] - graph.indptr[lots]).sum())

    def _spread(self, graph: Any, lot: int) -> tuple[Any, Any]:
        """A weight of 1 put on a lot and moved along the edges, step by step, until nothing moves."""
        found = breadth_first_order(graph, lot, return_predecessors=False)
        part = graph[found][:, found].T
        moving = np.zeros(len(found))
        moving[0] = 1.0
        total = moving.copy()
        while (moving := part @ moving).any():
            total += moving
        return found, total


def _shares(births: Any) -> Iterator[Edge]:
    for _layer, inputs, outputs in births:
        weights = [input_kg(lot) * metal_per_kg(lot) for lot in inputs]
        whole = sum(weights)
        for made in outputs:
            for lot, weight in zip(inputs, weights, strict=True):
                yield made, lot, weight / whole
