"""The path of a lot as a picture: countries are boxes, origins strands, width is mass, border crossings round marks.

Both layouts share one geometry: `along` the way of the material and `across` it. The wide picture puts `along`
from left to right, the tall one (for phones) from top to bottom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traceability.domain.path_graph import PathLink, PathLot, fold
from traceability.domain.path_layout import Crossing, Graph, Layout, Remark
from traceability.domain.path_tall import tall_layout
from traceability.domain.path_wide import wide_layout


@dataclass(frozen=True, slots=True)
class PathPicture:
    """``tall`` is None where a phone is served better by the list of lots; ``folded`` counts lots in folded nodes."""

    wide: Layout
    tall: Layout | None
    folded: int


def path_picture(
    lots: Sequence[PathLot],
    links: Sequence[PathLink],
    asked: str,
    crossings: Sequence[Crossing] = (),
    remarks: Sequence[Remark] = (),
    countries: Mapping[str, str] | None = None,
) -> PathPicture | None:
    """Lay out the lots that ``asked`` came from; None for a lot that came from no other."""
    if len(lots) < 2:
        return None
    nodes, edges = fold(lots, links, asked)
    folded = sum(node.count for node in nodes if node.count > 1)
    graph = Graph.of(nodes, edges, countries or {})
    shown = {node.lot_id for node in nodes}
    marks = [c for c in crossings if c.parent in shown and c.child in shown]
    words = [r for r in remarks if r.lot_id in shown]
    tall = tall_layout(graph, marks, words) if graph.widest_step <= 2 and not folded else None
    return PathPicture(wide_layout(graph, marks, words), tall, folded)
