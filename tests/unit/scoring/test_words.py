"""What a gate's reason reads like on a page."""

from scoring.pages.parts import clean


def test_reasons_that_differ_by_an_id_are_said_once() -> None:
    two = "whether id-mou-2026 is in force is not certain; whether id-tax-2026 is in force is not certain"
    assert clean(f"Gate G4 is now open ({two}). Rests on “Tax”.") == (
        "Gate G4 is now open (whether an act is in force is not certain). Rests on “Tax”."
    )
    assert clean(two) == "whether an act is in force is not certain"


def test_reasons_that_differ_are_all_said() -> None:
    assert clean("nickel: mined; tin: mined") == "nickel: mined; tin: mined"
