"""Which act on record a flag seems to be about: by its number, else by what it does, to what, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from registry.domain.news import acts, text

#: Days between a day that the news tells and one on record that may be the same step.
_NEAR = dt.timedelta(days=31)
MOST = 5


@dataclass(frozen=True, slots=True)
class OnRecord:
    """An act on record: texts that may hold its number, what its measures are, and its days (ISO, any precision)."""

    key: int
    names: tuple[str, ...]
    measures: frozenset[str]
    minerals: frozenset[str]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a flag tells: the texts it was raised on, and its slots."""

    title: str
    summary: str
    measure: str
    minerals: frozenset[str]
    effective: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An act on record and the words that say why it may be meant."""

    key: int
    why: str
    by_number: bool


def suggest(told: Told, records: Sequence[OnRecord]) -> list[Suggestion]:
    """The acts that may be meant, those named by number first; at most five, none where nothing speaks for one."""
    cited = acts.find(text.sentences(told.title, told.summary))
    found = [s for record in records if (s := _by_number(cited, record))]
    numbered = {suggestion.key for suggestion in found}
    rest = sorted(
        (pair for r in records if r.key not in numbered and (pair := _by_slots(told, r))), key=lambda p: -p[0]
    )
    return [*found, *(suggestion for _, suggestion in rest)][:MOST]


def _by_number(cited: Sequence[acts.Act], record: OnRecord) -> Suggestion | None:
    own = [act for name in record.names for act in acts.named(name)]
    same = next((act for act in cited if any(acts.is_same(act, other) for other in own)), None)
    return Suggestion(record.key, f"the news names its number, {same.text.strip()}", by_number=True) if same else None


def _by_slots(told: Told, record: OnRecord) -> tuple[int, Suggestion] | None:
    measure = bool(told.measure) and told.measure in record.measures
    minerals = bool(told.minerals & record.minerals)
    day = any(_near(told.effective, day) for day in record.days)
    if not (measure or minerals):
        return None
    said = [words for words, holds in (("measure", measure), ("mineral", minerals), ("day", day)) if holds]
    return 4 * measure + 2 * minerals + day, Suggestion(record.key, f"the same {_list(said)}", by_number=False)


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _near(one: str, other: str) -> bool:
    """Whether two days are a month apart or less; those known to the month or year agree where one holds the other."""
    if not one or not other:
        return False
    if len(one) < 10 or len(other) < 10:
        return one.startswith(other) or other.startswith(one)
    return abs(dt.date.fromisoformat(one) - dt.date.fromisoformat(other)) <= _NEAR
