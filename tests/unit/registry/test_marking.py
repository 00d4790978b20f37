"""Marks in the text of a news entry."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.differences import Difference, differences
from registry.domain.marking import Piece, mark


def test_matches_are_marked_whatever_their_case_and_the_longer_one_wins() -> None:
    pieces = mark("A ban on nickel ore today", ["nickel", "Nickel ore"])

    assert pieces == [Piece("A ban on ", False), Piece("nickel ore", True), Piece(" today", False)]


@given(st.text(), st.lists(st.text(max_size=5), max_size=5))
def test_the_pieces_joined_are_the_text(text: str, words: list[str]) -> None:
    assert "".join(piece.text for piece in mark(text, words)) == text


def test_differences_name_the_place_and_both_values() -> None:
    old = {"title": "A", "events": [{"status": "proposed"}], "hs": ["28"]}
    new = {"title": "B", "events": [{"status": "proposed"}, {"status": "adopted"}], "hs": ["28"]}

    assert list(differences(old, new)) == [
        Difference(("title",), "A", "B"),
        Difference(("events", "2"), None, {"status": "adopted"}),
    ]


def test_nothing_and_an_empty_value_do_not_differ() -> None:
    assert list(differences({"a": None, "b": []}, {"a": "", "b": None})) == []
