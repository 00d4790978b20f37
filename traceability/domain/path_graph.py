"""The path of a lot as a small graph: which step each lot stands at, which lots share a country, what is folded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

#: More lots than this are folded into one node a stage: the eye follows no more.
MOST_NODES = 60
_MOST_BANDS = 8


# Lots and links are made by the thousand: frozen, they would take twice as long to make. Nobody changes them.


@dataclass(slots=True, unsafe_hash=True)
class PathLot:
    """A node: a lot, or ``count`` lots folded into one. ``kg`` is the mass of the asked element; None: unknown.
    ``name`` is shown where the node of a single lot is called otherwise."""

    lot_id: str
    material: str
    country: str
    kg: Decimal | None
    href: str = ""
    count: int = 1
    missing: str = "unknown"
    name: str = ""


@dataclass(slots=True, unsafe_hash=True)
class PathLink:
    """Material that went from one lot into another: kilograms an origin, by the pattern that paints it."""

    parent: str
    child: str
    strands: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lots of one country that are linked with one another, from step ``first`` to step ``last``."""

    country: str
    lots: tuple[str, ...]
    first: int
    last: int
    lane: int
    lanes: int


def steps(lots: Sequence[PathLot], links: Sequence[PathLink]) -> dict[str, int]:
    """The step of each lot: how many links the longest way to it has.

    Folded paths may hold circles; each is opened at the node with the fewest parents still to come.
    """
    waiting: dict[str, int] = {lot.lot_id: 0 for lot in lots}
    children: dict[str, list[str]] = defaultdict(list)
    for parent, child in {(link.parent, link.child): None for link in links}:
        if parent in waiting and child in waiting:
            waiting[child] += 1
            children[parent].append(child)
    step = dict.fromkeys(waiting, 0)
    ready = [lot for lot, count in waiting.items() if not count]
    while waiting:
        lot = ready.pop() if ready else min(waiting, key=waiting.__getitem__)
        del waiting[lot]
        for child in children[lot]:
            if child in waiting:
                waiting[child] -= 1
                step[child] = max(step[child], step[lot] + 1)
                if not waiting[child]:
                    ready.append(child)
    return step


def groups(lots: Sequence[PathLot], links: Sequence[PathLink], step: Mapping[str, int]) -> tuple[Group, ...]:
    """Countries as the material meets them, each in a lane of its own, widened into free lanes beside it."""
    members = _linked_in_one_country(lots, links)
    country = {lot.lot_id: lot.country for lot in lots}
    spans = _joined([(min(step[lot] for lot in ids), max(step[lot] for lot in ids), ids) for ids in members], country)
    placed: list[Group] = []
    for first, last, ids in sorted(spans, key=lambda span: span[0]):
        taken = {group.lane for group in placed if group.first <= last and first <= group.last}
        lane = next(n for n in range(len(placed) + 1) if n not in taken)
        placed.append(Group(country[ids[0]], tuple(ids), first, last, lane, 1))
    count = 1 + max((group.lane for group in placed), default=0)
    widened: list[Group] = []
    for n, group in enumerate(placed):
        others = widened + placed[n + 1 :]
        widened.append(_widened(group, others, count))
    return tuple(widened)


_Span = tuple[int, int, list[str]]


def _joined(spans: Sequence[_Span], country: Mapping[str, str]) -> list[_Span]:
    """Groups of one country that share a step become one: a country is not drawn twice side by side."""
    joined: list[_Span] = []
    for first, last, ids in sorted(spans, key=lambda span: span[:2]):
        for n, (start, end, others) in enumerate(joined):
            if country[others[0]] == country[ids[0]] and start <= last and first <= end:
                joined[n] = (min(start, first), max(end, last), others + ids)
                break
        else:
            joined.append((first, last, ids))
    return joined


def _linked_in_one_country(lots: Sequence[PathLot], links: Sequence[PathLink]) -> list[list[str]]:
    country = {lot.lot_id: lot.country for lot in lots}
    head = {lot.lot_id: lot.lot_id for lot in lots}

    def find(lot: str) -> str:
        while head[lot] != lot:
            head[lot] = head[head[lot]]
            lot = head[lot]
        return lot

    for link in links:
        if link.parent in head and link.child in head and country[link.parent] == country[link.child]:
            head[find(link.parent)] = find(link.child)
    members = defaultdict(list)
    for lot in lots:
        members[find(lot.lot_id)].append(lot.lot_id)
    return list(members.values())


def _widened(group: Group, others: Iterable[Group], count: int) -> Group:
    """The group over the free lanes next to it, downwards and upwards."""
    taken = {
        lane
        for other in others
        if other.first <= group.last and group.first <= other.last
        for lane in range(other.lane, other.lane + other.lanes)
    }
    low = high = group.lane
    while high + 1 < count and high + 1 not in taken:
        high += 1
    while low > 0 and low - 1 not in taken:
        low -= 1
    return replace(group, lane=low, lanes=high - low + 1)


def fold(
    lots: Sequence[PathLot], links: Sequence[PathLink], keep: str
) -> tuple[tuple[PathLot, ...], tuple[PathLink, ...]]:
    """Fold a large path: one node for the lots of a country and material at a step, and if those are still too
    many, for those of a country in a stretch of steps. The lot ``keep`` stays a node of its own."""
    if len(lots) <= MOST_NODES:
        return tuple(lots), tuple(links)
    step = steps(lots, links)
    names = {lot.lot_id: f"{lot.country}|{lot.material}|{step[lot.lot_id]}" for lot in lots} | {keep: keep}
    if len(set(names.values())) > MOST_NODES:
        depth = 1 + max(step.values())
        names = {lot.lot_id: f"{lot.country}|{step[lot.lot_id] * _MOST_BANDS // depth}" for lot in lots} | {keep: keep}
    return _folded(lots, links, names)


def _folded(
    lots: Sequence[PathLot], links: Sequence[PathLink], names: Mapping[str, str]
) -> tuple[tuple[PathLot, ...], tuple[PathLink, ...]]:
    members = defaultdict(list)
    for lot in lots:
        members[names[lot.lot_id]].append(lot)
    nodes = tuple(_node(name, inside) for name, inside in members.items())
    mass: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for link in links:
        ends = names[link.parent], names[link.child]
        if ends[0] != ends[1]:
            for pattern, kg in link.strands:
                mass[ends][pattern] += kg
    return nodes, tuple(PathLink(*ends, tuple(sorted(strands.items()))) for ends, strands in mass.items())


def _node(name: str, inside: Sequence[PathLot]) -> PathLot:
    if len(inside) == 1:
        return replace(inside[0], lot_id=name, name=inside[0].name or inside[0].lot_id)
    materials = {lot.material for lot in inside}
    known = [lot.kg for lot in inside if lot.kg is not None]
    return PathLot(
        lot_id=name,
        material=materials.pop() if len(materials) == 1 else "several materials",
        country=inside[0].country,
        kg=sum(known, Decimal(0)) if known else None,
        count=sum(lot.count for lot in inside),
    )
