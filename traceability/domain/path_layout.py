"""What both pictures of a path share: thickness of lots, places along and across the way, the curves of strands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from registry.domain.drawing import rounded
from traceability.domain.path_graph import Group, PathLink, PathLot, groups, steps

_THICKEST = 56.0
_THINNEST = 0.6


@dataclass(frozen=True, slots=True)
class Crossing:
    """A border crossed between two lots: ``verdict`` bad, warn, ok or none, and up to two lines of words."""

    parent: str
    child: str
    verdict: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Words set beside a lot: an open finding. ``verdict`` bad or warn."""

    lot_id: str
    verdict: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    country: str


@dataclass(frozen=True, slots=True)
class Strand:
    path: str
    pattern: str
    width: float


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text at ``x``, each (y, text), the first of them bold."""

    x: float
    anchor: str
    lines: tuple[tuple[float, str], ...]
    verdict: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    verdict: str
    words: Words


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything one picture is drawn from, in its own units; ``size`` of the names of lots."""

    size: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    strands: tuple[Strand, ...]
    bars: tuple[Box, ...]
    labels: tuple[Words, ...]
    marks: tuple[Mark, ...]
    pointers: tuple[tuple[str, str], ...]
    remarks: tuple[Words, ...]

    @property
    def is_long(self) -> bool:
        """Up to here a path is drawn smaller to fit the page and stays readable; a longer one scrolls."""
        return self.width > 1400


@dataclass(slots=True)
class Graph:
    lots: dict[str, PathLot]
    links: tuple[PathLink, ...]
    step: dict[str, int]
    groups: tuple[Group, ...]
    countries: Mapping[str, str]
    thick: dict[str, float] = field(default_factory=dict)
    #: Units of width a kilogram: the heaviest lot is as thick as is comfortable.
    scale: float = 0.0

    @classmethod
    def of(cls, lots: Sequence[PathLot], links: Sequence[PathLink], countries: Mapping[str, str]) -> Graph:
        step = steps(lots, links)
        graph = cls({lot.lot_id: lot for lot in lots}, tuple(links), step, groups(lots, links, step), countries)
        scale = graph.scale = graph._scale()
        into: dict[str, float] = defaultdict(float)
        out: dict[str, float] = defaultdict(float)
        for link in links:
            width = sum(float(kg) * scale for _, kg in link.strands)
            into[link.child] += width
            out[link.parent] += width
        for lot in lots:
            graph.thick[lot.lot_id] = max(6.0, float(lot.kg or 0) * scale, into[lot.lot_id], out[lot.lot_id]) + 3
        return graph

    def _scale(self) -> float:
        masses = [float(lot.kg) for lot in self.lots.values() if lot.kg]
        masses += [float(sum((kg for _, kg in link.strands), Decimal(0))) for link in self.links]
        heaviest = max(masses, default=0.0)
        return _THICKEST / heaviest if heaviest else 0.0

    @property
    def depth(self) -> int:
        return 1 + max(self.step.values())

    @property
    def widest_step(self) -> int:
        counts: dict[int, int] = defaultdict(int)
        for n in self.step.values():
            counts[n] += 1
        return max(counts.values())

    @property
    def lanes(self) -> int:
        return max(group.lane + group.lanes for group in self.groups)

    def group_of(self) -> dict[str, Group]:
        return {lot: group for group in self.groups for lot in group.lots}

    def parents(self, lot: str) -> list[tuple[str, float]]:
        return [(p.parent, float(sum(kg for _, kg in p.strands)) or 1.0) for p in self.links if p.child == lot]

    def name(self, country: str) -> str:
        return self.countries.get(country, country or "Country not stated")


@dataclass(slots=True)
class Places:
    """Where lots and groups lie: ``along`` per step, ``across`` per lot, extents of groups."""

    along: list[float]
    across: dict[str, float]
    extents: dict[Group, tuple[float, float]]
    size_along: float
    size_across: float


def places_along(graph: Graph, first: float, near: float, far: float) -> list[float]:
    """Positions of the steps: ``far`` apart where a border lies between, else ``near``.

    The border stands before the first lot of the country that is reached; where both countries have lots at the same
    steps, right before the lot that was made there.
    """
    group = graph.group_of()
    borders = {
        group[p.child].first if group[p.parent].last < group[p.child].first else graph.step[p.child]
        for p in graph.links
        if group[p.child] is not group[p.parent]
    }
    places = [first]
    for n in range(1, graph.depth):
        places.append(places[-1] + (far if n in borders else near))
    return places


def places_across(graph: Graph, extents: Mapping[Group, tuple[float, float]], slot: float) -> dict[str, float]:
    """Positions across the way: in the middle of a lot's parents, kept apart by ``slot`` and inside its country."""
    across: dict[str, float] = {}
    for step in range(graph.depth):
        for group in graph.groups:
            here = [lot for lot in group.lots if graph.step[lot] == step]
            low, high = extents[group]
            wished = {lot: _wish(graph, lot, across, low, high) for lot in here}
            across |= _apart(sorted(here, key=lambda lot: wished[lot]), wished, low, high, slot)
    return across


