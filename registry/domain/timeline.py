"""The life of an instrument as a picture: no date is drawn finer than its source states it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.domain.dates import PartialDate, Precision
from registry.domain.drawing import Tick, TimeAxis, rounded, shortened, stacked, text_width

WIDTH, LEFT, RIGHT = 1080, 12, 1048
_ROW, _BAR = 58, 32
_SIZE = 12.5


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: a point, or a hatched stretch where only the month or year is known."""

    label: str
    note: str
    when: PartialDate


@dataclass(frozen=True, slots=True)
class Period:
    """Something that holds: ``start`` None is not stated, ``until`` None is open; ``tone`` 1 to 5."""

    label: str
    start: PartialDate | None
    until: PartialDate | None
    tone: int = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment drawn: a circle at ``x`` where ``width`` is None, else a hatched bar from ``x``."""

    x: float
    y: float
    width: float | None
    text_x: float
    text_y: float
    anchor: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A period drawn: ``solid`` outlines what is certain, ``perhaps`` the stretches that may belong to it."""

    y: float
    tone: int
    solid: str
    perhaps: tuple[tuple[float, float], ...]
    label: str
    text_x: float
    anchor: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    width: int
    height: float
    base: float
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]
    shown_x: float
    shown_anchor: str
    shown_on: dt.date


def timeline(moments: Sequence[Moment], periods: Sequence[Period], shown: dt.date) -> Timeline | None:
    """Lay out moments above and periods below one axis of years; None where nothing is dated."""
    dates = [moment.when for moment in moments]
    dates += [end for period in periods for end in (period.start, period.until) if end]
    if not dates:
        return None
    axis = _axis(dates, shown)
    ordered = sorted(moments, key=lambda moment: moment.when.first)
    marks, rows = _marks(axis, ordered)
    top = 44 + rows * _ROW + (10 if rows else 0)
    bars = tuple(_bar(axis, period, top + n * _BAR) for n, period in enumerate(periods))
    base = top + len(bars) * _BAR + 8
    x = axis.x(shown)
    return Timeline(WIDTH, base + 30, base, axis.ticks(), marks, bars, x, "end" if x > WIDTH / 2 else "start", shown)


def _axis(dates: Iterable[PartialDate], shown: dt.date) -> TimeAxis:
    days = [day for date in dates for day in (date.first, date.last)]
    first, last = min(*days, shown).year, max(*days, shown).year
    return TimeAxis(dt.date(first, 1, 1), dt.date(last + 1, 1, 1), LEFT, RIGHT)


def _marks(axis: TimeAxis, moments: Sequence[Moment]) -> tuple[tuple[Mark, ...], int]:
    """The marks in as few rows as their labels allow, and how many rows that took."""
    extents = [_extent(axis, moment) for moment in moments]
    rows = stacked(extents)
    marks = tuple(_mark(axis, moment, 44 + row * _ROW) for moment, row in zip(moments, rows, strict=True))
    return marks, max(rows, default=-1) + 1


def _label_width(moment: Moment) -> float:
    return max(text_width(moment.label, _SIZE, bold=True), text_width(moment.note, 12))


def _extent(axis: TimeAxis, moment: Moment) -> tuple[float, float]:
    start, wide = axis.x(moment.when.first), _label_width(moment)
    if moment.when.precision is Precision.DAY:
        return (start - 12 - wide, start + 6) if start + 12 + wide > WIDTH else (start - 6, start + 12 + wide)
    return start, min(WIDTH, max(axis.x(moment.when.last), start + wide))


def _mark(axis: TimeAxis, moment: Moment, y: float) -> Mark:
    x = axis.x(moment.when.first)
    if moment.when.precision is Precision.DAY:
        left = x + 12 + _label_width(moment) > WIDTH
        anchor = "end" if left else "start"
        return Mark(x, y + 11, None, x - 12 if left else x + 12, y + 8, anchor, moment.label, moment.note)
    width = rounded(max(4.0, axis.x(moment.when.last) - x))
    text_x = rounded(min(x + 4, WIDTH - _label_width(moment)))
    return Mark(x, y, width, text_x, y + 37, "start", moment.label, moment.note)


def _bar(axis: TimeAxis, period: Period, y: float) -> Bar:
    start = axis.x(period.start.last) if period.start else axis.left
    end = axis.x(period.until.first) if period.until else axis.right
    perhaps = []
    if period.start and period.start.precision is not Precision.DAY:
        perhaps.append((axis.x(period.start.first), start))
    if period.until and period.until.precision is not Precision.DAY:
        perhaps.append((end, axis.x(period.until.last)))
    stretches = tuple((a, rounded(b - a)) for a, b in perhaps if b > a)
    left, right = min([start, *(a for a, _ in perhaps)]), max([end, *(b for _, b in perhaps)])
    outline = _outline(start, end, y, open_end=period.until is None)
    return Bar(y, period.tone, outline, stretches, *_bar_text(period, start, end, left, right))


def _outline(start: float, end: float, y: float, *, open_end: bool) -> str:
    """The path of what is certain; an open end is an arrow. Empty where nothing is."""
    if end <= start:
        return ""
    tip = "l12 11-12 11" if open_end else "v22"
    return f"M{start} {y}H{end}{tip}H{start}Z"


def _bar_text(period: Period, start: float, end: float, left: float, right: float) -> tuple[str, float, str, bool]:
    """Label, its x, its anchor, and whether it stands inside the bar; after or before it where the bar is too short."""
    wide = text_width(period.label, 13, bold=True)
    if end - start >= wide + 16:
        return period.label, start + 10, "start", True
    if right + 20 + wide > WIDTH and left - 10 - wide >= 0:
        return period.label, left - 10, "end", False
    return shortened(period.label, WIDTH - right - 24, 13, bold=True), right + 20, "start", False
