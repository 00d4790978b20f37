"""The engine reaches the paper's card and its statements from the loaded facts alone."""

from __future__ import annotations

import datetime as dt
import time
from fractions import Fraction

import pytest

from scoring.domain.card import score, two_decimals
from scoring.domain.inputs import Evidence
from scoring.domain.trace import GateTrace
from tests.unit.scoring.paper_case import EVIDENCE, LATER, MEMBERS, PUBLISHED, RULES, card, levels

CENTRAL = {
    "ID": (5, 3, 4, "4.00", 1),
    "MY": (3, 3, 4, "3.33", 2),
    "VN": (5, 2, 3, "3.33", 2),
    "PH": (4, 2, 3, "3.00", 4),
    "SG": (1, 4, 3, "2.67", 5),
    "TH": (2, 2, 2, "2.00", 6),
    "MM": (4, 1, 1, "2.00", 6),
}
DAYS = [PUBLISHED, LATER, dt.date(2029, 12, 31)]


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("country", CENTRAL)
def test_each_country_has_its_levels_mean_and_rank(country: str, on: dt.date) -> None:
    scored = card(on).country(country)
    assert scored.overall is not None
    found = (*(cell.level for cell in scored.domains), two_decimals(scored.overall), scored.rank)
    assert found == CENTRAL[country]


def test_a_member_without_evidence_has_nothing_at_all() -> None:
    scored = card()
    silent = [country for country in scored.countries if country.country not in CENTRAL]
    assert len(silent) == len(MEMBERS) - len(CENTRAL) == 4
    for country in silent:
        assert {(cell.level, cell.low, cell.high, cell.gates) for cell in country.domains} == {(None, None, None, ())}
        assert (country.overall, country.overall_low, country.overall_high, country.rank) == (None, None, None, None)


def test_the_mean_is_exact() -> None:
    assert card().country("MY").overall == Fraction(10, 3)


def test_same_evidence_in_any_order_gives_the_same_bytes() -> None:
    turned = Evidence(EVIDENCE.facts[::-1], EVIDENCE.instruments[::-1], EVIDENCE.production[::-1])
    assert score(turned, RULES, LATER, MEMBERS[::-1]).to_json() == card(LATER).to_json()
    assert turned.fingerprint == EVIDENCE.fingerprint


def test_a_plan_that_ends_within_a_year_opens_a_range_and_then_drops_the_level() -> None:
    assert levels(card(dt.date(2030, 6, 1)))["MY", "governance"] == (None, 3, 4)
    assert levels(card(dt.date(2031, 1, 1)))["MY", "governance"] == (3, 3, 3)


def test_a_country_whose_level_is_open_has_no_rank_and_a_range_of_means() -> None:
    scored = card(dt.date(2030, 6, 1)).country("MY")
    assert (scored.overall, scored.rank) == (None, None)
    assert (scored.overall_low, scored.overall_high) == (3, Fraction(10, 3))


def test_nothing_is_worked_out_for_a_day_before_the_facts() -> None:
    assert set(levels(card(dt.date(2015, 1, 1))).values()) == {(None, None, None)}


def test_a_trace_survives_storage() -> None:
    for country in card().countries:
        for gate in (gate for cell in country.domains for gate in cell.gates):
            assert GateTrace.from_json(gate.to_json()) == gate


def test_a_card_takes_well_under_fifty_milliseconds() -> None:
    card()
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        card(LATER)
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.05
