"""The scorecard: a level for each domain with its gates, the exact mean and the rank."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scoring.domain.access import Access
from scoring.domain.capability import Capability
from scoring.domain.governance import Governance
from scoring.domain.inputs import Evidence, Known
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.trace import GateTrace, State, ladder


@dataclass(frozen=True, slots=True)
class DomainScore:
    """A level from 1 to 5, or the range that the facts allow (``level`` None); all None where there is no evidence."""

    domain: Domain
    level: int | None
    low: int | None
    high: int | None
    gates: tuple[GateTrace, ...] = ()

    @property
    def next_gate(self) -> GateTrace | None:
        """The lowest gate that does not pass: what the next level needs."""
        return next((gate for gate in self.gates if gate.state is not State.PASS), None)

    @property
    def cited(self) -> frozenset[str]:
        """Every id that a gate looked at, counted or not."""
        return frozenset().union(*(gate.cited for gate in self.gates))

    def gate(self, name: str) -> GateTrace:
        """The gate or part of that name; KeyError where there is none."""
        for trace in (each for gate in self.gates for each in gate.walk()):
            if trace.gate == name:
                return trace
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        return {
            "domain": self.domain.value,
            "level": self.level,
            "low": self.low,
            "high": self.high,
            "gates": [gate.to_json() for gate in self.gates],
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> DomainScore:
        gates = tuple(GateTrace.from_json(gate) for gate in plain["gates"])
        return cls(Domain(plain["domain"]), plain["level"], plain["low"], plain["high"], gates)


@dataclass(frozen=True, slots=True)
class CountryScore:
    """The three domains of a country, their exact mean and its rank among the countries that have one."""

    country: str
    domains: tuple[DomainScore, ...]
    overall: Fraction | None
    overall_low: Fraction | None
    overall_high: Fraction | None
    rank: int | None = None

    def domain(self, domain: Domain | str) -> DomainScore:
        return next(score for score in self.domains if score.domain == domain)

    def to_json(self) -> dict[str, Any]:
        """Exact means as ``numerator/denominator``."""
        return {
            "country": self.country,
            "domains": [score.to_json() for score in self.domains],
            "overall": _exact(self.overall),
            "overall_low": _exact(self.overall_low),
            "overall_high": _exact(self.overall_high),
            "rank": self.rank,
        }


@dataclass(frozen=True, slots=True)
class Card:
    """The scores of all members on one day under one methodology, in order of country code."""

    methodology: str
    on: dt.date
    countries: tuple[CountryScore, ...]

    def country(self, code: str) -> CountryScore:
        """KeyError where the country is no member."""
        for score in self.countries:
            if score.country == code:
                return score
        raise KeyError(code)

    def cell(self, code: str, domain: Domain | str) -> DomainScore:
        return self.country(code).domain(domain)

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, no spaces. Same evidence, methodology and day give the same bytes."""
        plain = {
            "methodology": self.methodology,
            "on": self.on.isoformat(),
            "countries": [country.to_json() for country in self.countries],
        }
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def score(evidence: Evidence, methodology: Methodology, on: dt.date, members: Sequence[str]) -> Card:
    """Work out the card of ``members`` (country codes) on a day: a pure function of its arguments."""
    known = Known(evidence, on)
    codes = sorted(set(members))
    return assemble(methodology, on, {code: cells_of(known, methodology, code, codes) for code in codes})


def cells_of(
    known: Known, methodology: Methodology, code: str, members: Sequence[str], wanted: Iterable[Domain] = tuple(Domain)
) -> tuple[DomainScore, ...]:
    """The scores of one country in the domains wanted."""
    return tuple(_domain(known, methodology, domain, code, members) for domain in wanted)


def assemble(methodology: Methodology, on: dt.date, cells: Mapping[str, tuple[DomainScore, ...]]) -> Card:
    """A card of cells that are worked out: means and ranks."""
    return Card(methodology.code, on, _ranked([_country(methodology, code, cells[code]) for code in sorted(cells)]))


def two_decimals(mean: Fraction) -> str:
    """A mean as it is shown: two decimals, halves up (3.33, 3.67)."""
    hundredths = (mean * 100 + Fraction(1, 2)).__floor__()
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _country(methodology: Methodology, code: str, domains: tuple[DomainScore, ...]) -> CountryScore:
    levels, lows, highs = ([getattr(each, name) for each in domains] for name in ("level", "low", "high"))
    weights = [methodology.weights[each.domain] for each in domains]
    return CountryScore(code, domains, _mean(levels, weights), _mean(lows, weights), _mean(highs, weights))


def _domain(known: Known, methodology: Methodology, domain: Domain, code: str, members: Sequence[str]) -> DomainScore:
    if not known.has_evidence(code, domain):
        return DomainScore(domain, None, None, None)
    if domain is Domain.ACCESS:
        gates = Access(known, methodology, code, members).gates()
    elif domain is Domain.CAPABILITY:
        gates = Capability(known, methodology, code).gates()
    else:
        gates = Governance(known, methodology, code).gates()
    low, high = ladder(gates)
    return DomainScore(domain, low if low == high else None, low, high, gates)


def _mean(levels: Sequence[int | None], weights: Sequence[int]) -> Fraction | None:
    known = [level for level in levels if level is not None]
    if len(known) < len(levels):
        return None
    return Fraction(sum(level * weight for level, weight in zip(known, weights, strict=True)), sum(weights))


def _ranked(countries: Sequence[CountryScore]) -> tuple[CountryScore, ...]:
    """Equal means share a rank and the next one is skipped; a country without a mean has none."""
    means = [country.overall for country in countries if country.overall is not None]
    return tuple(_with_rank(country, means) for country in countries)


def _with_rank(country: CountryScore, means: Sequence[Fraction]) -> CountryScore:
    mine = country.overall
    rank = None if mine is None else 1 + sum(mean > mine for mean in means)
    return CountryScore(country.country, country.domains, mine, country.overall_low, country.overall_high, rank)


def _exact(mean: Fraction | None) -> str | None:
    return None if mean is None else f"{mean.numerator}/{mean.denominator}"
