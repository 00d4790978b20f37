"""The paper's statements and sums hold under every methodology that comes with the program and claims the paper."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.production import ProductionTotal
from scoring.domain.arithmetic import check_arithmetic
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Methodology
from scoring.domain.statements import Relation, Statement, check_statements
from scoring.domain.trace import State
from scoring.methodologies import shipped, shipped_codes, shipped_rules
from scoring.paper import claims_paper, held_against_paper, load_statements, paper_evidence, paper_names
from tests.unit.scoring.paper_case import EVIDENCE, LATER, PUBLISHED, RULES, card, what_if

CLAIMING = [code for code in shipped_codes() if claims_paper(shipped(code))]
HALF = Decimal("0.5")


@pytest.mark.parametrize("code", CLAIMING)
def test_every_methodology_that_claims_the_paper_gives_what_it_says(code: str) -> None:
    test = held_against_paper(shipped(code))
    assert test.broken == ()
    assert len(test.statements) == 20
    assert {check.check_id for check in test.statements} == {
        *(f"A{n}" for n in range(1, 7)), *(f"K{n}" for n in range(1, 6)), *(f"G{n}" for n in range(1, 5)),
        *(f"O{n}" for n in range(1, 5)), "P1",
    }  # fmt: skip


def test_the_first_methodology_is_among_them_and_one_can_claim_nothing() -> None:
    assert "v1" in CLAIMING
    assert not claims_paper(Methodology.from_dict({**shipped_rules("v1"), "implements": []}))


@pytest.mark.parametrize("on", [PUBLISHED, LATER])
@pytest.mark.parametrize("statement", load_statements(), ids=[each.statement_id for each in load_statements()])
def test_every_statement_holds_on_both_days(statement: Statement, on: object) -> None:
    (check,) = check_statements(card(on), [statement], paper_names())  # type: ignore[arg-type]
    assert check.state is State.PASS, check.worked


def test_a_level_that_moves_breaks_the_statements_on_it_and_an_open_one_leaves_them_open() -> None:
    def states(scored: object) -> dict[str, State]:
        checks = check_statements(scored, load_statements(), paper_names())  # type: ignore[arg-type]
        return {each.check_id: each.state for each in checks if each.state is not State.PASS}

    assert states(what_if({"op": "param", "name": "leading_pct", "value": 10})) == {
        "A1": State.FAIL, "O2": State.FAIL, "P1": State.FAIL,
    }  # fmt: skip
    assert states(what_if({"op": "drop_fact", "ids": ["sg.tech.home"]}))["K1"] is State.UNKNOWN


def test_a_tie_across_the_border_is_no_first_three() -> None:
    three = Statement("X", "overall", "x", (Relation(("ID", "MY", "VN"), "top", top=3),), (), "4", "", "")
    two = replace(three, relations=(Relation(("ID", "MY"), "top", top=2),))
    found = check_statements(card(), [three, two], paper_names())
    assert [each.state for each in found] == [State.PASS, State.FAIL]


def test_the_sums_are_shares_growth_and_members_of_all_eight_minerals() -> None:
    sums = {each.check_id: each for each in held_against_paper(RULES).sums}
    assert {each.state for each in sums.values()} == {State.PASS}
    assert sum(name.startswith("share of") for name in sums) == 8
    assert sum(name.startswith("growth of") for name in sums) == 8
    assert "9.2 percent, printed about 10 percent" in sums["tonnes and share of nickel, Philippines"].worked
    assert "at least 64.0 together, the region 65.73" in sums["members’ shares of nickel"].worked


_MASSES = st.integers(1, 10**9)


@settings(max_examples=200)
@given(region=_MASSES, more=st.integers(0, 10**9), wrong=st.integers(-300, 300))
def test_a_share_holds_exactly_where_it_is_the_rounded_quotient(region: int, more: int, wrong: int) -> None:
    right = (Decimal(region) * 100 / (region + more)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    printed = right + Decimal(wrong) / 100
    total = ProductionTotal("x", "tin", 2023, region, region + more, printed)
    (check,) = check_arithmetic(Evidence(production=(total,)), HALF, {})
    assert (check.state is State.PASS) == (wrong == 0)


@settings(max_examples=100)
@given(base=st.integers(1_000, 10**8), growth=st.integers(-90, 300), wrong=st.integers(-50, 50))
def test_growth_holds_where_it_is_that_from_the_first_year(base: int, growth: int, wrong: int) -> None:
    region = base * (100 + growth) // 100
    worked = (Decimal(region) * 100 / base - 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    total = ProductionTotal("x", "tin", 2023, region, region, Decimal("100.00"), worked + wrong, base)
    check = next(
        each for each in check_arithmetic(Evidence(production=(total,)), HALF, {}) if "growth" in each.check_id
    )
    assert (check.state is State.PASS) == (wrong == 0)


def test_members_that_mine_more_than_the_region_are_found() -> None:
    facts = tuple(
        replace(fact, value=Decimal(70)) if fact.fact_id == "id.nickel.production_share" else fact
        for fact in EVIDENCE.facts
    )
    broken = [
        each.check_id
        for each in check_arithmetic(replace(paper_evidence(), facts=facts), HALF, paper_names())
        if each.state is State.FAIL
    ]
    assert broken == ["members’ shares of nickel", "nickel of Indonesia"]
