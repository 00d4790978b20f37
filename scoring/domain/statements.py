"""What the paper says of its own scores, in words that order countries: statements that a card keeps or breaks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from scoring.domain.card import Card, two_decimals
from scoring.domain.methodology import Domain
from scoring.domain.trace import State

OVERALL = "overall"

#: How a relation is tested, and how it is read.
_RELATIONS: Mapping[str, tuple[Callable[[Fraction, Fraction], bool], str]] = {
    "gt": (operator.gt, "above"),
    "ge": (operator.ge, "not below"),
    "lt": (operator.lt, "below"),
    "le": (operator.le, "not above"),
    "eq": (operator.eq, "at"),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """Every country of ``left`` against every one of ``right``, or against ``value``; ``top``: the first so many."""

    left: tuple[str, ...]
    op: str
    right: tuple[str, ...] = ()
    value: int | None = None
    top: int = 0

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Relation:
        if "top" in raw:
            return cls(tuple(raw["set"]), "top", top=raw["top"])
        if raw["op"] not in _RELATIONS:
            raise ValueError(f"'{raw['op']}' is no relation")
        return cls(tuple(raw["left"]), raw["op"], tuple(raw.get("right", ())), raw.get("value"))


@dataclass(frozen=True, slots=True)
class Statement:
    """``soft`` relations follow from the order of discussion only; they are tested like the others."""

    statement_id: str
    domain: str
    text: str
    relations: tuple[Relation, ...]
    soft: tuple[Relation, ...]
    section: str
    quote: str
    note: str

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Statement:
        return cls(
            statement_id=raw["id"],
            domain=OVERALL if raw["domain"] == OVERALL else Domain(raw["domain"]).value,
            text=raw["text"],
            relations=tuple(Relation.from_dict(each) for each in raw["all"]),
            soft=tuple(Relation.from_dict(each) for each in raw.get("soft", ())),
            section=str(raw["section"]),
            quote=raw["quote"],
            note=raw.get("note") or "",
        )


@dataclass(frozen=True, slots=True)
class Check:
    """A statement or a sum with what was found. UNKNOWN: a level it names is open. ``worked`` says the values."""

    check_id: str
    state: State
    worked: str


def check_statements(card: Card, statements: Iterable[Statement], names: Mapping[str, str]) -> tuple[Check, ...]:
    """Hold a card against each statement; ``names`` of countries by code."""
    return tuple(_checked(each, card, names) for each in statements)


def _checked(statement: Statement, card: Card, names: Mapping[str, str]) -> Check:
    relations = (*statement.relations, *statement.soft)
    states = [_state(relation, statement.domain, card) for relation in relations]
    whole = State.FAIL if State.FAIL in states else State.UNKNOWN if State.UNKNOWN in states else State.PASS
    worked = "; ".join(dict.fromkeys(_words(relation, statement.domain, card, names) for relation in relations))
    return Check(statement.statement_id, whole, worked)


def _state(relation: Relation, domain: str, card: Card) -> State:
    if relation.op == "top":
        return _top(relation, domain, card)
    test = _RELATIONS[relation.op][0]
    left = [_value(card, code, domain) for code in relation.left]
    fixed = [Fraction(relation.value)] if relation.value is not None else []
    right = [_value(card, code, domain) for code in relation.right] or fixed
    pairs = [(one, other) for one, other in product(left, right)]
    if any(one is not None and other is not None and not test(one, other) for one, other in pairs):
        return State.FAIL
    return State.UNKNOWN if any(None in pair for pair in pairs) else State.PASS


def _top(relation: Relation, domain: str, card: Card) -> State:
    """The set of the first so many, without a tie across the border."""
    values = {country.country: _value(card, country.country, domain) for country in card.countries}
    if any(values.get(code) is None for code in relation.left):
        return State.UNKNOWN
    known = sorted((value for value in values.values() if value is not None), reverse=True)
    last = known[relation.top - 1]
    return State.of(
        {code for code, value in values.items() if value is not None and value >= last} == set(relation.left)
    )


def _value(card: Card, code: str, domain: str) -> Fraction | None:
    try:
        country = card.country(code)
    except KeyError:
        return None
    if domain == OVERALL:
        return country.overall
    level = country.domain(domain).level
    return None if level is None else Fraction(level)


def _words(relation: Relation, domain: str, card: Card, names: Mapping[str, str]) -> str:
    """``Indonesia 5, Vietnam 5 above Malaysia 3, Thailand 2``."""
    left = _named(relation.left, domain, card, names)
    if relation.op == "top":
        return f"{left} first"
    right = _named(relation.right, domain, card, names) if relation.right else f"level {relation.value}"
    return f"{left} {_RELATIONS[relation.op][1]} {right}"


def _named(codes: Iterable[str], domain: str, card: Card, names: Mapping[str, str]) -> str:
    return ", ".join(f"{names.get(code, code)} {_shown(_value(card, code, domain), domain)}" for code in codes)


def _shown(value: Fraction | None, domain: str) -> str:
    if value is None:
        return "open"
    return two_decimals(value) if domain == OVERALL else str(value)
