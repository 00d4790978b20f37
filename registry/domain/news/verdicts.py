"""How often officers agreed with the rules: per week, per rule and per source."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an officer said of a flag. ``rules`` are those that spoke for it, ``right`` whether it was a change."""

    decided_on: dt.date
    source: str
    rules: tuple[str, ...]
    right: bool

    @property
    def week(self) -> str:
        """The Monday of its week, ISO."""
        return (self.decided_on - dt.timedelta(days=self.decided_on.weekday())).isoformat()


@dataclass(frozen=True, slots=True)
class Share:
    """How many of ``of`` flags were right."""

    name: str
    right: int
    of: int

    @property
    def percent(self) -> int:
        return round(100 * self.right / self.of) if self.of else 0

    @property
    def interval(self) -> tuple[int, int]:
        """The 95 % interval in percent."""
        low, high = wilson(self.right, self.of)
        return round(100 * low), round(100 * high)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's score."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle, width = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - width) / (1 + z * z / of)), min(1.0, (middle + width) / (1 + z * z / of))


def shares(verdicts: Iterable[Verdict], names: Callable[[Verdict], Iterable[str]]) -> list[Share]:
    """Right and all verdicts by name, the most frequent name first."""
    counts: dict[str, list[int]] = {}
    for verdict in verdicts:
        for name in names(verdict):
            count = counts.setdefault(name, [0, 0])
            count[0] += verdict.right
            count[1] += 1
    found = [Share(name, right, of) for name, (right, of) in counts.items()]
    return sorted(found, key=lambda share: (-share.of, share.name))
