"""The paper as a permanent test of every methodology that claims to implement it: its statements and its sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from registry.reference import PUBLISHED, load_bodies, load_countries, load_facts, load_instruments, load_production
from scoring.domain.arithmetic import check_arithmetic
from scoring.domain.card import Card, score
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Methodology
from scoring.domain.robustness import Bounded
from scoring.domain.statements import Check, Statement, check_statements
from scoring.domain.trace import State
from scoring.methodologies import methodology, shipped_codes
from scoring.models import Methodology as Record

#: The source whose statements are kept here, as methodologies name it.
PAPER = "SEAPPI-2026-CM"
DATA = Path(__file__).parent / "data" / "paper"


@dataclass(frozen=True, slots=True)
class PaperTest:
    """What the paper's facts give under a methodology, held against what the paper says of them."""

    code: str
    card: Card
    statements: tuple[Check, ...]
    sums: tuple[Check, ...]

    @property
    def broken(self) -> tuple[Check, ...]:
        """What does not hold; a level that is open where the paper orders it does not hold either."""
        return tuple(each for each in (*self.statements, *self.sums) if each.state is not State.PASS)


@cache
def load_statements() -> tuple[Statement, ...]:
    raw = yaml.safe_load((DATA / "statements.yaml").read_text(encoding="utf-8"))
    return tuple(Statement.from_dict(each) for each in raw["statements"])


@cache
def load_bounded() -> tuple[Bounded, ...]:
    """The cells of the paper's card that its prose leaves between two levels."""
    raw = yaml.safe_load((DATA / "bounded.yaml").read_text(encoding="utf-8"))
    return tuple(Bounded.from_dict(each) for each in raw["cells"])


@cache
def paper_evidence() -> Evidence:
    """The facts of the paper as they ship, whatever was recorded since."""
    return Evidence(load_facts(), tuple(each.state for each in load_instruments()), load_production())


@cache
def paper_names() -> dict[str, str]:
    """What countries are called, by code; minerals are called by their code."""
    return {country.code: country.name for country in load_countries()}


def held_against_paper(rules: Methodology) -> PaperTest:
    """What a methodology makes of the paper's facts on the day of its publication; a few milliseconds."""
    members = [each.country for each in load_bodies().memberships]
    card = score(paper_evidence(), rules, PUBLISHED.last, members)
    return PaperTest(
        code=rules.code,
        card=card,
        statements=check_statements(card, load_statements(), paper_names()),
        sums=check_arithmetic(paper_evidence(), rules.parameters.about_slack, paper_names()),
    )


def claims_paper(rules: Methodology) -> bool:
    return PAPER in rules.implements


def claiming() -> Iterator[Methodology]:
    """Every methodology, published or shipped, that claims to implement the paper."""
    codes = {*Record.objects.values_list("code", flat=True), *shipped_codes()}
    for code in sorted(codes):
        rules = methodology(code)
        if claims_paper(rules):
            yield rules
