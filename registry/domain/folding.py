"""Words as they are searched: without case, accents or the form of their letters."""

from __future__ import annotations

import unicodedata

#: Letters that Unicode does not take apart.
_WHOLE = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def fold(text: str) -> str:
    """``Đất hiếm`` and ``dat hiem`` fold to the same words; so do the two ways to write one Thai vowel."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_WHOLE)


def has_all(words: str, text: str) -> bool:
    """Whether a folded text holds every word asked for, in any order."""
    return all(word in text for word in fold(words).split())
