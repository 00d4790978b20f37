"""Levels over time as known at an instant: worked out at each date that the evidence names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from registry.domain.dates import PartialDate
from registry.models import Country
from scoring.domain.card import Card, score
from scoring.domain.drawing import LevelSpan
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Domain, Methodology

_A_DAY = dt.timedelta(days=1)


class ByContent:
    """Evidence and rules that are equal where their content is, so that they can be a key."""

    def __init__(self, evidence: Evidence, rules: Methodology) -> None:
        self.evidence, self.rules = evidence, rules
        self.fingerprint = evidence.fingerprint, repr(rules)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByContent) and self.fingerprint == other.fingerprint


def level_spans(evidence: Evidence, until: dt.date, rules: Methodology) -> Mapping[tuple[str, Domain], list[LevelSpan]]:
    """For each country and domain the levels it had, oldest first, up to a day; days without evidence are left out."""
    spans: dict[tuple[str, Domain], list[LevelSpan]] = {}
    for card in cards_over_time(evidence, until, rules):
        for country in card.countries:
            for cell in country.domains:
                key = country.country, cell.domain
                _extend(spans.setdefault(key, []), card.on, cell.low, cell.high)
    return spans


def _extend(spans: list[LevelSpan], on: dt.date, low: int | None, high: int | None) -> None:
    last = spans[-1] if spans else None
    if last and last.until is None and (last.low, last.high) == (low, high):
        return
    if last and last.until is None:
        spans[-1] = LevelSpan(last.since, on, last.low, last.high)
    if low is not None and high is not None:
        spans.append(LevelSpan(on, None, low, high))


def cards_over_time(evidence: Evidence, until: dt.date, rules: Methodology) -> Sequence[Card]:
    """Cards of the days on which anything begins or ends, up to a day, oldest first."""
    return _cards(ByContent(evidence, rules), until)


@lru_cache(maxsize=4)
def _cards(known: ByContent, until: dt.date) -> Sequence[Card]:
    cards = []
    joined = Country.objects.exclude(asean_from=None).values_list("code", "asean_from", "asean_until")
    for day in sorted({day for day in days_of(known.evidence) if day < until} | {until}):
        members = [code for code, start, end in joined if start and start <= day and (end is None or day <= end)]
        cards.append(score(known.evidence, known.rules, day, members))
    return tuple(cards)


def days_of(evidence: Evidence) -> Iterator[dt.date]:
    """Every day from which an answer may differ from that of the day before."""
    for fact in evidence.facts:
        yield from _ends(fact.valid_from, fact.valid_until)
    for instrument in evidence.instruments:
        for event in instrument.events:
            yield from _ends(event.since, None)
        yield from _ends(None, instrument.until)
        for measure in instrument.measures:
            yield from _ends(measure.start, measure.until)


def _ends(start: PartialDate | None, until: PartialDate | None) -> Iterator[dt.date]:
    """The days from which the answer may differ: first and last meaning of a start, the days after those of an end."""
    if start:
        yield from (start.first, start.last)
    if until and until.last < dt.date.max:
        yield from (until.first + _A_DAY, until.last + _A_DAY)
