"""Shares that depend on a country: floating point against exact fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from traceability.domain.dependence import Inputs, spread, ways

CLOSE = Fraction(1, 10**9)
MASSES = st.one_of(st.integers(0, 3).map(float), st.floats(1e-9, 1e15, allow_nan=False))
GAINS = st.one_of(st.just(0.0), st.floats(0, 1))


@st.composite
def births(draw: st.DrawFn) -> tuple[dict[int, Inputs], set[int], set[int]]:
    """Events 0, 1, 2 …, each fed by earlier ones, in a shuffled order; some of them won, some made in the country."""
    count = draw(st.integers(1, 25))
    inputs = {}
    for event in draw(st.permutations(range(count))):
        sources = draw(st.lists(st.integers(0, event - 1), max_size=6)) if event else []
        if sources:
            kg = [draw(MASSES) for _ in sources]
            metal = [draw(MASSES) for _ in sources] if draw(st.booleans()) else []
            inputs[event] = Inputs(sources, kg, metal, draw(GAINS))
    some = st.sets(st.integers(0, count - 1))
    won = {event for event in draw(some) if event not in inputs}
    return inputs, won, draw(some)


def exact(inputs: dict[int, Inputs], whole: set[int], event: int, known: dict[int, Fraction]) -> Fraction:
    """The share of an event that came through some events, by recursion and without rounding."""
    if event in whole:
        return Fraction(1)
    if event not in inputs:
        return Fraction(0)
    if event not in known:
        mine = inputs[event]
        kg = [Fraction(one) for one in (mine.metal_kg if any(mine.metal_kg) else mine.kg)]
        parts = [one * exact(inputs, whole, source, known) for one, source in zip(kg, mine.sources, strict=True)]
        known[event] = sum(parts) / sum(kg) * (1 - Fraction(mine.unknown)) if sum(kg) else Fraction(0)
    return known[event]


@given(births())
def test_shares_are_exact_to_a_billionth(case: tuple[dict[int, Inputs], set[int], set[int]]) -> None:
    inputs, won, made = case
    found = spread(inputs, won, made)
    for n, whole in enumerate((won, made, won | made)):
        known: dict[int, Fraction] = {}
        for event in {*inputs, *won, *made}:
            share = exact(inputs, whole, event, known)
            assert abs(Fraction(ways(found[event])[n]) - share) <= CLOSE
            assert bool(found[event][n]) == bool(share), "nothing that depends is lost"


@given(st.integers(2, 3000), st.lists(st.floats(0.001, 1000), min_size=2, max_size=4))
def test_a_thousand_births_in_a_row_keep_a_whole_share_whole(steps: int, kg: list[float]) -> None:
    inputs = {event: Inputs([event - 1] * len(kg), kg) for event in range(1, steps)}
    assert spread(inputs, {0}, set())[steps - 1] == (1.0, 0.0, 1.0)


def test_an_error_grows_by_the_births_and_stays_below_what_is_said() -> None:
    """Each birth adds as much again of what does not depend: 1/2, 3/4 … by odd masses that no float holds."""
    steps, kg = 1_000, [0.1, 0.2, 0.7]
    inputs = {event: Inputs([event - 1, event - 1, -1], kg) for event in range(1, steps)}
    found, share = spread(inputs, {0}, set()), Fraction(1)
    part = (Fraction(kg[0]) + Fraction(kg[1])) / sum(map(Fraction, kg))
    for event in range(1, steps):
        share *= part
        if not share > Fraction(1, 10**300):
            break
        assert abs(Fraction(found[event][0]) - share) <= share * event * 16 / 2**53
