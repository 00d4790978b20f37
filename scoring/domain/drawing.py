"""Pictures of scores: the mean as fifths, the members placed as on a map, levels over time with their causes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from registry.domain.drawing import (
    LEVELS,
    CoreStep,
    Tick,
    TimeAxis,
    drill_core,
    rounded,
    shortened,
    stacked,
    text_width,
)

# --- the mean of a country


@dataclass(frozen=True, slots=True)
class Fifth:
    """One of five boxes of 11 by 9 units, filled for ``width`` units from its left edge."""

    x: float
    width: float


def fifths(overall: Fraction | Decimal | None) -> tuple[Fifth, ...]:
    value = float(overall or 0)
    return tuple(Fifth(13 * n + 0.5, rounded(11 * min(1.0, max(0.0, value - n)))) for n in range(LEVELS))


# --- the map of tiles

#: Left upper corners of the members' tiles, 81 by 88 units, placed as on a map.
TILES = {
    "MM": (2.0, 2.0),
    "LA": (87.0, 2.0),
    "VN": (172.0, 2.0),
    "TH": (44.5, 95.0),
    "KH": (129.5, 95.0),
    "PH": (299.5, 95.0),
    "MY": (87.0, 188.0),
    "BN": (172.0, 188.0),
    "SG": (78.5, 281.0),
    "ID": (163.5, 281.0),
    "TL": (248.5, 281.0),
}


@dataclass(frozen=True, slots=True)
class TileStep:
    x: float
    y: float
    level: int | None
    maybe: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a member stands on the map; its drill cores and their letters, from the tile's own corner."""

    x: float
    y: float
    steps: tuple[TileStep, ...]
    letters: tuple[float, ...]


def tile(code: str, levels: Sequence[tuple[int | None, int | None]]) -> Tile | None:
    """Draw a member's cores from its (low, high) a domain; None for a member without a place on the map."""
    if code not in TILES:
        return None
    x, y = TILES[code]
    steps = [
        _tile_step(8 + 14 * n, step, low)
        for n, (low, high) in enumerate(levels)
        for step in enumerate(drill_core(low, high))
    ]
    return Tile(x, y, tuple(steps), tuple(rounded(13.7 + 14 * n) for n in range(len(levels))))


def _tile_step(x: float, step: tuple[int, CoreStep], low: int | None) -> TileStep:
    n, core = step
    level = low if core.state == "on" else None
    return TileStep(rounded(x), rounded(64 - 8.6 * n), level, core.state == "maybe")


# --- levels over time


@dataclass(frozen=True, slots=True)
class LevelSpan:
    """A level, or a range the facts do not decide, from a day until the day before ``until`` (None: still)."""

    since: dt.date
    until: dt.date | None
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that happened on a day; ``moved``: it moved a level."""

    on: dt.date
    label: str
    note: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One domain's line: paths of what is decided, boxes of ranges, and its last level as text."""

    name: str
    y: float
    grid: tuple[float, ...]
    paths: tuple[tuple[str, bool], ...]
    ranges: tuple[tuple[float, float, float, float], ...]
    end_text: str
    end_y: float
    moved: bool


@dataclass(frozen=True, slots=True)
class CauseMark:
    x: float
    text_x: float
    text_y: float
    anchor: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class StepChart:
    width: int
    height: float
    axis_y: float
    grid_left: float
    blank_width: float
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    causes: tuple[CauseMark, ...]

    @property
    def blank_height(self) -> float:
        return self.axis_y - 40


WIDTH, LEFT, RIGHT = 1080, 104, 1000
_TOP, _PITCH, _STEP = 44, 76, 13
_LABEL = 12.5


def step_chart(
    lines: Sequence[tuple[str, Sequence[LevelSpan]]], causes: Sequence[Cause], first: dt.date, last: dt.date
) -> StepChart | None:
    """Draw one step line a domain from ``first`` to ``last``; None where no domain ever had a level.

    Days before the first level are left blank (and hatched by the template): no facts are dated earlier.
    """
    starts = [span.since for _, spans in lines for span in spans]
    if not starts:
        return None
    axis = TimeAxis(min(first, *starts), last, LEFT, RIGHT)
    known = axis.x(min(starts))
    steps = [pair for _, spans in lines for pair in pairwise(spans)]
    newest = max((after.since for before, after in steps if before.low == before.high), default=None)
    drawn = tuple(_line(axis, name, spans, _TOP + n * _PITCH, newest) for n, (name, spans) in enumerate(lines))
    axis_y = _TOP + len(lines) * _PITCH - 10
    marks, rows = _causes(axis, sorted(causes, key=lambda cause: cause.on), axis_y)
    height = axis_y + 16 + 38 * max(1, rows)
    return StepChart(WIDTH, height, axis_y, known, rounded(known - LEFT), axis.ticks(7), drawn, marks)


def _level_y(top: float, level: int) -> float:
    return top + (LEVELS - level) * _STEP


def _line(axis: TimeAxis, name: str, spans: Sequence[LevelSpan], top: float, newest: dt.date | None) -> Line:
    """One domain's line. Only the newest step of the whole chart stands out; earlier ones are history."""
    paths, ranges = [], []
    before: LevelSpan | None = None
    for span in spans:
        x, end = axis.x(span.since), axis.x(span.until or axis.last)
        y, high = _level_y(top, span.low), _level_y(top, span.high)
        if span.low != span.high:
            ranges.append((x, high, rounded(end - x), rounded(y - high)))
        else:
            rise = f"{_level_y(top, before.low)}V{y}" if before and before.low == before.high else f"{y}"
            paths.append((f"M{x} {rise}H{end}", span.since == newest and rise != f"{y}"))
        before = span
    grid = tuple(_level_y(top, level) for level in range(1, LEVELS + 1))
    moved = bool(paths) and paths[-1][1]
    return Line(name, top, grid, tuple(paths), tuple(ranges), *_end(spans, top), moved)


def _end(spans: Sequence[LevelSpan], top: float) -> tuple[str, float]:
    if not spans:
        return "", top
    last = spans[-1]
    text = str(last.low) if last.low == last.high else f"{last.low}–{last.high}"
    return text, rounded((_level_y(top, last.low) + _level_y(top, last.high)) / 2 + 6)


def _causes(axis: TimeAxis, causes: Sequence[Cause], axis_y: float) -> tuple[tuple[CauseMark, ...], int]:
    short = [Cause(c.on, shortened(c.label, 330, _LABEL), shortened(c.note, 330, 12), c.moved) for c in causes]
    extents = []
    for cause in short:
        x, wide = axis.x(cause.on), max(text_width(cause.label, _LABEL), text_width(cause.note, 12))
        extents.append((x + 6 - wide, x + 6) if x + wide > WIDTH else (x - 6, x - 6 + wide))
    rows = stacked(extents)
    marks = tuple(
        CauseMark(
            axis.x(cause.on),
            rounded(end if end == axis.x(cause.on) + 6 else start),
            axis_y + 24 + 38 * row,
            "end" if end == axis.x(cause.on) + 6 else "start",
            cause,
        )
        for cause, (start, end), row in zip(short, extents, rows, strict=True)
    )
    return marks, max(rows, default=-1) + 1
