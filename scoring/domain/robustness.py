"""How far ranks move when the judgements behind the mean move: each weight a quarter up or down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from scoring.domain.card import Card
from scoring.domain.methodology import Domain, Methodology

_SHIFTS = (Fraction(3, 4), Fraction(5, 4))


def rank_ranges(card: Card, methodology: Methodology) -> dict[str, tuple[int, int]]:
    """Best and worst rank of each ranked country over the official weights and each one moved by a quarter."""
    levels = {
        country.country: {each.domain: each.level for each in country.domains}
        for country in card.countries
        if country.overall is not None
    }
    ranks = [_ranks(levels, weights) for weights in _weightings(methodology)]
    return {code: (min(each[code] for each in ranks), max(each[code] for each in ranks)) for code in levels}


def _weightings(methodology: Methodology) -> Sequence[Mapping[Domain, Fraction]]:
    official = {domain: Fraction(methodology.weights[domain]) for domain in Domain}
    return [official, *({**official, domain: official[domain] * shift} for domain in Domain for shift in _SHIFTS)]


def _ranks(levels: Mapping[str, Mapping[Domain, int | None]], weights: Mapping[Domain, Fraction]) -> dict[str, int]:
    means = {code: sum((each[d] or 0) * weights[d] for d in Domain) for code, each in levels.items()}
    return {code: 1 + sum(other > mean for other in means.values()) for code, mean in means.items()}
