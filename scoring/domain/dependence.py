"""How much of a country's minerals hangs on others: where exports go, who owns a stage, what leaves unprocessed.

Bounds, never guesses: what no source states is left open between the least and the most it can be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from registry.domain.dates import Certainty
from registry.domain.facts import Fact
from scoring.domain.inputs import Evidence, Kind

_WHOLE = Decimal(100)
#: Destinations that are looked at one by one at most; smaller ones count as the rest.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """Percent or index points: at least ``low``, at most ``high``."""

    low: Decimal
    high: Decimal

    @property
    def text(self) -> str:
        return f"{self.low:,.0f}" if self.low == self.high else f"{self.low:,.0f} to {self.high:,.0f}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a country (or of countries together) and a mineral.

    ``name`` is concentration (Herfindahl-Hirschman index of destinations, 0 to 10,000), foreign_ownership
    (percent of a stage) or unprocessed (percent of what is mined that leaves unprocessed). ``bounds`` None: only words.
    """

    name: str
    countries: tuple[str, ...]
    mineral: str | None
    stage: str | None
    bounds: Bounds | None
    words: str
    facts: tuple[str, ...]


def indicators(evidence: Evidence, on: dt.date) -> tuple[Indicator, ...]:
    """Every indicator that facts of the day allow, in order of name, countries and mineral."""
    held = [fact for fact in evidence.facts if fact.holds_on(on) is Certainty.YES]
    found = [*_concentrations(held), *_ownership(held), *_unprocessed(held)]
    return tuple(sorted(found, key=lambda each: (each.name, each.countries, each.mineral or "", each.stage or "")))


# --- concentration of destinations


def concentration(shares: Sequence[Bounds]) -> Bounds:
    """The index over shares known within bounds, in percent, the rest being unknown.

    At least: the rest is spread over so many that it adds nothing. At most: the rest goes where it adds most, to a
    named destination up to its bound or to one that is not named. On 0 to 10,000.
    """
    least = sum((share.low**2 for share in shares), Decimal(0))
    return Bounds(least, max(_fillings([*shares, Bounds(Decimal(0), _WHOLE)])))


def _fillings(shares: Sequence[Bounds]) -> Iterator[Decimal]:
    """The index at each corner of what the bounds allow: all at a bound but one, which takes what is left."""
    for free in range(len(shares)):
        others = [share for n, share in enumerate(shares) if n != free]
        for chosen in product(*((share.low, share.high) for share in others)):
            rest = _WHOLE - sum(chosen, Decimal(0))
            if shares[free].low <= rest <= shares[free].high:
                yield sum((each**2 for each in chosen), rest**2)


def _concentrations(facts: Sequence[Fact]) -> Iterator[Indicator]:
    grouped: dict[tuple[tuple[str, ...], str | None], list[Fact]] = {}
    for fact in facts:
        if fact.kind == "export_destination_share" and fact.is_figure and fact.counterpart:
            grouped.setdefault((_countries(fact), fact.subject.mineral), []).append(fact)
    for (countries, mineral), group in grouped.items():
        newest = {fact.counterpart: fact for fact in sorted(group, key=lambda fact: fact.fact_id)}
        shares = [_share(fact) for fact in newest.values()][:_MOST]
        if sum((share.low for share in shares), Decimal(0)) <= _WHOLE:
            words = ", ".join(f"{fact.text.replace(' percent', ' %')} to {to}" for to, fact in newest.items())
            ids = tuple(sorted(fact.fact_id for fact in newest.values()))
            yield Indicator("concentration", countries, mineral, None, concentration(shares), words, ids)


def _countries(fact: Fact) -> tuple[str, ...]:
    return fact.countries or ((fact.subject.country,) if fact.subject.country else ())


def _share(fact: Fact) -> Bounds:
    low = fact.low if fact.low is not None else Decimal(0)
    return Bounds(low, fact.high if fact.high is not None else _WHOLE)


# --- ownership and what leaves unprocessed


def _ownership(facts: Sequence[Fact]) -> Iterator[Indicator]:
    """Foreign ownership by stage: the figure where a source prints one, else its word."""
    for key, group in _by_subject(facts, Kind.OWNER):
        figures = [fact for fact in group if fact.is_figure]
        chosen = figures[-1:] or group
        bounds = _share(figures[-1]) if figures else None
        yield _indicator("foreign_ownership", key, bounds, chosen)


def _unprocessed(facts: Sequence[Fact]) -> Iterator[Indicator]:
    """What is not processed at home leaves unprocessed."""
    for key, group in _by_subject(facts, Kind.COVERAGE):
        figures = [fact for fact in group if fact.is_figure]
        chosen = figures[-1:] or group
        share = _share(figures[-1]) if figures else None
        bounds = Bounds(_WHOLE - share.high, _WHOLE - share.low) if share else None
        yield _indicator("unprocessed", key, bounds, chosen)


_Key = tuple[str, str | None, str | None]


def _by_subject(facts: Sequence[Fact], kind: Kind) -> Iterator[tuple[_Key, list[Fact]]]:
    grouped: dict[_Key, list[Fact]] = {}
    for fact in sorted(
        facts, key=lambda fact: (fact.valid_from.last if fact.valid_from else dt.date.min, fact.fact_id)
    ):
        if fact.kind == kind and fact.subject.country:
            key = fact.subject.country, fact.subject.mineral, fact.subject.stage
            grouped.setdefault(key, []).append(fact)
    yield from grouped.items()


def _indicator(name: str, key: _Key, bounds: Bounds | None, facts: Sequence[Fact]) -> Indicator:
    country, mineral, stage = key
    words = "; ".join(dict.fromkeys(fact.text for fact in facts))
    ids = tuple(sorted(fact.fact_id for fact in facts))
    return Indicator(name, (country,), mineral, stage, bounds, words, ids)
