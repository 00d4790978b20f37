"""The paper as a test, as a page: each statement and sum with the values worked out, then and on the day asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.wording import section_words
from scoring.domain.statements import Check, Statement
from scoring.domain.trace import State
from scoring.pages.parts import NAMES, sentence
from scoring.paper import PaperTest

_DOMAINS = {**{domain.value: name for domain, name in NAMES.items()}, "overall": "Overall"}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """``today`` is the state over the facts on record for the day asked for: the world may have moved on."""

    statement_id: str
    domain: str
    text: str
    place: str
    quote: str
    note: str
    state: str
    worked: str
    today: str
    today_worked: str


@dataclass(frozen=True, slots=True)
class SumRow:
    name: str
    worked: str
    state: str


@dataclass(frozen=True, slots=True)
class PaperPage:
    code: str
    claims: bool
    others: tuple[str, ...]
    statements: tuple[StatementRow, ...]
    sums: tuple[SumRow, ...]

    @property
    def held(self) -> int:
        return sum(row.state == State.PASS for row in self.statements)

    @property
    def sums_held(self) -> int:
        return sum(row.state == State.PASS for row in self.sums)


def paper_page(
    test: PaperTest, statements: Sequence[Statement], today: Sequence[Check], *, claims: bool, others: Iterable[str]
) -> PaperPage:
    """``today`` are the same statements in the same order over the day's facts."""
    return PaperPage(
        code=test.code,
        claims=claims,
        others=tuple(code for code in others if code != test.code),
        statements=tuple(
            _statement(each, then, now) for each, then, now in zip(statements, test.statements, today, strict=True)
        ),
        sums=tuple(SumRow(sentence(each.check_id).rstrip("."), each.worked, each.state.value) for each in test.sums),
    )


def _statement(statement: Statement, then: Check, now: Check) -> StatementRow:
    return StatementRow(
        statement_id=statement.statement_id,
        domain=_DOMAINS[statement.domain],
        text=sentence(statement.text),
        place=section_words(statement.section),
        quote=statement.quote,
        note=statement.note,
        state=then.state.value,
        worked=then.worked,
        today=now.state.value,
        today_worked="" if now.worked == then.worked else now.worked,
    )
