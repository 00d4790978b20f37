"""Levels of single minerals agree with the country's level, whatever the evidence."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.domain.by_mineral import MineralScore, by_mineral, card_by_mineral
from scoring.domain.card import Card, DomainScore
from scoring.domain.methodology import Domain
from scoring.domain.trace import State
from tests.unit.scoring.paper_case import EVIDENCE, LATER, RULES, adding, card, instrument, what_if

_LEFT_OUT = st.sets(st.sampled_from(sorted(fact.fact_id for fact in EVIDENCE.facts)), max_size=25)


def levels(scored: Card) -> dict[tuple[str, str, str], tuple[int, int]]:
    return {(m.country, m.domain.value, m.mineral): (m.low, m.high) for m in card_by_mineral(scored, RULES)}


def of(scored: Card, country: str, domain: Domain) -> tuple[DomainScore, tuple[MineralScore, ...]]:
    cell = scored.cell(country, domain)
    return cell, by_mineral(country, cell, RULES)


def test_each_mineral_of_the_paper_stands_where_its_own_facts_put_it() -> None:
    found = levels(card(LATER))
    assert found["ID", "access", "nickel"] == (5, 5)
    assert found["VN", "access", "tungsten"] == (4, 4)
    assert found["VN", "access", "rare_earths"] == (3, 3)
    assert found["VN", "capability", "tungsten"] == (3, 3)
    assert found["VN", "capability", "rare_earths"] == (2, 2)
    assert found["ID", "access", "cobalt"] == (3, 4), "its rank among producers is not stated"
    assert not any(domain == "governance" for _, domain, _ in found)


def test_a_country_can_stand_above_its_minerals_and_one_mineral_alone_needs_all_of_the_gate() -> None:
    cell, minerals = of(card(LATER), "VN", Domain.ACCESS)
    assert cell.level == 5
    assert max(each.high for each in minerals) == 4
    ban = instrument(
        "VN", "vn-tungsten-ban", [{"code": "export_ban", "minerals": ["tungsten"], "direction": "restricts"}]
    )
    after = levels(what_if(*adding(ban), on=LATER))
    assert after["VN", "access", "tungsten"] == (5, 5)


def test_what_would_decide_an_open_mineral_is_named() -> None:
    _, minerals = of(card(LATER), "ID", Domain.ACCESS)
    cobalt = next(each for each in minerals if each.mineral == "cobalt")
    assert cobalt.level is None
    assert cobalt.next_gate is not None
    assert any("rank" in item for item in cobalt.next_gate.missing)


@settings(max_examples=40, deadline=None)
@given(_LEFT_OUT)
def test_access_up_to_four_is_the_best_mineral_and_capability_the_rounded_mean(left_out: set[str]) -> None:
    scored = card(LATER, EVIDENCE.without(left_out))
    for country in scored.countries:
        cell, minerals = of(scored, country.country, Domain.ACCESS)
        if minerals and cell.low is not None and cell.high is not None:
            assert min(cell.low, 4) == min(max(each.low for each in minerals), 4)
            assert min(cell.high, 4) == min(max(each.high for each in minerals), 4)
            assert cell.low >= max(each.low for each in minerals)
        cell, minerals = of(scored, country.country, Domain.CAPABILITY)
        provider = next((part for gate in cell.gates for part in gate.parts if part.gate == "KP"), None)
        if minerals and (provider is None or provider.state is State.FAIL):
            assert cell.low == math.floor(Fraction(sum(each.low for each in minerals), len(minerals)))
            assert cell.high == math.floor(Fraction(sum(each.high for each in minerals), len(minerals)))


def test_they_are_read_out_of_a_stored_trace_as_out_of_a_fresh_one() -> None:
    for country in card(LATER).countries:
        for cell in country.domains:
            stored = DomainScore.from_json(cell.to_json())
            assert by_mineral(country.country, stored, RULES) == by_mineral(country.country, cell, RULES)
