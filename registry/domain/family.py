"""What instruments do to one another, and the family that grows of it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.domain.drawing import shortened


class RelationKind(StrEnum):
    """What a later act does to an earlier one."""

    AMENDS = "amends"
    REPEALS = "repeals"
    REPLACES = "replaces"
    SUSPENDS = "suspends"
    LIFTS = "lifts"
    EXTENDS = "extends"
    IMPLEMENTS = "implements"
    RATIFIES = "ratifies"
    BASED_ON = "based_on"


#: How the earlier act says the same.
INVERSE = {
    RelationKind.AMENDS: "amended by",
    RelationKind.REPEALS: "repealed by",
    RelationKind.REPLACES: "replaced by",
    RelationKind.SUSPENDS: "suspended by",
    RelationKind.LIFTS: "lifted by",
    RelationKind.EXTENDS: "extended by",
    RelationKind.IMPLEMENTS: "implemented by",
    RelationKind.RATIFIES: "ratified by",
    RelationKind.BASED_ON: "basis of",
}
#: Relations after which the earlier act no longer holds.
ENDING = frozenset({RelationKind.REPEALS, RelationKind.REPLACES, RelationKind.LIFTS})


@dataclass(frozen=True, slots=True)
class Relation:
    """``later`` does ``kind`` to ``earlier``; ``since`` is the date as written, empty where not stated."""

    later: str
    kind: RelationKind
    earlier: str
    since: str = ""


def closing_path(known: Iterable[Relation], added: Relation) -> list[str] | None:
    """Ids from the earlier act of a new relation back to its later one, where the relation would close a circle.

    Every kind points from a later act to one that was there before, so a circle of any kinds cannot be.
    """
    steps: dict[str, list[str]] = defaultdict(list)
    for relation in known:
        steps[relation.later].append(relation.earlier)
    reached_from: dict[str, str] = {}
    queue = deque([added.earlier])
    while queue:
        here = queue.popleft()
        if here == added.later:
            return _walked(reached_from, added.earlier, here)
        for earlier in steps[here]:
            if earlier not in reached_from and earlier != added.earlier:
                reached_from[earlier] = here
                queue.append(earlier)
    return None


def _walked(reached_from: dict[str, str], start: str, end: str) -> list[str]:
    path = [end]
    while path[-1] != start:
        path.append(reached_from[path[-1]])
    return path[::-1]


#: Members drawn at most: beyond that a picture no longer helps.
MOST = 40


def family_of(instrument_id: str, known: Sequence[Relation]) -> list[Relation]:
    """The relations of all that hangs together with an instrument, nearest first, of at most `MOST` members."""
    near: dict[str, list[Relation]] = defaultdict(list)
    for relation in known:
        near[relation.later].append(relation)
        near[relation.earlier].append(relation)
    members, queue, found = {instrument_id}, deque([instrument_id]), []
    while queue:
        here = queue.popleft()
        for relation in near[here]:
            other = relation.earlier if relation.later == here else relation.later
            if other not in members and len(members) < MOST:
                members.add(other)
                queue.append(other)
            if other in members and relation not in found:
                found.append(relation)
    return found


@dataclass(frozen=True, slots=True)
class Box:
    """A member drawn: its place, what it is called, and whether it is the one the page is about."""

    instrument_id: str
    x: int
    y: int
    text: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relation drawn from the later act down to the earlier one, its words beside the middle."""

    x1: int
    y1: int
    x2: int
    y2: int
    text_x: int
    text_y: int
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


BOX_WIDTH, BOX_HEIGHT = 300, 40
_ACROSS, _DOWN = BOX_WIDTH + 24, BOX_HEIGHT + 56


def picture(shown: str, relations: Sequence[Relation], titles: dict[str, str]) -> Picture | None:
    """The family with the newest acts on top, each row one step of relations; None for an act without relations."""
    if not relations:
        return None
    rows = _rows(relations)
    places = {
        member: (8 + column * _ACROSS, 8 + row * _DOWN)
        for row, members in enumerate(rows)
        for column, member in enumerate(members)
    }
    boxes = tuple(
        Box(member, *place, shortened(titles.get(member, member), BOX_WIDTH - 24, 13), member == shown)
        for member, place in places.items()
    )
    width = max(len(members) for members in rows) * _ACROSS
    return Picture(width, len(rows) * _DOWN - 40, boxes, tuple(_arrow(relation, places) for relation in relations))


def _rows(relations: Sequence[Relation]) -> list[list[str]]:
    """Members by how many relations lie above them at most, each row by id."""
    later_of: dict[str, list[str]] = defaultdict(list)
    for relation in relations:
        later_of[relation.earlier].append(relation.later)
        later_of.setdefault(relation.later, [])
    depth: dict[str, int] = {}

    def deep(member: str) -> int:
        if member not in depth:
            depth[member] = 1 + max((deep(later) for later in later_of[member]), default=-1)
        return depth[member]

    rows: dict[int, list[str]] = defaultdict(list)
    for member in sorted(later_of):
        rows[deep(member)].append(member)
    return [rows[number] for number in sorted(rows)]


def _arrow(relation: Relation, places: dict[str, tuple[int, int]]) -> Arrow:
    (x1, y1), (x2, y2) = places[relation.later], places[relation.earlier]
    x1, x2, y1 = x1 + BOX_WIDTH // 2, x2 + BOX_WIDTH // 2, y1 + BOX_HEIGHT
    words = " ".join(filter(None, (relation.kind.value.replace("_", " "), relation.since)))
    return Arrow(x1, y1, x2, y2 - 6, (x1 + x2) // 2 + 8, (y1 + y2) // 2 + 4, words)
