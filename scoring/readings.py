"""What the other reading of each judgement would move, and how firm ranks are; worked out once for one evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from registry.domain.paper import Judgement
from registry.reference import load_contradictions, load_judgements
from scoring.day import Day
from scoring.domain.card import Card, score
from scoring.domain.diff import compare, span
from scoring.domain.overlay import apply
from scoring.domain.robustness import Sensitivity, sensitivity
from scoring.domain.statements import check_statements
from scoring.exceptions import OverlayError
from scoring.histories import ByContent
from scoring.methodologies import methodology
from scoring.models import Methodology as Record
from scoring.pages.methodology import MethodologyPage, Moves, methodology_page, published_line
from scoring.pages.paper import PaperPage, paper_page
from scoring.pages.what_if import address
from scoring.paper import claiming, claims_paper, held_against_paper, load_bounded, load_statements


@dataclass(frozen=True, slots=True)
class OtherReading:
    """A judgement with the card that its other reading gives, and what that moves. None: nothing to change here."""

    judgement: Judgement
    card: Card | None
    moves: Moves

    def address(self, day: Day) -> str:
        """The what-if that supposes the other reading on a day; empty where there is nothing to change."""
        return address(self.judgement.instead, day.asked) if self.card is not None and self.judgement.instead else ""


@lru_cache(maxsize=4)
def _judged(known: ByContent, on: dt.date, members: tuple[str, ...]) -> tuple[OtherReading, ...]:
    card = score(known.evidence, known.rules, on, members)
    return tuple(_other_reading(judgement, known, card) for judgement in load_judgements())


def _other_reading(judgement: Judgement, known: ByContent, card: Card) -> OtherReading:
    members = [each.country for each in card.countries]
    try:
        other = score(*apply(known.evidence, known.rules, judgement.instead), card.on, members)
    except OverlayError:
        # What it would change is not on record here, so it changes nothing.
        return OtherReading(judgement, None, {})
    moves = {(c.country, c.domain): (span(c.before), span(c.after)) for c in compare(card, other) if c.level_changed}
    return OtherReading(judgement, other, moves)


def get_other_readings(day: Day) -> tuple[OtherReading, ...]:
    """Every judgement with what its other reading would move on the day; slow at first, then remembered."""
    return _judged(ByContent(day.basis.evidence, day.rules), day.asked.on, tuple(day.members))


def get_sensitivity(day: Day) -> tuple[Sensitivity, ...]:
    """How far each country's rank moves under other weights, other ways to join domains, other readings."""
    return _sensitivity(ByContent(day.basis.evidence, day.rules), day.asked.on, tuple(day.members))


@lru_cache(maxsize=4)
def _sensitivity(known: ByContent, on: dt.date, members: tuple[str, ...]) -> tuple[Sensitivity, ...]:
    card = score(known.evidence, known.rules, on, members)
    others = [each.card for each in _judged(known, on, members) if each.card is not None]
    return sensitivity(card, known.rules, others, load_bounded() if claims_paper(known.rules) else ())


def get_paper_page(day: Day, code: str = "") -> PaperPage:
    """The paper's statements and sums under a methodology (the day's official one). Raises MethodologyError."""
    rules = methodology(code) if code else day.rules
    today = score(day.basis.evidence, rules, day.asked.on, day.members)
    return paper_page(
        held_against_paper(rules),
        load_statements(),
        check_statements(today, load_statements(), day.names),
        claims=claims_paper(rules),
        others=[each.code for each in claiming()],
    )


def get_methodology_page(day: Day) -> MethodologyPage:
    judged = [(each.judgement, each.moves, each.address(day)) for each in get_other_readings(day)]
    record = Record.objects.filter(code=day.rules.code).first()
    return methodology_page(
        day.rules,
        judged,
        len(load_contradictions()),
        day.names,
        sensitivity=get_sensitivity(day),
        bounded=load_bounded() if claims_paper(day.rules) else (),
        published=published_line(record) if record else None,
        versions=tuple(published_line(each) for each in Record.objects.order_by("effective_from", "pk")),
    )
