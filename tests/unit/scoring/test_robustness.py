"""Ranges of ranks: the figures of the reference hold on the paper's card."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from registry.reference import load_judgements
from scoring.domain.methodology import Domain
from scoring.domain.robustness import (
    Levels,
    bounded_levels,
    bounded_ranges,
    free_ranges,
    free_weights,
    least_of,
    levels_of,
    product_of,
    rank_ranges,
    ranks,
    sensitivity,
    weighted,
)
from scoring.paper import load_bounded
from tests.unit.scoring.paper_case import RULES, card, what_if

CARD = card()
FREE = free_ranges(CARD)


def test_a_quarter_more_or_less_moves_ranks_as_the_reference_says() -> None:
    ranges = rank_ranges(CARD, RULES)
    assert ranges["ID"] == (1, 1)
    assert {ranges["MY"], ranges["VN"]} == {(2, 3)}
    assert {ranges["PH"], ranges["SG"]} == {(4, 5)}
    assert (ranges["MM"], ranges["TH"]) == ((5, 7), (6, 7))


def test_free_weights_take_singapore_from_first_to_last() -> None:
    assert FREE["SG"] == (1, 7)


def test_under_free_weights_the_order_of_the_paper_often_fails() -> None:
    levels = levels_of(CARD)
    inner = [weights for weights in free_weights() if all(weights.values())]
    first_fails = [w for w in inner if sum(rank == 1 for rank in ranks(levels, weighted(w)).values()) > 1
                   or ranks(levels, weighted(w))["ID"] != 1]  # fmt: skip
    assert 0.08 < len(first_fails) / len(inner) < 0.14


def test_geometric_means_keep_the_order_and_the_weakest_link_does_not() -> None:
    levels = levels_of(CARD)
    cubes = {"ID": 60, "MY": 36, "VN": 30, "PH": 24, "SG": 12, "TH": 8, "MM": 4}
    assert {code: product_of(each) for code, each in levels.items()} == cubes
    assert ranks(levels, product_of)["ID"] == 1
    weakest = ranks(levels, least_of)
    assert weakest["MY"] == weakest["ID"] == 1
    assert weakest["SG"] == weakest["MM"]


def test_sensitivity_holds_the_official_rank_within_every_range() -> None:
    others = [what_if(*judgement.instead) for judgement in load_judgements()[:6]]
    for each in sensitivity(CARD, RULES, others):
        for low, high in (each.quarter, each.free, each.readings):
            assert low <= each.rank <= high


@given(st.tuples(*(st.integers(1, 100) for _ in Domain)))
def test_any_weights_stay_within_the_free_range(parts: tuple[int, ...]) -> None:
    whole = sum(parts)
    weights = {domain: Fraction(part, whole) for domain, part in zip(Domain, parts, strict=True)}
    found = ranks(levels_of(CARD), weighted(weights))
    assert all(FREE[code][0] <= rank <= FREE[code][1] for code, rank in found.items())


def test_the_prose_leaves_sixteen_cards_and_twelve_keep_every_statement_strictly() -> None:
    """The reference's enumeration: four have Malaysia level with the Philippines, which the paper puts behind it."""
    combinations = list(bounded_levels(levels_of(CARD), load_bounded()))
    assert len(combinations) == 16
    kept = [each for each in combinations if _keeps_order(each)]
    assert len(kept) == 12
    fallen = [each for each in combinations if each not in kept]
    assert all((each["MY"][Domain.ACCESS], each["PH"][Domain.ACCESS]) == (2, 4) for each in fallen)


def _keeps_order(levels: Levels) -> bool:
    """The statements on the overall score: ID above MY and VN, these above PH and SG, and TH and MM last."""
    means = {code: sum(own.values()) for code, own in levels.items()}
    return (
        means["ID"] > max(means["MY"], means["VN"])
        and min(means["MY"], means["VN"]) > max(means["PH"], means["SG"])
        and min(means["PH"], means["SG"]) > max(means["TH"], means["MM"])
    )


def test_ranks_over_the_bounded_cells_hold_the_official_one() -> None:
    ranges = bounded_ranges(CARD, RULES, load_bounded())
    assert ranges["ID"] == (1, 1)
    assert (ranges["VN"], ranges["MY"]) == ((2, 2), (2, 3))
    assert ranges["PH"] == (3, 4)
    assert ranges["SG"] == (4, 5)
    assert (ranges["TH"], ranges["MM"]) == ((6, 6), (6, 7))


def test_a_cell_that_has_moved_out_of_its_bounds_is_left_alone() -> None:
    levels = {**levels_of(CARD), "PH": {**levels_of(CARD)["PH"], Domain.ACCESS: 5}}
    assert {each["PH"][Domain.ACCESS] for each in bounded_levels(levels, load_bounded())} == {5}
    assert len(list(bounded_levels(levels, load_bounded()))) == 8
