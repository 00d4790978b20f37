"""Bodies of the region, their programmes and who takes part, and the standards that the paper refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from registry.choices import label
from registry.parts import Link, SourceMark
from registry.paths import country_path, instrument_path
from registry.reference import load_bodies, load_instruments
from registry.selectors import get_members
from registry.wording import country_names, section_words


@dataclass(frozen=True, slots=True)
class Programme:
    """A plan of a body. Progress per member is in no source so far, and is said to be so."""

    title: Link
    body: str
    period: str
    fields: tuple[str, ...]
    members: tuple[Link, ...]
    excluded: tuple[str, ...]
    partners: tuple[str, ...]
    quote: str
    source: SourceMark


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard or guidance. Who adopted it is in no source so far."""

    title: Link
    kind: str
    use: str
    quote: str
    source: SourceMark


@dataclass(frozen=True, slots=True)
class BodyRow:
    name: str
    kind: str
    quote: str
    source: SourceMark


@dataclass(frozen=True, slots=True)
class Programmes:
    programmes: tuple[Programme, ...]
    standards: tuple[Standard, ...]
    bodies: tuple[BodyRow, ...]


def get_programmes() -> Programmes:
    known, names = load_bodies(), country_names()
    bodies = {body.body_id: body.name for body in known.bodies}
    return Programmes(
        programmes=tuple(_programme(raw, bodies, names) for raw in known.programmes),
        standards=tuple(_standard(raw) for raw in known.reference_documents),
        bodies=tuple(
            BodyRow(body.name, label(body.kind), body.quote, SourceMark(section_words(body.section)))
            for body in known.bodies
        ),
    )


def _programme(raw: Mapping[str, Any], bodies: Mapping[str, str], names: Mapping[str, str]) -> Programme:
    excluded = raw.get("excluded", ())
    members = get_members(timezone.localdate())
    return Programme(
        title=Link(_title(raw["instrument"]), instrument_path(raw["instrument"])),
        body=bodies[raw["body"]],
        period=f"{raw['from']} to {raw['until']}",
        fields=tuple(raw["fields"]),
        members=tuple(Link(each.name, country_path(each.code)) for each in members if each.code not in excluded),
        excluded=tuple(names.get(code, code) for code in excluded),
        partners=tuple(names.get(code, code) for code in raw.get("partners", ())),
        quote=raw["quote"],
        source=_mark(raw),
    )


def _title(instrument_id: str) -> str:
    """What the paper calls an instrument."""
    named = {each.state.instrument_id: each.official_title or each.state.title for each in load_instruments()}
    return named[instrument_id]


def _standard(raw: Mapping[str, Any]) -> Standard:
    href = instrument_path(raw["instrument"]) if raw.get("instrument") else ""
    return Standard(Link(raw["name"], href), label(raw["kind"]), raw.get("use", ""), raw["quote"], _mark(raw))


def _mark(raw: Mapping[str, Any]) -> SourceMark:
    endnote = f", endnote {raw['endnote']}" if raw.get("endnote") else ""
    return SourceMark(section_words(raw["section"]) + endnote)
