"""Why two points in time differ: three causes told apart, which together are the whole difference."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.domain.between import Cause, Side, between, causes_of
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.overlay import apply
from tests.unit.scoring.paper_case import EVIDENCE, LATER, MEMBERS, PUBLISHED, RULES, adding, instrument, levels

LICENCE = [{"code": "export_licence", "minerals": ["rare_earths"]}]
FOUND = sorted(fact.fact_id for fact in EVIDENCE.facts)


def side(evidence: Evidence = EVIDENCE, rules: Methodology = RULES, on: dt.date = PUBLISHED) -> Side:
    return Side(evidence, rules, on, MEMBERS)


def test_nothing_differs_between_a_point_and_itself() -> None:
    assert all(not step.changes for step in between(side(), side()))


def test_an_act_that_begins_between_the_days_is_the_world() -> None:
    begun = {"events": [{"status": "in_force", "since": {"date": "2026-06-01", "basis": "stated"}}]}
    after, _ = apply(EVIDENCE, RULES, adding(instrument("TH", "th-licence", LICENCE, **begun)))
    steps = between(side(), side(after, on=LATER))
    assert causes_of(steps, "TH", Domain.GOVERNANCE) == (Cause.WORLD,)


def test_an_act_told_later_of_the_same_day_is_the_record() -> None:
    after, _ = apply(EVIDENCE, RULES, adding(instrument("TH", "th-licence", LICENCE)))
    steps = between(side(), side(after))
    assert causes_of(steps, "TH", Domain.GOVERNANCE) == (Cause.CORRECTION,)
    assert steps[0].changes[0].causes == ("th-licence",)


def test_other_rules_are_the_method() -> None:
    steps = between(side(), side(rules=RULES.with_parameter("uncontrolled_cap", 3)))
    assert causes_of(steps, "MM", Domain.ACCESS) == (Cause.METHOD,)


def test_three_causes_of_one_cell_stay_apart() -> None:
    ends = {"until": {"date": "2026-05-31", "basis": "stated"}}
    before, _ = apply(EVIDENCE, RULES, adding(instrument("TH", "th-act", **ends)))
    strict = RULES.with_parameter("enforcement_silence", "unknown")
    steps = between(side(EVIDENCE), side(before, strict, LATER))
    assert causes_of(steps, "TH", Domain.GOVERNANCE) == (Cause.CORRECTION, Cause.WORLD, Cause.METHOD)


@settings(max_examples=25, deadline=None)
@given(
    gone=st.sets(st.sampled_from(FOUND), max_size=12),
    back=st.sets(st.sampled_from(FOUND), max_size=12),
    days=st.tuples(
        st.dates(dt.date(2020, 1, 1), dt.date(2032, 1, 1)), st.dates(dt.date(2020, 1, 1), dt.date(2032, 1, 1))
    ),
    cap=st.sampled_from([3, 4]),
)
def test_the_steps_join_the_two_cards(gone: set[str], back: set[str], days: tuple[dt.date, dt.date], cap: int) -> None:
    first = side(EVIDENCE.without(gone), on=days[0])
    last = side(EVIDENCE.without(back), RULES.with_parameter("uncontrolled_cap", cap), days[1])
    steps = between(first, last)
    assert steps[0].before.to_json() == first.card().to_json()
    assert steps[-1].after.to_json() == last.card().to_json()
    assert all(one.after is other.before for one, other in pairwise(steps))
    for step in steps:
        told = {(change.country, change.domain.value) for change in step.changes}
        before, after = levels(step.before), levels(step.after)
        assert told == {cell for cell in before if before[cell] != after[cell]}
