"""Words are found whatever their case, accents or the form of their letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.folding import fold, has_all


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("dat hiem", "Luật Địa chất: đất hiếm"),
        ("ĐỊA CHẤT", "luật địa chất"),
        ("nikel", "Larangan ekspor bijih NIKEL"),
        ("แร่หายาก", "ใบอนุญาตส่งออกแร่หายาก"),
        ("พ.ศ. ๒๕๖๙", "พ.ศ. ๒๕๖๙"),
        ("Pilipinas pagmimina", "Pagmimina sa Pilipinas"),
        ("ﬁnance", "finance"),
    ],
)
def test_a_word_is_found_in_any_of_the_regions_languages(asked: str, text: str) -> None:
    assert has_all(asked, fold(text))


def test_all_words_are_needed() -> None:
    assert not has_all("nickel ban", fold("nickel tax"))
    assert has_all("", fold("anything"))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
