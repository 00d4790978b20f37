"""The path of a lot from top to bottom, for phones."""

from __future__ import annotations

from collections.abc import Sequence

from registry.domain.drawing import rounded, shortened, text_width
from traceability.domain.path_graph import Group, PathLot
from traceability.domain.path_layout import (
    Box,
    Crossing,
    Graph,
    Layout,
    Mark,
    Places,
    Remark,
    Words,
    crossing_points,
    cut,
    label_lines,
    places_across,
    places_along,
    strand_paths,
)

_WIDTH, _SIZE = 324, 11.5
#: How far a box reaches above its first lot (more where two labels stand above the bars) and below its last.
_HEAD, _HEAD_OF_TWO, _FOOT = 44, 76, 54


def tall_layout(graph: Graph, crossings: Sequence[Crossing], remarks: Sequence[Remark]) -> Layout | None:
    """The tall picture; None where more than two countries would have to stand side by side."""
    lanes = graph.lanes
    if lanes > 2:
        return None
    along = places_along(graph, 92, 90, 140)
    lane = (_WIDTH - 4 - 16 * (lanes - 1)) / lanes
    extents = {g: (2 + g.lane * (lane + 16), 2 + (g.lane + g.lanes) * (lane + 16) - 16) for g in graph.groups}
    places = Places(along, places_across(graph, extents, 150), extents, along[-1] + 64, _WIDTH)
    points = crossing_points(graph, places, crossings, _HEAD, _FOOT)
    return Layout(
        size=_SIZE,
        width=_WIDTH,
        height=rounded(places.size_along),
        boxes=tuple(_box(graph, places, group) for group in graph.groups),
        strands=strand_paths(graph, places, tall=True),
        bars=tuple(
            Box(rounded(places.across[n] - t / 2), rounded(along[graph.step[n]] - 4), rounded(t), 8, "")
            for n, t in graph.thick.items()
        ),
        labels=tuple(_label(graph, places, lot) for lot in graph.lots.values()),
        marks=tuple(_mark(point, points) for point in points),
        pointers=(),
        remarks=tuple(_remark(graph, places, remark) for remark in remarks),
    )


def _box(graph: Graph, places: Places, group: Group) -> Box:
    head = _HEAD_OF_TWO if group.first == 0 else _HEAD
    start, end = cut(places, group, before=head, after=_FOOT)
    low, high = places.extents[group]
    return Box(rounded(low), rounded(start), rounded(high - low), rounded(end - start), graph.name(group.country))


def _label(graph: Graph, places: Places, lot: PathLot) -> Words:
    """Beside the bar, on the side with more room; above it where two lots share the step."""
    along, across = places.along[graph.step[lot.lot_id]], places.across[lot.lot_id]
    half = graph.thick[lot.lot_id] / 2
    if sum(n == graph.step[lot.lot_id] for n in graph.step.values()) > 1:
        return Words(rounded(across), "middle", _lines(lot, along - 25, 150), href=lot.href)
    if across <= _WIDTH / 2:
        return Words(
            rounded(across + half + 8), "start", _lines(lot, along - 1, _WIDTH - across - half - 12), href=lot.href
        )
    return Words(rounded(across - half - 8), "end", _lines(lot, along - 1, across - half - 12), href=lot.href)


def _lines(lot: PathLot, first: float, room: float) -> tuple[tuple[float, str], ...]:
    texts = enumerate(label_lines(lot))
    return tuple((rounded(first + 15 * n), shortened(text, room, _SIZE, bold=n == 0)) for n, text in texts)


Point = tuple[Crossing, float, float]


def _mark(point: Point, points: Sequence[Point]) -> Mark:
    """The words stand to the right; to the left where another mark lies there, or where there is more room."""
    crossing, at, across = point
    beside = any(other is not point and abs(other[1] - at) < 24 for other in points)
    wide = max((text_width(line, _SIZE) for line in crossing.lines), default=0)
    left = across - 20 >= min(wide, 60) if beside else across > _WIDTH / 2
    x = across - 17 if left else across + 17
    room = x - 4 if left else _WIDTH - x - 4
    lines = tuple((rounded(at - 2 + 13 * n), shortened(line, room, _SIZE)) for n, line in enumerate(crossing.lines))
    words = Words(rounded(x), "end" if left else "start", lines, crossing.verdict)
    return Mark(rounded(across), rounded(at), crossing.verdict, words)


def _remark(graph: Graph, places: Places, remark: Remark) -> Words:
    label = _label(graph, places, graph.lots[remark.lot_id])
    y = rounded(label.lines[-1][0] + 15)
    return Words(label.x, label.anchor, ((y, remark.lines[0]),), remark.verdict)
