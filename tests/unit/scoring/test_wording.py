"""Reasons of gates without ids: whatever an id looks like, and nothing that is no id."""

from __future__ import annotations

import pytest

from scoring.domain.wording import clean


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("a plan is in force (id-strategic-plan)", "a plan is in force"),
        ("a plan is in force (g7-plan, asean+3-work.2, th_x-1)", "a plan is in force"),
        ("nickel: export ban (id-nickel-ore-export-ban) in force", "nickel: export ban in force"),
        ("whether g7-plan is in force on 2026-01-01 is", "whether an act is in force on 2026-01-01 is"),
        ("what asean-plus-three_2 is about is not certain", "what an act is about is not certain"),
        ('tier advanced ("battery-grade")', 'tier advanced ("battery-grade")'),
        ("rank 2 (about 10 percent)", "rank 2 (about 10 percent)"),
        (
            "open (whether a-1 is in force is not certain; whether b-2 is in force is not certain; a plan is missing)",
            "open (whether an act is in force is not certain; a plan is missing)",
        ),
        ("(what a-1 is about; what b-2 is about). Rests.", "(what an act is about). Rests."),
    ],
)  # fmt: skip
def test_ids_go_and_words_stay(said: str, read: str) -> None:
    assert clean(said) == read


def test_reasons_that_differ_by_an_id_are_said_once() -> None:
    two = "whether id-mou-2026 is in force is not certain; whether id-tax-2026 is in force is not certain"
    assert clean(f"Gate G4 is now open ({two}). Rests on “Tax”.") == (
        "Gate G4 is now open (whether an act is in force is not certain). Rests on “Tax”."
    )
    assert clean(two) == "whether an act is in force is not certain"


def test_reasons_that_differ_are_all_said() -> None:
    assert clean("nickel: mined; tin: mined") == "nickel: mined; tin: mined"
