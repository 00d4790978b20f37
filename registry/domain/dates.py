"""Dates that are no finer than their source: known to the day, the month or the year."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Basis(StrEnum):
    """Where a date comes from."""

    STATED = "stated"
    INFERRED = "inferred"
    SOURCE_DATE = "source_date"
    OUTSIDE_PAPER = "outside_paper"


class Certainty(StrEnum):
    """Whether something holds on a day, as far as imprecise dates allow one to say."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month or a year, with the basis on which it is known.

    ``first`` is the first day it may mean, ``last`` the last one.
    """

    first: dt.date
    precision: Precision = Precision.DAY
    basis: Basis = Basis.STATED

    @classmethod
    def parse(cls, text: str, basis: Basis = Basis.STATED) -> PartialDate:
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; raise ValueError otherwise."""
        return _parsed(text, basis)

    @property
    def last(self) -> dt.date:
        if self.precision is Precision.DAY:
            return self.first
        if self.precision is Precision.MONTH:
            return _last_of_month(self.first)
        return dt.date(self.first.year, 12, 31)

    def to_json(self) -> dict[str, str]:
        """Plain JSON; the length of the text is the precision."""
        return {"date": str(self), "basis": self.basis.value}

    @classmethod
    def from_json(cls, plain: Mapping[str, str]) -> PartialDate:
        return cls.parse(plain["date"], Basis(plain["basis"]))

    def __str__(self) -> str:
        length = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}[self.precision]
        return self.first.isoformat()[:length]


# Few dates, read for many facts: the same one is shared.
@lru_cache(maxsize=4096)
def _parsed(text: str, basis: Basis) -> PartialDate:
    parts = text.split("-")
    if not all(part.isdigit() for part in parts) or [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        raise ValueError(f"'{text}' is no date: write YYYY-MM-DD, YYYY-MM or YYYY")
    precision = (Precision.YEAR, Precision.MONTH, Precision.DAY)[len(parts) - 1]
    year, month, day = (*map(int, parts), 1, 1)[:3]
    return PartialDate(dt.date(year, month, day), precision, basis)


@lru_cache(maxsize=4096)
def _last_of_month(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def holds(on: dt.date, start: PartialDate | None, until: PartialDate | None) -> Certainty:
    """Whether a period holds on a day; both its ends belong to it, a missing end is open.

    Certain only from the last day its start may mean to the first day its end may mean.
    """
    after_certain = start is None or start.last <= on
    before_certain = until is None or on <= until.first
    if after_certain and before_certain:
        return Certainty.YES
    possible = (start is None or start.first <= on) and (until is None or on <= until.last)
    return Certainty.PERHAPS if possible else Certainty.NO
