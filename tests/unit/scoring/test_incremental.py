"""What is remembered never changes an answer: the same card as from nothing, after any edits."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.facts import Fact
from scoring.domain.card import score
from scoring.domain.incremental import Remembered
from scoring.domain.inputs import Evidence
from tests.unit.scoring.paper_case import EVIDENCE, MEMBERS, RULES

_IDS = st.integers(0, len(EVIDENCE.facts) - 1)
_EDITS = st.lists(st.tuples(_IDS, st.sampled_from(["drop", "unsay", "again"])), max_size=4)
_DAYS = st.sampled_from([dt.date(2026, 4, 30), dt.date(2026, 11, 23), dt.date(2031, 1, 1)])


def _edited(evidence: Evidence, edits: list[tuple[int, str]]) -> Evidence:
    facts: list[Fact | None] = list(evidence.facts)
    for place, what in edits:
        fact = facts[place % len(facts)]
        if fact is not None:
            changed = {"drop": None, "unsay": replace(fact, fact_class=None), "again": replace(fact)}
            facts[place % len(facts)] = changed[what]
    return replace(evidence, facts=tuple(fact for fact in facts if fact is not None))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(_EDITS, _DAYS), min_size=1, max_size=4))
def test_a_remembered_card_is_the_card_from_nothing(rounds: list[tuple[list[tuple[int, str]], dt.date]]) -> None:
    memory, evidence = Remembered(), EVIDENCE
    for edits, on in rounds:
        evidence = _edited(evidence, edits)
        assert memory.card(evidence, RULES, on, MEMBERS).to_json() == score(evidence, RULES, on, MEMBERS).to_json()


def test_an_edit_in_one_country_leaves_the_others_alone() -> None:
    memory, on = Remembered(), dt.date(2026, 6, 1)
    before = memory.card(EVIDENCE, RULES, on, MEMBERS)
    place = next(n for n, fact in enumerate(EVIDENCE.facts) if fact.fact_id == "sg.tech.home")
    after = memory.card(_edited(EVIDENCE, [(place, "unsay")]), RULES, on, MEMBERS)
    assert after.cell("ID", "capability") is before.cell("ID", "capability")
    assert after.cell("SG", "capability") is not before.cell("SG", "capability")
