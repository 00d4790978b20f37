"""What an instrument does to the scores: before and after, gate by gate, or why nothing moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from registry.selectors import get_members
from registry.wording import country_names
from scoring.basis import get_basis
from scoring.domain.card import Card, CountryScore, DomainScore, score, two_decimals
from scoring.domain.diff import CellChange, compare
from scoring.domain.overlay import apply
from scoring.domain.trace import GateTrace
from scoring.domain.wording import clean
from scoring.methodologies import official
from scoring.wording import titles_of


@dataclass(frozen=True, slots=True)
class ScoresEffect:
    """``changes`` is empty where nothing moves; ``reason`` then says why. ``lines`` are sentences for people."""

    changes: tuple[CellChange, ...]
    reason: str
    lines: tuple[str, ...]


def effect_of(draft: InstrumentState, on: dt.date) -> ScoresEffect:
    """What approving a draft would do to the scores of a day: the what-if of adding it; nothing is stored."""
    evidence = get_basis().evidence
    members = [country.code for country in get_members(on)]
    rules = official(on)
    supposed, _ = apply(evidence, rules, [{"op": "add_instrument", "instrument": draft}])
    before, after = score(evidence, rules, on, members), score(supposed, rules, on, members)
    names = {**country_names(), **titles_of(supposed), draft.instrument_id: f"“{draft.title}”"}
    changes = tuple(change for change in compare(before, after) if change.level_changed)
    reason = "" if changes else no_change_reason(after, draft.country, draft.instrument_id)
    lines = [change.sentence(names) for change in changes] or [f"No score changes, because {reason}."]
    return ScoresEffect(changes, reason, (*map(clean, lines), *_overall_lines(before, after, names)))


def fact_effect_of(fact_id: str, fact: Fact | None, on: dt.date) -> tuple[tuple[str, ...], bool]:
    """What accepting a fact (None: withdrawing it) would do to the scores of a day, and whether a gate flips."""
    evidence, rules = get_basis().evidence, official(on)
    members = [country.code for country in get_members(on)]
    before = score(evidence, rules, on, members)
    others = evidence.without({fact_id})
    supposed = replace(others, facts=(*others.facts, fact)) if fact else others
    after = score(supposed, rules, on, members)
    changes = compare(before, after, {fact_id})
    names = country_names() | titles_of(evidence) | ({fact_id: fact.text} if fact else {})
    lines = tuple(clean(change.sentence(names)) for change in changes if change.level_changed)
    flips = tuple(f"{names[c.country]}, {c.domain.value}: gate {flip.gate} flips." for c in changes for flip in c.flips)
    nothing = "No gate flips and no score changes."
    return (*(lines or ("No score changes.",)), *flips) if changes else (nothing,), bool(changes)


def no_change_reason(card: Card, country: str, instrument_id: str) -> str:
    """Why an instrument moves no score, from the gates that looked at it."""
    try:
        scored = card.country(country)
    except KeyError:
        return f"{country} is not scored: it is no member of ASEAN"
    reasons = [text for cell in scored.domains for text in _mentions(cell, instrument_id)]
    return "; ".join(dict.fromkeys(reasons)) or "no gate reads an instrument of this kind"


def _mentions(cell: DomainScore, instrument_id: str) -> list[str]:
    return [text for gate in cell.gates for text in _mention(gate, instrument_id)]


def _mention(gate: GateTrace, instrument_id: str) -> list[str]:
    for part in gate.walk():
        for ignored in part.not_counted:
            if ignored.id == instrument_id:
                return [f"gate {gate.gate} does not count it: {ignored.reason}"]
    if instrument_id in gate.cited:
        state = {"pass": "passes with it as without it", "fail": "still does not pass", "unknown": "is still unknown"}
        return [f"gate {gate.gate} {state[gate.state.value]}"]
    return []


def _overall_lines(before: Card, after: Card, names: Mapping[str, str]) -> tuple[str, ...]:
    lines = []
    for country in after.countries:
        was = before.country(country.country)
        if (was.overall, was.rank) != (country.overall, country.rank):
            lines.append(f"{names[country.country]}: overall {_overall(was)} → {_overall(country)}.")
    return tuple(lines)


def _overall(country: CountryScore) -> str:
    if country.overall is None:
        return "open"
    return f"{two_decimals(country.overall)} (rank {country.rank})"
