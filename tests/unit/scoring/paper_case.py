"""The paper's evidence and what is expected of it, for the tests of the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from registry.reference import load_bodies, load_facts, load_instruments, load_production
from scoring.domain.card import Card, score
from scoring.domain.inputs import Evidence
from scoring.domain.overlay import apply
from scoring.methodologies import shipped

DATA = Path(__file__).parents[2] / "data"
PUBLISHED, LATER = dt.date(2026, 4, 30), dt.date(2026, 11, 23)
RULES = shipped("v1")
EVIDENCE = Evidence(load_facts(), tuple(each.state for each in load_instruments()), load_production())
MEMBERS = tuple(member.country for member in load_bodies().memberships)

Levels = tuple[int | None, int | None, int | None]
Cell = tuple[str, str]


def expected(name: str) -> Any:
    with (DATA / f"{name}.yaml").open(encoding="utf-8") as stream:
        return yaml.safe_load(stream)


def card(on: dt.date = PUBLISHED, evidence: Evidence = EVIDENCE) -> Card:
    return score(evidence, RULES, on, MEMBERS)


def what_if(*operations: Mapping[str, Any], on: dt.date = PUBLISHED) -> Card:
    evidence, rules = apply(EVIDENCE, RULES, operations)
    return score(evidence, rules, on, MEMBERS)


def levels(scored: Card) -> dict[Cell, Levels]:
    """Level, low and high of every cell."""
    return {
        (country.country, cell.domain.value): (cell.level, cell.low, cell.high)
        for country in scored.countries
        for cell in country.domains
    }


def moves(before: Card, after: Card) -> dict[str, str]:
    """The cells that moved, as ``TH.access``, and which way: up, down or open."""
    new = levels(after)
    return {".".join(cell): _way(old[0], new[cell][0]) for cell, old in levels(before).items() if new[cell] != old}


def _way(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return "open"
    return "up" if after > before else "down"


def instrument(country: str, name: str, measures: Sequence[Mapping[str, Any]] = (), **fields: Any) -> dict[str, Any]:
    """An instrument in force since 2026-01-01, as JSON, unless ``fields`` say otherwise."""
    since = {"date": "2026-01-01", "basis": "stated"}
    head = {"instrument_id": name, "version": 1, "country": country}
    return {
        **head,
        "title": name,
        "scope": "cm_specific",
        "pillar": "regulation",
        "events": [{"status": "in_force", "since": since}],
        "measures": [{**head, "measure_id": f"{name}.{n}", **each} for n, each in enumerate(measures, 1)],
        **fields,
    }


def adding(*instruments: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"op": "add_instrument", "instrument": each} for each in instruments]
