"""Reasons of gates as people read them."""

from __future__ import annotations

import re

#: What an id looks like inside a reason: words joined by dashes or dots, no space.
_ID = r"[a-z0-9+_]+(?:[-.][a-z0-9+_]+)+"
_IN_BRACKETS = re.compile(rf" \({_ID}(?:, {_ID})*\)")
#: A record that is not saved yet is called draft.
_NAMED = re.compile(rf"\b(what|whether) (?:{_ID}|draft) is (about|in force)")
_REPEATED = re.compile(r"(^|[(;] ?)([^;()]+)(?:; \2)+(?=[;).]|$)")


def clean(words: str) -> str:
    """A gate's reason without ids, and each clause said once: what they name stands beside it with its source."""
    words = _NAMED.sub(r"\1 an act is \2", words)
    words = _IN_BRACKETS.sub("", words)
    # Reasons that differed by their id alone are now one reason said several times.
    return _REPEATED.sub(r"\1\2", words)
