"""The path of a lot from left to right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from registry.domain.drawing import rounded, shortened, text_width
from traceability.domain.path_graph import Group, PathLink, PathLot
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

#: The width of a page; see `Layout.is_long` for paths that are wider.
_PAGE, _SIZE = 1120, 12.5
_MARGIN, _NEAR, _FAR = 84, 120, 244
#: Lots of one country stand at least so far apart: their labels then stand above and below in turn.
_NEAREST = 84
#: Height of a box's heading, of a lot's label, of the space between lanes.
_HEAD, _SLOT, _GAP, _FOOT = 34, 62, 24, 20


def wide_layout(graph: Graph, crossings: Sequence[Crossing], remarks: Sequence[Remark]) -> Layout:
    places = _places(graph)
    above = _labels_above(graph, places, {remark.lot_id for remark in remarks})
    points = crossing_points(graph, places, crossings, _MARGIN - 2, _MARGIN - 2)
    return Layout(
        size=_SIZE,
        width=places.size_along,
        height=places.size_across,
        boxes=tuple(_box(graph, places, group) for group in graph.groups),
        strands=strand_paths(graph, places, tall=False),
        bars=tuple(
            Box(rounded(places.along[graph.step[n]] - 4), rounded(places.across[n] - t / 2), 8, rounded(t), "")
            for n, t in graph.thick.items()
        ),
        labels=tuple(_label(graph, places, lot, up=lot.lot_id in above) for lot in graph.lots.values()),
        marks=tuple(_mark(places, *point) for point in points),
        pointers=tuple(_pointer(graph, places, remark) for remark in remarks),
        remarks=tuple(_remark(graph, places, remark) for remark in remarks),
    )


def _places(graph: Graph) -> Places:
    along = _places_along(graph)
    tops = [float(_FOOT)]
    for height in _lane_heights(graph):
        tops.append(rounded(tops[-1] + height + _GAP))
    extents = {g: (tops[g.lane] + _HEAD, tops[g.lane + g.lanes] - _GAP - _FOOT) for g in graph.groups}
    across = places_across(graph, extents, max(graph.thick.values()) + _SLOT)
    return Places(along, across, extents, rounded(along[-1] + _MARGIN), rounded(tops[-1] - _GAP + 2))


def _places_along(graph: Graph) -> list[float]:
    """Stretched to fill a page; where it is longer, lots of one country stand closer. A border keeps its room: the
    mark and the words of the crossing stand there."""
    along = places_along(graph, _MARGIN, _NEAR, _FAR)
    spare = _PAGE - (along[-1] + _MARGIN)
    if spare >= 0:
        stretch = 1 + spare / max(1.0, along[-1] - _MARGIN)
        return [_MARGIN + (place - _MARGIN) * stretch for place in along]
    inner = sum(after - before == _NEAR for before, after in pairwise(along))
    return places_along(graph, _MARGIN, max(_NEAREST, _NEAR + spare / max(1, inner)), _FAR)


def _lane_heights(graph: Graph) -> list[float]:
    """How high each lane is: as the fullest step of a country in it needs."""
    heights = [134.0] * graph.lanes
    for group in graph.groups:
        steps: dict[int, float] = defaultdict(float)
        for lot in group.lots:
            steps[graph.step[lot]] += graph.thick[lot] + _SLOT
        needed = (max(steps.values()) + _HEAD + _FOOT) / group.lanes
        for lane in range(group.lane, group.lane + group.lanes):
            heights[lane] = max(heights[lane], needed)
    return heights


def _box(graph: Graph, places: Places, group: Group) -> Box:
    start, end = cut(places, group, before=_MARGIN - 2, after=_MARGIN - 2)
    low, high = places.extents[group]
    height = high + _FOOT - (low - _HEAD)
    return Box(rounded(start), rounded(low - _HEAD), rounded(end - start), rounded(height), graph.name(group.country))


def _labels_above(graph: Graph, places: Places, below: set[str]) -> set[str]:
    """Lots whose label stands above the bar: where one below would touch the neighbour's."""
    above: set[str] = set()
    for link in sorted(graph.links, key=lambda link: graph.step[link.child]):
        near = abs(places.across[link.parent] - places.across[link.child]) < 40
        apart = places.along[graph.step[link.child]] - places.along[graph.step[link.parent]]
        if near and apart < _needed(graph, link) and link.parent not in above and link.child not in below:
            above.add(link.child)
    return above


def _needed(graph: Graph, link: PathLink) -> float:
    """How far apart two lots must lie for their labels to stand side by side."""
    return sum(text_width(label_lines(graph.lots[lot])[1], 12) for lot in (link.parent, link.child)) / 2 + 10


def _label(graph: Graph, places: Places, lot: PathLot, *, up: bool) -> Words:
    x, y = places.along[graph.step[lot.lot_id]], places.across[lot.lot_id]
    half = graph.thick[lot.lot_id] / 2
    first = y - half - 24 if up else y + half + 17
    texts = enumerate(label_lines(lot))
    lines = tuple((rounded(first + 16 * n), shortened(text, 168, _SIZE, bold=n == 0)) for n, text in texts)
    return Words(rounded(x), "middle", lines, href=lot.href)


def _mark(places: Places, crossing: Crossing, at: float, across: float) -> Mark:
    """The words stand below the mark; above it where the strand goes down and would run through them."""
    falls = places.across[crossing.child] > places.across[crossing.parent] + 20
    first = max(14.0, across - 12 - 14 * len(crossing.lines) if falls else across + 30)
    lines = tuple((rounded(first + 14 * n), shortened(text, 120, 11.5)) for n, text in enumerate(crossing.lines))
    return Mark(rounded(at), rounded(across), crossing.verdict, Words(rounded(at), "middle", lines, crossing.verdict))


def _pointer(graph: Graph, places: Places, remark: Remark) -> tuple[str, str]:
    x = rounded(places.along[graph.step[remark.lot_id]])
    top = places.across[remark.lot_id] - graph.thick[remark.lot_id] / 2
    return f"M{x} {rounded(top - 3)}V{rounded(top - 22)}", remark.verdict


def _remark(graph: Graph, places: Places, remark: Remark) -> Words:
    top = places.across[remark.lot_id] - graph.thick[remark.lot_id] / 2 - 28 - 14 * (len(remark.lines) - 1)
    half = max(text_width(line, 11.5) for line in remark.lines) / 2
    x = min(max(places.along[graph.step[remark.lot_id]], half + 4), places.size_along - half - 4)
    lines = tuple((rounded(top + 14 * n), text) for n, text in enumerate(remark.lines))
    return Words(rounded(x), "middle", lines, remark.verdict)
