"""What a person types at the desk is read, or refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.entering import read_date, read_hs


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-11-23", "2026-11-23"),
        (" 2026-11 ", "2026-11"),
        ("2026", "2026"),
        ("", ""),
        ("2569-11-23", "2026-11-23"),
        ("๒๕๖๙", "2026"),
    ],
)
def test_a_date_is_read_no_finer_than_typed(typed: str, read: str) -> None:
    assert read_date(typed) == read


@pytest.mark.parametrize(
    "typed", ["23 Nov", "2026-13", "2026-02-30", "0001", "9999", "2026/11/23", "²", "-", "2026-1-1"]
)
def test_what_is_no_date_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"write YYYY-MM-DD|lies outside|is no date"):
        read_date(typed)


def test_hs_codes_are_read_once_each_in_the_order_typed() -> None:
    assert read_hs("2846, 2805.30;2846 28") == ["2846", "280530", "28"]


@pytest.mark.parametrize("typed", ["2", "284690001", "28a6", "HS 2846", "２８４６"])
def test_what_is_no_hs_code_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="is no HS code: write 2 to 8 digits"):
        read_hs(typed)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        read = read_date(text)
    except ValueError:
        return
    assert read_date(read) == read
