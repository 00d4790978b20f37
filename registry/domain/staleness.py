"""Facts that are due to be looked at again: how old they are by their source, against the interval of their kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.domain.dates import PartialDate
from registry.domain.facts import Fact

_DATE = re.compile(r"(?<!\d)\d{4}(?:-\d{2}(?:-\d{2})?)?(?!\d)")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Intervals:
    """Months by the beginning of a kind's name; ``default`` for all other kinds; ``never``: kinds that stay true."""

    kinds: Mapping[str, int]
    default: int
    never: Sequence[str] = ()

    def months(self, kind: str) -> int | None:
        """Months after which a fact of a kind is due; None: never."""
        if kind in self.never:
            return None
        fitting = [name for name in self.kinds if kind == name or kind.startswith(f"{name}_")]
        return self.kinds[max(fitting, key=len)] if fitting else self.default


def as_of(fact: Fact, source_date: str) -> PartialDate | None:
    """The time a fact is of: the end of the period that its source states, else the source's day; None: unknown."""
    stated = fact.period.value if fact.period.value and fact.period.basis == "stated" else ""
    for text in (stated, source_date):
        if found := _DATE.findall(text or ""):
            try:
                return PartialDate.parse(found[-1])
            except ValueError:  # such as 2024-13: no date, whatever it looks like
                continue
    return None


def months_over(known: PartialDate, months: int, year: int, month: int) -> int:
    """How many months the interval is over in a month of a year; 0 or less while it lasts."""
    return (year - known.last.year) * _MONTHS + month - known.last.month - months
