"""Geometry that several pictures share: drill cores, share bars, a time axis, labels that do not collide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

LEVELS = 5
#: Patterns of origins, from the largest share down; what comes after them is drawn as one "others" part.
PATTERNS = ("o1", "o2", "o3", "o4", "o5", "o6")
OTHERS = "others"
UNKNOWN = "unknown"


def rounded(value: float) -> float:
    """A coordinate with one decimal: a tenth of a pixel is finer than any screen shows."""
    return round(value + 0.0, 1)


# --- drill core


class Step(StrEnum):
    ON = "on"
    MAYBE = "maybe"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CoreStep:
    """One of the five steps of a drill core, 11 by 36 units, counted from the bottom."""

    y: float
    state: Step


def drill_core(low: int | None, high: int | None) -> tuple[CoreStep, ...]:
    """Steps filled up to ``low``, hatched up to ``high``; nothing is filled where the level is unknown."""
    sure, possible = low or 0, high or low or 0
    states = (Step.ON if n <= sure else Step.MAYBE if n <= possible else Step.OFF for n in range(1, LEVELS + 1))
    return tuple(CoreStep(29 - 7.25 * n, state) for n, state in enumerate(states))


# --- share bar


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: ``share`` between 0 and 1, ``pattern`` names how it is painted."""

    label: str
    share: Decimal
    pattern: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a share bar: ``x`` and ``width`` in per cent of the bar; a ``sliver`` is drawn two pixels wide."""

    label: str
    pattern: str
    x: float
    width: float
    sliver: bool
    at_end: bool


SLIVER = Decimal("0.005")


def paint(shares: Sequence[tuple[str, Decimal | None, bool]]) -> tuple[Share, ...]:
    """Give each (label, share, is unknown) its pattern: the largest first, what is left lumped, unknown last."""
    known = sorted(((label, share) for label, share, unknown in shares if share and not unknown), key=lambda p: -p[1])
    painted = [Share(label, share, name) for (label, share), name in zip(known, PATTERNS, strict=False)]
    rest = known[len(PATTERNS) :]
    if rest:
        painted.append(Share(f"{len(rest)} others", sum((share for _, share in rest), Decimal(0)), OTHERS))
    unknown = sum((share for _, share, is_unknown in shares if share and is_unknown), Decimal(0))
    return (*painted, Share("unknown", unknown, UNKNOWN)) if unknown else tuple(painted)


def share_bar(shares: Iterable[Share]) -> tuple[Part, ...]:
    """Lay parts side by side; the widths are the true shares, and a part too thin to be seen is marked a sliver."""
    parts, x = [], Decimal(0)
    for one in shares:
        end = x + one.share
        sliver = one.share < SLIVER
        parts.append(
            Part(one.label, one.pattern, float(x * 100), float(one.share * 100), sliver, sliver and end > 1 - SLIVER)
        )
        x = end
    return tuple(sorted(parts, key=lambda part: part.sliver))


# --- text and rows


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is, in the units of its size; a little too wide rather than too narrow."""
    return len(text) * size * (0.6 if bold else 0.54)


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than ``width``."""
    if text_width(text, size, bold=bold) <= width:
        return text
    fits = max(1, int(width / text_width("m", size, bold=bold)) - 1)
    return text[:fits].rstrip(" ,.;:") + "…"


def stacked(extents: Sequence[tuple[float, float]], gap: float = 12) -> tuple[int, ...]:
    """For each (from, to) the first row, counted from 0, where it touches none placed before it."""
    ends: list[float] = []
    rows = []
    for start, end in extents:
        row = next((n for n, taken in enumerate(ends) if taken + gap <= start), len(ends))
        ends[row : row + 1] = [end]
        rows.append(row)
    return tuple(rows)


# --- time


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days from ``first`` to ``last`` laid on ``left`` to ``right``; days outside are drawn at the ends."""

    first: dt.date
    last: dt.date
    left: float
    right: float

    def x(self, day: dt.date) -> float:
        span = max(1, (self.last - self.first).days)
        part = (day - self.first).days / span
        return rounded(self.left + (self.right - self.left) * min(1.0, max(0.0, part)))

    def ticks(self, most: int = 9) -> tuple[Tick, ...]:
        """Beginnings of months, quarters or years, whichever gives at most ``most`` of them."""
        starts = next(
            starts for months in (1, 3, 6, 12, 24, 60, 120, 600) if len(starts := self._starts(months)) <= most
        )
        return tuple(Tick(self.x(day), _tick_label(day, is_first=n == 0)) for n, day in enumerate(starts))

    def _starts(self, months: int) -> list[dt.date]:
        count = -(-(self.first.year * 12 + self.first.month - (self.first.day == 1)) // months) * months
        days = []
        while (day := dt.date(count // 12, count % 12 + 1, 1)) <= self.last:
            days.append(day)
            count += months
        return days


def _tick_label(day: dt.date, *, is_first: bool) -> str:
    if day.month == 1:
        return f"{day:%Y}" if not is_first else f"{day:%b %Y}"
    return f"{day:%b %Y}" if is_first else f"{day:%b}"
