"""Why two points in time differ: what we corrected, what the world changed, what the method changed, told apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from scoring.domain.card import Card, score
from scoring.domain.diff import CellChange, compare, evidence_change
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Domain, Methodology


class Cause(StrEnum):
    CORRECTION = "correction"
    WORLD = "world"
    METHOD = "method"


@dataclass(frozen=True, slots=True)
class Side:
    """One point in time: what was known, the rules, the day and its members."""

    evidence: Evidence
    rules: Methodology
    on: dt.date
    members: tuple[str, ...]

    def card(self) -> Card:
        return score(self.evidence, self.rules, self.on, self.members)


@dataclass(frozen=True, slots=True)
class Step:
    """What one cause alone changed: cards before and after, and the cells whose level differs."""

    cause: Cause
    before: Card
    after: Card
    changes: tuple[CellChange, ...]


def between(before: Side, after: Side) -> tuple[Step, ...]:
    """The way from one point to another in three steps, each with one cause; together they are the whole difference.

    First what is known of the earlier day is brought up to date (correction: of the same day, we know
    otherwise), then the day moves (world), then the rules (method).
    """
    known = Side(after.evidence, before.rules, before.on, before.members)
    moved = Side(after.evidence, before.rules, after.on, after.members)
    cards = before.card(), known.card(), moved.card(), after.card()
    altered = evidence_change(before.evidence, after.evidence).ids
    return (
        _step(Cause.CORRECTION, cards[0], cards[1], altered),
        _step(Cause.WORLD, cards[1], cards[2], ()),
        _step(Cause.METHOD, cards[2], cards[3], ()),
    )


def _step(cause: Cause, before: Card, after: Card, altered: Collection[str]) -> Step:
    changes = tuple(change for change in compare(before, after, altered) if change.level_changed)
    return Step(cause, before, after, changes)


def causes_of(steps: Collection[Step], country: str, domain: Domain) -> tuple[Cause, ...]:
    """Which causes moved a cell, in the order of the steps."""
    return tuple(step.cause for step in steps if any((c.country, c.domain) == (country, domain) for c in step.changes))
