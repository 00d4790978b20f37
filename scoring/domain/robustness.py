"""How far ranks move when what is behind the mean moves: weights, the way to join domains, other readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import mul
from typing import Any

from scoring.domain.card import Card
from scoring.domain.methodology import Domain, Methodology

Levels = Mapping[str, Mapping[Domain, int]]
Weights = Mapping[Domain, Fraction]
Range = tuple[int, int]

_SHIFTS = (Fraction(3, 4), Fraction(1), Fraction(5, 4))
#: Free weights are tried on a grid of this many steps, ends included: every corner, edge and 1/40 between.
_GRID = 40


@dataclass(frozen=True, slots=True)
class Bounded:
    """A cell that the paper's prose does not fix: the levels it allows, with the words that pull either way."""

    country: str
    domain: Domain
    levels: Range
    section: str
    lower: str
    upper: str

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Bounded:
        low, high = raw["levels"]
        named = raw["country"], Domain(raw["domain"]), (low, high)
        return cls(*named, str(raw["section"]), raw["lower"], raw["upper"])


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Best and worst rank of a country under each kind of change; ranks where only one answer is possible."""

    country: str
    rank: int
    quarter: Range
    free: Range
    readings: Range
    bounded: Range
    geometric: int
    weakest: int


def levels_of(card: Card) -> Levels:
    """The levels of the countries that are ranked."""
    return {
        country.country: {each.domain: each.level for each in country.domains if each.level is not None}
        for country in card.countries
        if country.overall is not None
    }


def rank_ranges(card: Card, methodology: Methodology) -> dict[str, Range]:
    """Best and worst rank of each ranked country over the official weights and each moved by a quarter."""
    levels = levels_of(card)
    return _ranges(levels, (ranks(levels, weighted(weights)) for weights in _quarter(methodology)))


def free_ranges(card: Card) -> dict[str, Range]:
    """Best and worst rank of each ranked country under any weights at all."""
    levels = levels_of(card)
    return _ranges(levels, (ranks(levels, weighted(weights)) for weights in free_weights()))


def bounded_levels(levels: Levels, bounded: Iterable[Bounded]) -> Iterator[Levels]:
    """The levels with every combination of those that the prose allows, each once. A cell that stands outside its
    bounds has moved since the paper and is left as it is, as is one that is not ranked."""
    cells = [
        each
        for each in bounded
        if each.country in levels and each.levels[0] <= levels[each.country][each.domain] <= each.levels[1]
    ]
    for chosen in product(*(range(each.levels[0], each.levels[1] + 1) for each in cells)):
        other = {code: dict(own) for code, own in levels.items()}
        for cell, level in zip(cells, chosen, strict=True):
            other[cell.country][cell.domain] = level
        yield other


def bounded_ranges(card: Card, methodology: Methodology, bounded: Iterable[Bounded]) -> dict[str, Range]:
    """Best and worst rank of each ranked country over all combinations of the bounded cells."""
    levels, value = levels_of(card), weighted({d: Fraction(methodology.weights[d]) for d in Domain})
    return _ranges(levels, (ranks(other, value) for other in bounded_levels(levels, bounded)))


def sensitivity(
    card: Card, methodology: Methodology, others: Iterable[Card], bounded: Iterable[Bounded] = ()
) -> tuple[Sensitivity, ...]:
    """All of it, in order of rank; ``others`` are cards under the other readings. A country left unranked there
    keeps its own rank for that reading."""
    levels = levels_of(card)
    own = {country.country: country.rank or 0 for country in card.countries if country.overall is not None}
    quarter, free = rank_ranges(card, methodology), free_ranges(card)
    read = _ranges(levels, [own, *({**own, **_own_ranks(other)} for other in others)])
    prose = bounded_ranges(card, methodology, bounded)
    geometric, weakest = ranks(levels, product_of), ranks(levels, least_of)
    found = [
        Sensitivity(code, own[code], quarter[code], free[code], read[code], prose[code], geometric[code], weakest[code])
        for code in levels
    ]
    return tuple(sorted(found, key=lambda each: (each.rank, each.country)))


def free_weights() -> Iterable[Weights]:
    for first in range(_GRID + 1):
        for second in range(_GRID + 1 - first):
            parts = first, second, _GRID - first - second
            yield {domain: Fraction(part, _GRID) for domain, part in zip(Domain, parts, strict=True)}


def weighted(weights: Weights) -> Callable[[Mapping[Domain, int]], Fraction]:
    return lambda levels: sum((levels[domain] * weights[domain] for domain in Domain), Fraction(0))


def product_of(levels: Mapping[Domain, int]) -> Fraction:
    """Orders as the geometric mean does, and stays exact: its cube."""
    return Fraction(reduce(mul, (levels[domain] for domain in Domain)))


def least_of(levels: Mapping[Domain, int]) -> Fraction:
    return Fraction(min(levels[domain] for domain in Domain))


def ranks(levels: Levels, value: Callable[[Mapping[Domain, int]], Fraction]) -> dict[str, int]:
    """Equal values share a rank and the next is skipped."""
    values = {code: value(each) for code, each in levels.items()}
    return {code: 1 + sum(other > mine for other in values.values()) for code, mine in values.items()}


def _quarter(methodology: Methodology) -> Iterable[Weights]:
    """The official weights with each one as it is, a quarter less or a quarter more, in all combinations."""
    official = {domain: Fraction(methodology.weights[domain]) for domain in Domain}
    for shifts in product(_SHIFTS, repeat=len(Domain)):
        yield {domain: official[domain] * shift for domain, shift in zip(Domain, shifts, strict=True)}


def _own_ranks(card: Card) -> dict[str, int]:
    return {country.country: country.rank for country in card.countries if country.rank is not None}


def _ranges(levels: Levels, found: Iterable[Mapping[str, int]]) -> dict[str, Range]:
    all_ranks: Sequence[Mapping[str, int]] = list(found)
    return {code: (min(each[code] for each in all_ranks), max(each[code] for each in all_ranks)) for code in levels}
