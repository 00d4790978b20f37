"""Dependence beside the scores: bounds that hold whatever is unknown, and the paper's figures."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoring.domain.dependence import Bounds, Indicator, concentration, indicators
from tests.unit.scoring.paper_case import EVIDENCE, PUBLISHED

FOUND = {(each.name, each.countries, each.mineral): each for each in indicators(EVIDENCE, PUBLISHED)}


def of(name: str, country: str, mineral: str | None) -> Indicator:
    return FOUND[name, (country,), mineral]


def test_over_ninety_percent_to_one_buyer_is_at_least_8100() -> None:
    assert of("concentration", "ID", "nickel").bounds == Bounds(Decimal(8100), Decimal(10000))


def test_the_two_nickel_producers_together_send_over_95_percent_to_one_buyer() -> None:
    together = FOUND["concentration", ("ID", "PH"), "nickel"]
    assert together.bounds == Bounds(Decimal(9025), Decimal(10000))
    assert len(together.facts) == 1


def test_three_quarters_of_indonesian_smelting_is_foreign_owned() -> None:
    owned = of("foreign_ownership", "ID", "nickel")
    assert owned.bounds is not None
    assert (owned.bounds.low, owned.stage) == (Decimal(75), "processing_refining")
    assert owned.facts == ("id.nickel.foreign_share",)


def test_all_rare_earths_of_myanmar_leave_unprocessed() -> None:
    assert of("unprocessed", "MM", "rare_earths").bounds == Bounds(Decimal(100), Decimal(100))


def test_a_word_is_told_as_a_word() -> None:
    tin = of("unprocessed", "MM", "tin")
    assert tin.bounds is None
    assert "negligible" in tin.words


def test_every_indicator_names_its_facts() -> None:
    assert all(each.facts and each.words for each in FOUND.values())


def test_a_stated_split_has_one_answer() -> None:
    split = [Bounds(Decimal(60), Decimal(60)), Bounds(Decimal(40), Decimal(40))]
    assert concentration(split) == Bounds(Decimal(5200), Decimal(5200))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=5), st.data())
def test_the_bounds_hold_for_every_split_that_fits(parts: list[int], data: st.DataObject) -> None:
    whole = sum(parts) or 1
    true = [Decimal(100 * part) / whole for part in parts]
    known = data.draw(st.integers(0, len(true)))
    slack = [data.draw(st.integers(0, 20)) for _ in range(known)]
    shares = [
        Bounds(max(share - wide, Decimal(0)), min(share + wide, Decimal(100)))
        for share, wide in zip(true[:known], slack, strict=True)
    ]
    bounds, index = concentration(shares), sum((share**2 for share in true), Decimal(0))
    assert bounds.low <= index + Decimal("0.001")
    assert index <= bounds.high + Decimal("0.001") or not sum(parts)
