"""Where the paper disagrees with itself: each case with both places, the facts that quote them, and what is done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.domain.paper import Contradiction
from registry.models import FactVersion, InstrumentVersion
from registry.pages.facts import PRODUCTION_TOTAL, fact_line
from registry.parts import Link
from registry.paths import fact_path, instrument_path, note_path
from registry.wording import section_words

_WORDS = re.compile(r"[a-z0-9%.,]+")


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places that disagree, with what is on record from it."""

    section: str
    quote: str
    records: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Note:
    note_id: str
    about: str
    places: tuple[Place, ...]
    treatment: str


@dataclass(frozen=True, slots=True)
class Notes:
    kind: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Quoted:
    """Something on record with the words it was taken from."""

    section: str
    words: str
    link: Link


def notes_page(
    cases: Iterable[Contradiction],
    facts: Iterable[FactVersion],
    instruments: Iterable[InstrumentVersion],
    minerals: dict[str, str],
) -> tuple[Notes, ...]:
    """Cases by kind. A record belongs to a place where one's quotation holds the other's, in the same section."""
    quoted = [*_of_facts(facts, minerals), *_of_instruments(instruments)]
    kinds: dict[str, list[Note]] = {}
    for case in cases:
        places = tuple(_place(section, quote, quoted) for section, quote in case.places)
        kinds.setdefault(case.kind, []).append(Note(case.contradiction_id, case.about, places, case.treatment))
    return tuple(Notes(kind, tuple(notes)) for kind, notes in kinds.items())


def notes_on(section: str | None, quote: str | None, cases: Iterable[Contradiction]) -> tuple[Link, ...]:
    """The cases that a record taken from a place of the paper is part of."""
    if not section or not quote:
        return ()
    words = _bare(quote)
    return tuple(
        Link(case.about, note_path(case.contradiction_id))
        for case in cases
        if any(section == place and _overlap(words, _bare(said)) for place, said in case.places)
    )


def _place(section: str, quote: str, quoted: Sequence[_Quoted]) -> Place:
    words = _bare(quote)
    records = [each.link for each in quoted if each.section == section and _overlap(each.words, words)]
    return Place(section_words(section), quote, tuple(dict.fromkeys(records)))


def _of_facts(facts: Iterable[FactVersion], minerals: dict[str, str]) -> Iterable[_Quoted]:
    for version in facts:
        if version.kind == PRODUCTION_TOTAL or not version.content.get("quote"):
            continue
        line = fact_line(version, minerals)
        about = f"{line.kind}, {line.mineral.lower()}" if line.mineral else line.kind
        link = Link(f"{about}: {line.text}", fact_path(version.fact_id))
        yield _Quoted(version.content.get("section", ""), _bare(line.quote), link)


def _of_instruments(instruments: Iterable[InstrumentVersion]) -> Iterable[_Quoted]:
    for version in instruments:
        quote = version.details.get("quote")
        if quote:
            link = Link(version.content["title"], instrument_path(version.content["instrument_id"]))
            yield _Quoted(version.details.get("section") or "", _bare(quote), link)


def _bare(quote: str) -> str:
    """A quotation as its words: case, quotation marks and cell borders of tables do not count."""
    return " ".join(_WORDS.findall(quote.lower()))


def _overlap(one: str, other: str) -> bool:
    return bool(one and other) and (one in other or other in one)
