"""The first day on which a change has legal effect, chosen among the days of an item by the kind of change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from registry.domain.news.dates import AT_ONCE, RELATIVE_DAYS, Day
from registry.domain.news.text import Zone

_ZONE = {Zone.TITLE: 0.3, Zone.LEAD: 0.2, Zone.BODY: 0.0}


@dataclass(frozen=True, slots=True)
class Effective:
    """The day chosen (ISO at the text's precision), where it was said, and whether as a day of effect (``stated``)."""

    value: str | None
    day: Day | None = None
    stated: bool = False


def choose(kind: str, measure: str, days: Sequence[Day], today: dt.date | None) -> Effective:
    """Pick the effective day for a change of ``kind``; None where the text does not tell it."""
    if kind == "extended":
        return _best(days, {"end": 2.0}, today, later=True)
    if kind == "expired":
        return _best(days, {"over": 2.0, "end": 1.5, "": 1.0, "start": 0.5}, today)
    if kind == "signed":
        return _signed(days, today)
    if kind == "enforced":
        return _enforced(days, today)
    if kind == "proposed":
        return _best([day for day in days if day.word not in AT_ONCE], {"start": 2.0}, today)
    return _at_once(days, today) or _start(kind, days, today)


def _start(kind: str, days: Sequence[Day], today: dt.date | None) -> Effective:
    weights = {"start": 2.0, "started": 2.0, "": 1.0}
    if kind == "repealed":
        weights |= {"over": 1.8, "end": 1.2}
    usable = [day for day in days if day.role or _is_ahead(day, today) or day.word in RELATIVE_DAYS]
    return _best([day for day in usable if day.word not in AT_ONCE and not _bare_today(day)], weights, today)


def _bare_today(day: Day) -> bool:
    return day.weekday and not day.role


def _is_ahead(day: Day, today: dt.date | None) -> bool:
    return today is not None and day.value[:4] >= str(today.year) and (day.precision < 10 or day.first >= today)


def _best(days: Sequence[Day], weights: dict[str, float], today: dt.date | None, *, later: bool = False) -> Effective:
    """The day whose role weighs most; then the finer one, the earlier said, or (``later``) the last in time."""
    scored = [
        (weights[day.role] + _ZONE[day.sentence.zone] + 0.06 * day.precision, day)
        for day in days
        if day.role in weights
    ]
    if not scored:
        return Effective(None)
    if later:
        last = max(day.value[:4] for _, day in scored)
        scored = [(score, day) for score, day in scored if day.value[:4] == last]
    _, day = max(scored, key=lambda pair: pair[0])
    return Effective(day.value, day, stated=day.role in ("start", "started", "end", "over"))


def _at_once(days: Sequence[Day], today: dt.date | None) -> Effective | None:
    """Immediately, on signing, on printing, the day after: from the day of that, if it is told."""
    day = next((day for day in days if day.word in AT_ONCE), None)
    if day is None or today is None:
        return None
    issued = [other for other in days if other.role == "issued" and not other.word and other.precision == 10]
    if not issued:
        return Effective(
            today.isoformat() if day.word == "immediately" else None, day, stated=day.word == "immediately"
        )
    after = 1 if day.word == "day_after_print" else 0
    return Effective((issued[-1].first + dt.timedelta(days=after)).isoformat(), day, stated=True)


def _signed(days: Sequence[Day], today: dt.date | None) -> Effective:
    past = [d for d in days if today is None or (d.precision == 10 and d.first <= today)]
    found = _best(past, {"issued": 2.0, "": 1.0, "started": 0.5, "start": 0.5}, today)
    return found if found.value or today is None else Effective(today.isoformat())


def _enforced(days: Sequence[Day], today: dt.date | None) -> Effective:
    at_once = _at_once(days, today)
    if at_once and at_once.value:
        return at_once
    return _best(
        [day for day in days if day.precision == 10], {"start": 2.2, "started": 2.2, "issued": 1.8, "": 1.0}, today
    )
