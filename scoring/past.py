"""Cards as of an instant, remembered by the root of the log.

A root stands for every entry below it, so that what was found under one root, on one day and by one rule book stays
right for ever: whoever asks the command or the API again, or of another day as known then, waits for no reading of
the past. (Pages tell more than the card, and read what that rests on.)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ledger.selectors import get_head_at
from scoring.basis import get_evidence
from scoring.domain.card import Card, score
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Methodology


@dataclass(frozen=True, slots=True)
class _Asked:
    """Equal where the answer is: rules by their content, since they hold what cannot be hashed."""

    root: str
    on: dt.date
    members: tuple[str, ...]
    content: str
    rules: Methodology = field(compare=False)
    sealed_at: dt.datetime = field(compare=False)


def get_past_card(as_of: dt.datetime, rules: Methodology, on: dt.date, members: Sequence[str]) -> Card:
    """The card of a day as known at an instant; as `score` of what was known then, remembered or not."""
    head = get_head_at(as_of)
    if head is None:
        return score(Evidence(), rules, on, members)
    return _card(_Asked(head.root, on, tuple(members), repr(rules), rules, head.sealed_at))


@lru_cache(maxsize=64)
def _card(asked: _Asked) -> Card:
    return score(_evidence(asked.root, asked.sealed_at), asked.rules, asked.on, asked.members)


@lru_cache(maxsize=4)
def _evidence(root: str, sealed_at: dt.datetime) -> Evidence:
    """What is known at the instant of a sealing is what its root stands for."""
    return get_evidence(as_of=sealed_at)
