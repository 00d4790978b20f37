"""What the pages and addresses over time read: two points compared, the days on which levels moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from registry.domain.asked import AskedDay
from registry.parts import Link
from registry.paths import country_path
from registry.selectors import get_members
from registry.wording import country_names
from scoring.arguments import Point
from scoring.basis import Basis, get_basis
from scoring.day import Day
from scoring.domain.between import Side, Step, between
from scoring.domain.card import Card, CountryScore, two_decimals
from scoring.domain.diff import CellChange, compare
from scoring.histories import cards_over_time, days_of
from scoring.methodologies import is_backcast
from scoring.models import DOMAINS
from scoring.pages.front import card_rows
from scoring.pages.over_time import ComparePage, Stop, TimePage, differences, moves_of
from scoring.selectors import evidence_json, get_rules
from scoring.supposing import move_json

#: How far ahead the days of instruments that begin or end are told.
AHEAD = dt.timedelta(days=3_660)


def get_sides(before: Point, after: Point) -> tuple[Side, Side, Basis, Basis]:
    """Both points with all that they rest on. Raises MethodologyError."""
    bases = get_basis(as_of=before.as_of), get_basis(as_of=after.as_of)
    sides = [
        Side(basis.evidence, get_rules(point), point.on, tuple(each.code for each in get_members(point.on)))
        for point, basis in zip((before, after), bases, strict=True)
    ]
    return sides[0], sides[1], *bases


def comparison_json(before: Point, after: Point, *, now: dt.datetime) -> dict[str, Any]:
    """Why two points in time differ, cause by cause, as JSON."""
    first, second, older, newer = get_sides(before, after)
    names = country_names()
    return {
        "from": _point_json(first, before, now),
        "to": _point_json(second, after, now),
        "steps": [
            {
                "cause": step.cause.value,
                "changes": [_change_json(c, names, older, newer, after.on) for c in step.changes],
            }
            for step in between(first, second)
        ],
    }


def _point_json(side: Side, point: Point, now: dt.datetime) -> dict[str, Any]:
    as_of = (point.as_of or now).isoformat()
    backcast = is_backcast(side.rules, side.on)
    return {"on": side.on.isoformat(), "as_of": as_of, "methodology": side.rules.code, "backcast": backcast}


def _change_json(change: CellChange, names: dict[str, str], older: Basis, newer: Basis, on: dt.date) -> dict[str, Any]:
    return {**move_json(change, names), "causes": [_piece(each, older, newer, on) for each in change.causes]}


def _piece(public_id: str, older: Basis, newer: Basis, on: dt.date) -> dict[str, Any]:
    """A piece of evidence as the later point has it, or as the earlier one had it where it is gone."""
    basis = newer if public_id in newer.facts or public_id in newer.versions else older
    return {**evidence_json(public_id, basis, on), "officers": _officers(public_id, basis)}


def _officers(public_id: str, basis: Basis) -> list[str]:
    if (version := basis.versions.get(public_id)) is not None:
        return list(dict.fromkeys((version.drafted_by, version.approved_by)))
    fact = basis.facts.get(public_id)
    return [fact.recorded_by] if fact else []


def get_comparison(earlier: Day, later: Day, country: str, domain: str) -> ComparePage:
    """Why the two days differ; ``country`` and ``domain`` leave out the rest."""
    sides = tuple(Side(day.basis.evidence, day.rules, day.asked.on, tuple(day.members)) for day in (earlier, later))
    steps = between(*sides)
    names = {**earlier.titles, **later.titles}

    def evidence(public_id: str) -> dict[str, Any]:
        piece = _piece(public_id, earlier.basis, later.basis, later.asked.on)
        fact = later.basis.facts.get(public_id) or earlier.basis.facts.get(public_id)
        return {**piece, "mineral": fact.mineral.replace("_", " ") if fact else ""}

    found = differences(steps, names, evidence, country=country.upper(), domain=domain)
    return ComparePage(
        earlier=earlier.asked,
        later=later.asked,
        codes=(earlier.rules.code, later.rules.code),
        backcasts=(is_backcast(earlier.rules, earlier.asked.on), is_backcast(later.rules, later.asked.on)),
        differences=found,
        overalls=tuple(_overalls(steps, later.names, country.upper())),
        country=country.upper(),
        domain=domain,
        countries=tuple((code, later.names[code]) for code in later.members),
        domains=tuple(DOMAINS),
        query=_compare_query(earlier.asked, later.asked),
    )


def _compare_query(earlier: AskedDay, later: AskedDay) -> str:
    asked = {"from_on": earlier.on.isoformat(), "on": later.on.isoformat()}
    for name, instant in (("from_as_of", earlier.as_of), ("as_of", later.as_of)):
        if instant:
            asked[name] = instant.isoformat().replace("+00:00", "Z")
    return urlencode(asked)


def _overalls(steps: Sequence[Step], names: dict[str, str], wanted: str) -> Iterator[tuple[Link, str, str]]:
    older = {each.country: each for each in steps[0].before.countries}
    for each in steps[-1].after.countries:
        was = older.get(each.country)
        if wanted in ("", each.country) and (was is None or was.overall != each.overall):
            link = Link(names[each.country], country_path(each.country))
            yield link, _shown(was), _shown(each)


def _shown(country: CountryScore | None) -> str:
    """The mean, or its range where it is open; in words where the country was no member or lacks facts."""
    if country is None:
        return "no member"
    if country.overall_low is None or country.overall_high is None:
        return "facts missing"
    if country.overall is None:
        return f"{two_decimals(country.overall_low)}–{two_decimals(country.overall_high)}"
    return two_decimals(country.overall)


# --- the card over time


def get_moves(day: Day) -> list[tuple[Card, tuple[CellChange, ...]]]:
    """Each day on which a level moves, from the first facts to the last date ahead, with what moved."""
    evidence = day.basis.evidence
    last = max([day.asked.now.date(), day.asked.on, *(each for each in days_of(evidence))], default=day.asked.on)
    cards = cards_over_time(evidence, min(last, day.asked.now.date() + AHEAD), day.rules)
    moved = []
    for before, after in pairwise([_nothing(cards[0]), *cards]):
        changes = tuple(change for change in compare(before, after) if change.level_changed)
        if changes:
            moved.append((after, changes))
    return moved


def _nothing(card: Card) -> Card:
    return replace(card, countries=())


def get_time_page(day: Day) -> TimePage:
    moved = get_moves(day)
    step = max((n for n, (card, _) in enumerate(moved) if card.on <= day.asked.on), default=0)
    stops = tuple(
        Stop(card.on, _address(day, card.on), moves_of(changes, day.titles), n == step, card.on > day.asked.now.date())
        for n, (card, changes) in enumerate(moved)
    )
    rows = card_rows(day.card, day.names, day.asked.query)
    shown = {row.code for row in rows}
    return TimePage(
        rows=rows,
        unscored=tuple(Link(day.names[c], country_path(c) + day.asked.query) for c in day.members if c not in shown),
        stops=stops,
        step=step,
        code=day.rules.code,
        effective_from=day.rules.effective_from,
        backcast=is_backcast(day.rules, day.asked.on),
        published_query=_published(day),
        snapshot_href="/snapshot.json" + replace(day.asked, as_of=day.asked.as_of or day.asked.now).query,
    )


def _published(day: Day) -> str:
    """The question what was known on the day itself, against what is known now; empty where the day lies ahead."""
    if day.asked.on >= day.asked.now.date():
        return ""
    on = day.asked.on.isoformat()
    return urlencode({"from_on": on, "from_as_of": on, "on": on})


def _address(day: Day, on: dt.date) -> str:
    return "/time/" + (replace(day.asked, on=on).query or "")


def step_address(day: Day, step: str) -> str:
    """Where the slider's place leads: the address of that day; empty where the address names no place."""
    moved = get_moves(day) if step.isascii() and step.isdigit() else []
    return _address(day, moved[min(int(step), len(moved) - 1)][0].on) if moved else ""


def series_json(day: Day, country: str) -> list[dict[str, Any]]:
    """Every move of a country's levels as known at the instant asked, oldest first, with its sentence."""
    return [
        {"on": card.on.isoformat(), **move_json(change, day.titles)}
        for card, changes in get_moves(day)
        for change in changes
        if change.country == country
    ]
