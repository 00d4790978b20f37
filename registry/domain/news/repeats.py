"""The same step told twice: slots are compared first, wording second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from registry.domain.news import acts
from registry.domain.news.items import Classification

#: Days after which a report is no longer the echo of an earlier one; longer where both name the act.
_NEAR, _NEAR_BY_ACT = 8, 21
_ALIKE = 90.0
#: Stages that reports of one and the same step are read as.
_ONE_STEP = (
    {"adopted", "announced", "in_force", "amended"},
    {"suspended", "repealed", "amended"},
    {"expired", "repealed"},
    {"signed", "adopted", "announced"},
)


@dataclass(frozen=True, slots=True)
class Story:
    """A flagged item that later ones are compared with."""

    result: Classification
    title: str
    published: dt.datetime | None


def find(result: Classification, title: str, published: dt.datetime | None, earlier: Sequence[Story]) -> Story | None:
    """The earliest story of the same step, or None."""
    return next((story for story in earlier if _same(result, title, published, story)), None)


def _same(result: Classification, title: str, published: dt.datetime | None, story: Story) -> bool:
    first = story.result
    if not set(result.countries) & set(first.countries) or not _share(result.minerals, first.minerals):
        return False
    days = _days(published, story.published)
    if acts.agree(result.acts, first.acts):
        return days <= _NEAR_BY_ACT and _one_step(result, first, published)
    if result.acts and first.acts and _contradict(result.acts, first.acts):
        return False
    if days > _NEAR or not _one_step(result, first, published):
        return False
    if result.measure == first.measure:
        return _dates_agree(result.effective, first.effective) and _numbers_agree(result.numbers, first.numbers)
    same_day = bool(result.effective) and result.effective == first.effective
    return (same_day and days <= 4) or (days <= 4 and fuzz.token_set_ratio(title, story.title) >= _ALIKE)


def _share(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool(set(one) & set(other)) or not one or not other


def _days(one: dt.datetime | None, other: dt.datetime | None) -> float:
    return abs((one - other).total_seconds()) / 86400 if one and other else 0.0


def _contradict(one: Sequence[str], other: Sequence[str]) -> bool:
    """Both give a number with its year, and none agrees: two acts."""
    return all("/" in number for number in (*one, *other))


def _one_step(result: Classification, first: Classification, published: dt.datetime | None) -> bool:
    """A later stage is news: what was adopted and now takes force, what was proposed and is now law."""
    one, other = result.change_kind, first.change_kind
    if one == other:
        return True
    taken = one == "in_force" and other in ("adopted", "announced")
    if taken and published and first.effective and first.effective <= published.date().isoformat():
        return False
    return any(one in group and other in group for group in _ONE_STEP)


def _dates_agree(one: str | None, other: str | None) -> bool:
    return not one or not other or one.startswith(other) or other.startswith(one)


def _numbers_agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Rates and tonnages: where both name some, they must share one."""
    return not one or not other or bool(set(one) & set(other))
