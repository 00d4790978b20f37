"""The paper's sums, done again over the facts on record: shares, growth, and members against the region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from registry.domain.facts import Comparator, Fact
from registry.domain.production import ProductionTotal
from scoring.domain.inputs import Evidence, Kind, lower_limit
from scoring.domain.statements import Check
from scoring.domain.trace import State

_HALF, _CENT = Decimal("0.5"), Decimal("0.005")


def check_arithmetic(evidence: Evidence, about: Decimal, names: Mapping[str, str]) -> tuple[Check, ...]:
    """Every sum that the evidence allows, by mineral.

    ``about`` is the slack of a figure printed as "about", in points of percent; ``names`` of countries and minerals.
    """
    checks: list[Check] = []
    for total in sorted(evidence.production, key=lambda total: (total.mineral, total.year)):
        shares = sorted(_shares(evidence, total.mineral), key=lambda fact: fact.subject.country or "")
        checks += [_share(total, names), *_growth(total, names), *_members(total, shares, about, names)]
        checks += _masses(total, shares, evidence, about, names)
    return tuple(checks)


def _share(total: ProductionTotal, names: Mapping[str, str]) -> Check:
    """The region's share is its mass over the world's, to the places printed."""
    state = State.of(total.worked_share_pct == total.share_pct)
    words = f"{total.region_t:,} of {total.world_t:,} t is {total.worked_share_pct} percent, printed {total.share_pct}"
    return Check(f"share of {_name(total.mineral, names)}", state, words)


def _growth(total: ProductionTotal, names: Mapping[str, str]) -> Iterator[Check]:
    """The growth printed is that from the first year's mass, which is known to half a tonne either way."""
    if total.growth_pct is None or not total.implied_base_t:
        return
    most, least = (100 * total.region_t / (total.implied_base_t + half) - 100 for half in (-_HALF, _HALF))
    worked = (Decimal(100) * total.region_t / total.implied_base_t - 100).quantize(total.growth_pct, ROUND_HALF_UP)
    state = State.of(least - _CENT <= total.growth_pct <= most + _CENT)
    words = f"{total.implied_base_t:,} to {total.region_t:,} t is {worked} percent, printed {total.growth_pct}"
    yield Check(f"growth of {_name(total.mineral, names)}", state, words)


def _members(
    total: ProductionTotal, shares: Sequence[Fact], about: Decimal, names: Mapping[str, str]
) -> Iterator[Check]:
    """The members together mine no more of the world's output than the region does."""
    if not shares:
        return
    least = sum((lower_limit(fact, about) for fact in shares), Decimal(0))
    said = ", ".join(f"{names.get(fact.subject.country or '', '')} {fact.text}" for fact in shares)
    words = f"{said}: at least {least} together, the region {total.share_pct}"
    yield Check(f"members’ shares of {_name(total.mineral, names)}", State.of(least <= total.share_pct), words)


def _masses(
    total: ProductionTotal, shares: Sequence[Fact], evidence: Evidence, about: Decimal, names: Mapping[str, str]
) -> Iterator[Check]:
    """A member's tonnes are its share of the world's, as far as both are printed; none has more than the region."""
    for fact in shares:
        code = fact.subject.country or ""
        least = lower_limit(fact, about) * total.world_t / 100
        words = f"{fact.text} of {total.world_t:,} t is at least {least:,.0f} t, the region {total.region_t:,} t"
        yield Check(
            f"{_name(total.mineral, names)} of {names.get(code, code)}", State.of(least <= total.region_t), words
        )
        for mass in _tonnes(evidence, code, total.mineral):
            yield _fits(total, fact, mass, names)


def _fits(total: ProductionTotal, share: Fact, mass: Fact, names: Mapping[str, str]) -> Check:
    """A printed mass over the world's is the printed share, both rounded as "about" rounds: to a point."""
    assert mass.low is not None
    assert share.low is not None
    worked = (mass.low * 100 / total.world_t).quantize(Decimal("0.1"), ROUND_HALF_UP)
    slack = Decimal(1) if Comparator.ABOUT in (mass.comparator, share.comparator) else _CENT
    words = f"{mass.text} of {total.world_t:,} t is {worked} percent, printed {share.text}"
    code = share.subject.country or ""
    name = f"tonnes and share of {_name(total.mineral, names)}, {names.get(code, code)}"
    return Check(name, State.of(abs(worked - share.low) <= slack), words)


def _shares(evidence: Evidence, mineral: str) -> Iterator[Fact]:
    for fact in evidence.facts:
        if fact.kind == Kind.PRODUCTION_SHARE and fact.subject.mineral == mineral and fact.low is not None:
            yield fact


def _tonnes(evidence: Evidence, country: str, mineral: str) -> Iterator[Fact]:
    for fact in evidence.facts:
        about_it = fact.subject.country == country and fact.subject.mineral == mineral
        if fact.kind == "production_quantity" and about_it and fact.low is not None:
            yield fact


def _name(mineral: str, names: Mapping[str, str]) -> str:
    return names.get(mineral, mineral.replace("_", " ")).lower()
