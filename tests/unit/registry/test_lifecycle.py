"""Which status may follow which, and what is said where none may."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.dates import PartialDate
from registry.domain.instruments import Status, StatusEvent
from registry.domain.lifecycle import FINAL, TRANSITIONS, diagram, illegal_steps
from registry.reference import load_instruments


def life(*steps: tuple[str, str]) -> list[StatusEvent]:
    return [StatusEvent(Status(status), PartialDate.parse(since) if since else None) for status, since in steps]


def test_every_status_is_a_step_of_the_table_or_words_about_an_instrument() -> None:
    assert set(Status) - set(TRANSITIONS) == {Status.REFERENCE, Status.UNKNOWN}
    assert {Status.REPEALED, Status.EXPIRED, Status.WITHDRAWN, Status.ANNULLED} == FINAL


def test_the_page_on_the_lifecycle_shows_the_table_as_it_is() -> None:
    page = Path(__file__).parents[3] / "docs" / "lifecycle.md"

    assert f"```mermaid\n{diagram()}\n```" in page.read_text(encoding="utf-8")


def test_a_whole_life_with_a_suspension_and_its_end_is_legal() -> None:
    steps = (("considered", "2019"), ("proposed", "2020-02"), ("adopted", "2020-05-01"), ("published", "2020-05-03"),
             ("in_force", "2020-07-01"), ("amended", "2021"), ("suspended", "2022-03-01"), ("in_force", "2022-09-01"),
             ("repealed", "2026"))  # fmt: skip

    assert illegal_steps(life(*steps)) == []


@pytest.mark.parametrize(
    ("steps", "index", "sentence"),
    [
        ((("repealed", "2019"), ("in_force", "2020")), 0,
         "Repealed on 2019, before it was in force on 2020: check the dates."),
        ((("repealed", "2024-05-01"), ("adopted", "2024-06-01")), 0,
         "Repealed on 2024-05-01, before it was adopted on 2024-06-01: check the dates."),
        ((("in_force", "2019"), ("repealed", "2020"), ("in_force", "2021")), 2, "Repealed on 2020: nothing can follow"),
        ((("considered", "2019"), ("suspended", "2020")), 1,
         "Considered on 2019 cannot become suspended on 2020: next may come in discussion, proposed, adopted"),
        ((("in_force", "2019"), ("in_force", "2021")), 1, "In force on 2019 cannot become in force on 2021"),
    ],
)  # fmt: skip
def test_an_illegal_jump_is_refused_at_its_event_with_a_sentence(
    steps: tuple[tuple[str, str], ...], index: int, sentence: str
) -> None:
    [wrong] = illegal_steps(life(*steps))

    assert wrong.index == index
    assert wrong.sentence.startswith(sentence)


def test_dates_that_overlap_may_mean_either_order() -> None:
    assert illegal_steps(life(("repealed", "2024"), ("in_force", "2024-03-01"))) == []
    assert illegal_steps(life(("signed", "2024-05"), ("adopted", "2024"))) == []


def test_what_has_no_date_and_what_is_no_step_stands_outside_the_order() -> None:
    assert illegal_steps(life(("repealed", ""), ("in_force", "2020"), ("unknown", "2021"))) == []


@given(st.permutations(life(("proposed", "2020"), ("adopted", "2021"), ("in_force", "2022"), ("amended", "2023"))))
def test_the_order_of_rows_says_nothing(rows: list[StatusEvent]) -> None:
    assert illegal_steps(rows) == []


def test_of_any_two_steps_on_sure_days_exactly_those_of_the_table_pass() -> None:
    for one, two in permutations(TRANSITIONS, 2):
        events = life((one.value, "2020-01-01"), (two.value, "2021-01-01"))
        assert (illegal_steps(events) == []) == (two in TRANSITIONS[one]), (one, two)


def test_every_instrument_of_the_paper_lives_by_the_table() -> None:
    for instrument in load_instruments():
        assert illegal_steps(instrument.state.events) == [], instrument.state.instrument_id
