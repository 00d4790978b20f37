"""Pages over time: why two points differ, and the card as it moved from day to day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.asked import AskedDay
from registry.parts import Link
from registry.paths import country_path, why_path
from scoring.domain.between import Cause, Step
from scoring.domain.card import Card
from scoring.domain.diff import CellChange
from scoring.domain.methodology import Domain
from scoring.domain.trace import State
from scoring.domain.wording import clean
from scoring.pages.front import CardRow
from scoring.pages.parts import NAMES, EvidenceLine, evidence_line, sentence

Span = tuple[int | None, int | None]

CAUSES: Mapping[Cause, tuple[str, str]] = {
    Cause.CORRECTION: ("the record was corrected", "Of the same day, something else is on record now than then."),
    Cause.WORLD: ("the world changed", "Between the two days something began or ended."),
    Cause.METHOD: ("the method changed", "The rules changed, not the facts."),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of evidence behind a flipped gate, with its source, its place in the log and who stands behind it."""

    line: EvidenceLine
    officers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A gate that flipped: its state before and after in words, its rule, and why."""

    gate: str
    before: str
    after: str
    because: str


@dataclass(frozen=True, slots=True)
class Branch:
    """What one cause did to a cell: the sentence, the gates, the evidence."""

    cause: str
    words: str
    old: Span
    new: Span
    sentence: str
    flips: tuple[Flip, ...]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that differs between the two points, with one branch for each cause."""

    country: Link
    domain: Link
    old: Span
    new: Span
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class ComparePage:
    earlier: AskedDay
    later: AskedDay
    codes: tuple[str, str]
    backcasts: tuple[bool, bool]
    differences: tuple[Difference, ...]
    overalls: tuple[tuple[Link, str, str], ...]
    country: str
    domain: str
    countries: tuple[tuple[str, str], ...]
    domains: tuple[tuple[str, str], ...]
    query: str


#: Evidence of a public id, as `evidence_json` has it, with ``officers``.
Evidence = Callable[[str], Mapping[str, Any]]


def differences(
    steps: Sequence[Step], names: Mapping[str, str], evidence: Evidence, *, country: str = "", domain: str = ""
) -> tuple[Difference, ...]:
    """The cells that any step moved, in order of country and domain, filtered by code and domain where given."""
    cells = sorted({(change.country, change.domain) for step in steps for change in step.changes})
    wanted = [cell for cell in cells if country in ("", cell[0]) and domain in ("", cell[1].value)]
    return tuple(_difference(steps, cell, names, evidence) for cell in wanted)


def _difference(
    steps: Sequence[Step], cell: tuple[str, Domain], names: Mapping[str, str], evidence: Evidence
) -> Difference:
    country, domain = cell
    first, last = _span(steps[0].before, cell), _span(steps[-1].after, cell)
    found = [
        (step.cause, change) for step in steps for change in step.changes if (change.country, change.domain) == cell
    ]
    return Difference(
        country=Link(names.get(country, country), country_path(country)),
        domain=Link(NAMES[domain], why_path(country, domain)),
        old=first,
        new=last,
        branches=tuple(_branch(cause, change, names, evidence) for cause, change in found),
    )


def _span(card: Card, cell: tuple[str, Domain]) -> Span:
    try:
        score = card.cell(*cell)
    except KeyError:
        return None, None
    return score.low, score.high


def _branch(cause: Cause, change: CellChange, names: Mapping[str, str], evidence: Evidence) -> Branch:
    kind, words = CAUSES[cause]
    pieces = [evidence(each) for each in change.causes] if cause is not Cause.METHOD else []
    return Branch(
        cause=kind,
        words=words,
        old=(change.before.low, change.before.high),
        new=(change.after.low, change.after.high),
        sentence=clean(change.reason(names)),
        flips=tuple(
            Flip(flip.gate, _state(flip.before), _state(flip.after), sentence(clean(flip.because)))
            for flip in change.flips
        ),
        leaves=tuple(Leaf(evidence_line(piece), tuple(piece.get("officers", ()))) for piece in pieces),
    )


_STATES = {State.PASS: "passes", State.FAIL: "does not pass", State.UNKNOWN: "open"}


def _state(state: State | None) -> str:
    return _STATES[state] if state else "without facts"


# --- the card over time


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell that moved on a day, in a sentence."""

    country: Link
    domain: Link
    old: Span
    new: Span
    words: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A day on which a level moved. ``is_ahead``: it lies ahead and holds if nothing else happens."""

    on: dt.date
    href: str
    moves: tuple[Moved, ...]
    is_shown: bool
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class TimePage:
    rows: tuple[CardRow, ...]
    unscored: tuple[Link, ...]
    stops: tuple[Stop, ...]
    step: int
    code: str
    effective_from: dt.date
    backcast: bool
    published_query: str
    snapshot_href: str

    @property
    def days(self) -> str:
        return " ".join(stop.on.isoformat() for stop in self.stops)

    @property
    def last_step(self) -> int:
        return max(0, len(self.stops) - 1)


def moves_of(changes: Iterable[CellChange], names: Mapping[str, str]) -> tuple[Moved, ...]:
    return tuple(
        Moved(
            country=Link(names.get(change.country, change.country), country_path(change.country)),
            domain=Link(NAMES[change.domain], why_path(change.country, change.domain)),
            old=(change.before.low, change.before.high),
            new=(change.after.low, change.after.high),
            words=clean(change.reason(names)),
        )
        for change in changes
    )