def _wish(graph: Graph, lot: str, across: Mapping[str, float], low: float, high: float) -> float:
    parents = [(across[parent], weight) for parent, weight in graph.parents(lot) if parent in across]
    if not parents:
        return (low + high) / 2
    return sum(place * weight for place, weight in parents) / sum(weight for _, weight in parents)


def _apart(order: Sequence[str], wished: Mapping[str, float], low: float, high: float, slot: float) -> dict[str, float]:
    """The wished places pushed apart by ``slot`` and back inside; evenly spread where there is no room."""
    if not order:
        return {}
    room = high - low
    apart = min(slot, room / len(order))
    places: list[float] = []
    for n, lot in enumerate(order):
        least = low + apart / 2 if n == 0 else places[-1] + apart
        places.append(max(least, min(wished[lot], high - apart / 2 - apart * (len(order) - 1 - n))))
    return dict(zip(order, places, strict=True))


def _offsets(graph: Graph, across: Mapping[str, float]) -> tuple[dict[tuple[int, int], float], ...]:
    """Where each strand (link, strand) starts, and where it ends: stacked around the middle of its lots."""
    ends = []
    for own, other in (("parent", "child"), ("child", "parent")):
        stacks: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for n, link in enumerate(graph.links):
            stacks[getattr(link, own)].append((across[getattr(link, other)], n))
        placed: dict[tuple[int, int], float] = {}
        for lot, stack in stacks.items():
            placed |= _stacked(graph, [n for _, n in sorted(stack)], across[lot])
        ends.append(placed)
    return tuple(ends)


def _stacked(graph: Graph, links: Sequence[int], middle: float) -> dict[tuple[int, int], float]:
    widths = [
        ((n, strand), float(kg) * graph.scale) for n in links for strand, (_, kg) in enumerate(graph.links[n].strands)
    ]
    place = middle - sum(width for _, width in widths) / 2
    placed = {}
    for key, width in widths:
        placed[key] = place + width / 2
        place += width
    return placed


def strand_paths(graph: Graph, places: Places, *, tall: bool) -> tuple[Strand, ...]:
    starts, ends = _offsets(graph, places.across)
    strands = []
    for n, link in enumerate(graph.links):
        start, end = places.along[graph.step[link.parent]], places.along[graph.step[link.child]]
        for strand, (pattern, kg) in enumerate(link.strands):
            width = max(_THINNEST, float(kg) * graph.scale)
            strands.append(
                Strand(_curve(start, end, starts[n, strand], ends[n, strand], tall=tall), pattern, rounded(width))
            )
    # Thick strands first, so that a thin one is never hidden.
    return tuple(sorted(strands, key=lambda strand: -strand.width))


def _curve(start: float, end: float, here: float, there: float, *, tall: bool) -> str:
    middle = (start + end) / 2
    points = ((start, here), (middle, here), (middle, there), (end, there))
    p = [f"{rounded(c)} {rounded(a)}" if tall else f"{rounded(a)} {rounded(c)}" for a, c in points]
    return f"M{p[0]}C{p[1]} {p[2]} {p[3]}"


def _on_curve(start: float, end: float, here: float, there: float, at: float) -> float:
    """The place across the way where the curve between two lots passes ``at``."""
    low, high, middle = 0.0, 1.0, (start + end) / 2
    for _ in range(30):
        t = (low + high) / 2
        along = (1 - t) ** 3 * start + 3 * t * (1 - t) * middle + t**3 * end
        low, high = (t, high) if along < at else (low, t)
    return here * (1 - t) ** 2 * (1 + 2 * t) + there * t**2 * (3 - 2 * t)


def cut(places: Places, group: Group, *, before: float, after: float) -> tuple[float, float]:
    """From where to where a country's box reaches along the way."""
    return places.along[group.first] - before, places.along[group.last] + after


def crossing_points(
    graph: Graph, places: Places, crossings: Sequence[Crossing], before: float, after: float
) -> list[tuple[Crossing, float, float]]:
    """Where each mark stands: between the two boxes; several on one link share the gap."""
    group = graph.group_of()
    by_link: dict[tuple[str, str], list[Crossing]] = defaultdict(list)
    for crossing in crossings:
        by_link[crossing.parent, crossing.child].append(crossing)
    points = []
    for (parent, child), several in by_link.items():
        left = cut(places, group[parent], before=before, after=after)[1]
        right = cut(places, group[child], before=before, after=after)[0]
        start, end = places.along[graph.step[parent]], places.along[graph.step[child]]
        if right <= left:
            left, right = start, end
        for n, crossing in enumerate(several):
            at = left + (right - left) * (n + 1) / (len(several) + 1)
            points.append((crossing, at, _on_curve(start, end, places.across[parent], places.across[child], at)))
    return points


def label_lines(lot: PathLot) -> tuple[str, str]:
    mass = f"mass {lot.missing}" if lot.kg is None else f"{_kilograms(lot.kg)} kg"
    if lot.count > 1:
        return f"{lot.count:,} lots", f"{lot.material}, {mass}"
    return lot.name or lot.lot_id, f"{lot.material}, {mass}"


def _kilograms(kg: Decimal) -> str:
    return f"{kg:,.0f}" if kg >= 10 else f"{kg:.1f}" if kg >= 1 else f"{kg.normalize():.3g}"
