"""Marks in a text what a reader of the news matched in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_match: bool


def mark(text: str, matched: Iterable[str]) -> list[Piece]:
    """The text in pieces, matched or not, in order; joined they are the text. Longer matches win, case is ignored."""
    words = sorted({word for word in matched if word.strip()}, key=len, reverse=True)
    if not words or not text:
        return [Piece(text, False)] if text else []
    found = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    pieces, place = [], 0
    for match in found.finditer(text):
        if match.start() > place:
            pieces.append(Piece(text[place : match.start()], False))
        pieces.append(Piece(match.group(), True))
        place = match.end()
    return [*pieces, Piece(text[place:], False)] if place < len(text) else pieces
