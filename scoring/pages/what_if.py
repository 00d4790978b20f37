"""The what-if page: what is supposed, what would follow, and forms to suppose more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from registry.domain.asked import AskedDay
from registry.parts import Link
from registry.paths import country_path, why_path
from registry.signals import Effect
from scoring.domain.card import CountryScore, two_decimals
from scoring.domain.diff import CellChange, span
from scoring.domain.inputs import Evidence
from scoring.domain.overlay import Operation
from scoring.domain.wording import clean
from scoring.pages.composing import words_of
from scoring.pages.parts import NAMES, sentence
from scoring.supposing import Supposition, standings

PATH = "/what-if/"


@dataclass(frozen=True, slots=True)
class Supposed:
    """One operation in words, and the address of the page without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Move:
    """A cell that would differ; ``old`` and ``new`` are (low, high)."""

    country: Link
    domain: Link
    old: tuple[int | None, int | None]
    new: tuple[int | None, int | None]
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    country: Link
    old: str
    new: str
    old_rank: int | None
    new_rank: int | None


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    supposed: tuple[Supposed, ...]
    ops: str
    lead: str
    moves: tuple[Move, ...]
    standings: tuple[Standing, ...]
    reasons: tuple[str, ...]
    effects: tuple[Effect, ...]
    json_href: str


def address(operations: Sequence[Operation], asked: AskedDay) -> str:
    """The address that shows a supposition again, to be shared."""
    query = {"ops": ops_text(operations)} if operations else {}
    if not asked.is_today:
        query["on"] = asked.on.isoformat()
    if asked.as_of:
        query["as_of"] = asked.as_of.isoformat().replace("+00:00", "Z")
    return f"{PATH}?{urlencode(query)}" if query else PATH


def ops_text(operations: Sequence[Operation]) -> str:
    return json.dumps(list(operations), separators=(",", ":"), ensure_ascii=False) if operations else ""


def what_if_page(supposition: Supposition, asked: AskedDay, names: Mapping[str, str]) -> WhatIfPage:
    """``names`` of countries by code."""
    operations, known = supposition.operations, {**names, **supposition.titles}
    moves = tuple(_move(change, known) for change in supposition.moved)
    return WhatIfPage(
        supposed=tuple(
            Supposed(words_of(each, known), address((*operations[:n], *operations[n + 1 :]), asked))
            for n, each in enumerate(operations)
        ),
        ops=ops_text(operations),
        lead=_lead(supposition, known) if operations else "",
        moves=moves,
        standings=tuple(_standings(supposition, names)),
        reasons=() if moves else tuple(sentence(clean(each)) for each in supposition.reasons),
        effects=supposition.effects,
        json_href=address(operations, asked).replace(PATH, "/api/v1/what-if/"),
    )


def _lead(supposition: Supposition, names: Mapping[str, str]) -> str:
    if not supposition.moved:
        return "No score would change."
    parts = [
        f"{names[change.country]}’s {change.domain.value} would be {span(change.after)}, not {span(change.before)}"
        for change in supposition.moved[:3]
    ]
    more = len(supposition.moved) - len(parts)
    return sentence("; ".join(parts) + (f"; and {more} more cells would move" if more > 0 else ""))


def _move(change: CellChange, names: Mapping[str, str]) -> Move:
    return Move(
        country=Link(names[change.country], country_path(change.country)),
        domain=Link(NAMES[change.domain], why_path(change.country, change.domain)),
        old=(change.before.low, change.before.high),
        new=(change.after.low, change.after.high),
        words=clean(change.reason(names)),
    )


def _standings(supposition: Supposition, names: Mapping[str, str]) -> Iterator[Standing]:
    for was, now in standings(supposition.before, supposition.after):
        link = Link(names[now.country], country_path(now.country))
        yield Standing(link, _overall(was), _overall(now), was.rank if was else None, now.rank)


def _overall(country: CountryScore | None) -> str:
    if country is None or country.overall is None:
        return "open"
    return two_decimals(country.overall)


def examples(evidence: Evidence) -> tuple[tuple[str, tuple[Operation, ...]], ...]:
    """Suppositions to begin with: (words, operations)."""
    bans = sorted(
        each.instrument_id
        for each in evidence.instruments
        if each.country == "ID" and any(measure.code == "export_ban" for measure in each.measures)
    )
    control = {"kind": "control", "class": "under_control", "subject": {"country": "PH", "mineral": "nickel"}}
    return (
        (
            "Indonesia repeals its bans on ore exports",
            ({"op": "set_instrument", "ids": bans, "field": "status", "value": "repealed"},),
        ),
        (
            "The Philippines enacts its export ban, and its nickel is abundant and under control",
            (
                {"op": "set_instrument", "ids": ["ph-ore-export-ban"], "field": "status", "value": "in_force"},
                {"op": "set_fact", "ids": ["ph.reserves.substantial"], "field": "class", "value": "abundant"},
                {"op": "add_fact", "fact": control},
            ),
        ),
        (
            "Output outside state control counts less",
            ({"op": "param", "name": "uncontrolled_cap", "value": 3},),
        ),
    )
