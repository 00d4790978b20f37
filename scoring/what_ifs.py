"""What the what-if page reads: the supposition of its address, and what its forms can choose from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.reference import load_judgements
from registry.wording import mineral_names
from scoring.arguments import Point
from scoring.day import Day
from scoring.domain.inputs import Kind, plain
from scoring.domain.overlay import Operation, apply, read_operations
from scoring.exceptions import OverlayError
from scoring.pages.composing import ACTS, BECOMES, FIGURES, Act, classes_of, compose
from scoring.pages.what_if import WhatIfPage, address, examples, what_if_page
from scoring.supposing import get_supposition
from scoring.wording import PARAMETERS, fact_words, parameter_value


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in the forms."""

    instruments: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    becomes: tuple[tuple[str, str], ...]
    acts: tuple[Act, ...]
    countries: tuple[tuple[str, str], ...]
    minerals: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    figures: tuple[tuple[str, str], ...]
    judgements: tuple[tuple[str, str], ...]
    parameters: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the address asks for: another address to go to, or a page, with a sentence where it could not be read."""

    page: WhatIfPage
    address: str = ""
    problem: str = ""


def get_answer(day: Day, asked: Mapping[str, str]) -> Answer:
    """The supposition of an address; a filled form adds to it and leads to the address of both."""
    try:
        operations = read_operations(asked.get("ops", ""))
        page = get_what_if(day, operations)
    except OverlayError as error:
        return Answer(get_what_if(day, ()), problem=str(error))
    if "add" not in asked:
        return Answer(page)
    try:
        together = (*operations, *compose(asked, day.basis.evidence, day.rules, load_judgements(), day.asked.on))
        get_what_if(day, together)
    except OverlayError as error:
        return Answer(page, problem=str(error))
    return Answer(page, address=address(together, day.asked))


def get_what_if(day: Day, operations: tuple[Operation, ...]) -> WhatIfPage:
    """Raises OverlayError for an operation that cannot be carried out."""
    supposition = get_supposition(Point(day.asked.on, day.asked.as_of), operations, day.basis)
    return what_if_page(supposition, day.asked, day.names)


def get_choices(day: Day) -> Choices:
    evidence, names = day.basis.evidence, day.names
    by_country: dict[str, list[tuple[str, str]]] = {}
    for each in sorted(evidence.instruments, key=lambda each: each.title):
        by_country.setdefault(names.get(each.country, each.country), []).append((each.instrument_id, each.title))
    return Choices(
        instruments=tuple((country, tuple(rows)) for country, rows in sorted(by_country.items())),
        becomes=BECOMES,
        acts=ACTS,
        countries=tuple((code, names[code]) for code in day.members),
        minerals=tuple(sorted(mineral_names().items(), key=lambda pair: pair[1])),
        words=tuple(_words(kind, *of) for kind, of in classes_of(day.rules).items()),
        figures=tuple((kind.value, words) for kind, words, _ in FIGURES),
        judgements=tuple((each.judgement_id, each.title) for each in load_judgements()),
        parameters=tuple(_parameter(day, each.name) for each in dataclasses.fields(day.rules.parameters)),
        facts=tuple((fact.fact_id, fact_words(fact)) for fact in evidence.facts if fact.kind in set(Kind)),
        examples=tuple(
            (words, address(operations, day.asked)) for words, operations in examples(evidence) if _can(day, operations)
        ),
    )


def _words(kind: Kind, about: str, words: tuple[str, ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    return about, tuple((f"{kind.value}:{word}", f"{about}: {plain(word)}") for word in words)


def _parameter(day: Day, name: str) -> tuple[str, str]:
    value: Any = getattr(day.rules.parameters, name)
    return name, f"{PARAMETERS[name].capitalize()}: {parameter_value(value)}"


def _can(day: Day, operations: tuple[Operation, ...]) -> bool:
    """Whether an example can be shown: what it changes may not be on record here."""
    try:
        apply(day.basis.evidence, day.rules, operations)
    except OverlayError:
        return False
    return True
