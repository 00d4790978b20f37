"""Working scores out for any day and instant, and reading those that were recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from registry.domain.facts import Fact, value_text
from registry.domain.instruments import InstrumentState, status_on
from registry.domain.production import ProductionTotal
from registry.models import Country, FactVersion, InstrumentVersion, Source
from registry.selectors import get_members
from registry.states import source_details
from scoring.arguments import Point
from scoring.basis import PRODUCTION_TOTAL, Basis, get_basis, get_evidence
from scoring.domain.by_mineral import MineralScore, by_mineral, card_by_mineral
from scoring.domain.card import Card, CountryScore, DomainScore, score, two_decimals
from scoring.domain.methodology import Domain, Methodology
from scoring.domain.trace import GateTrace, State
from scoring.exceptions import ScoringError, UnknownSubject
from scoring.methodologies import is_backcast, methodology, official
from scoring.models import Score, ScoreChange
from scoring.past import get_past_card


def get_rules(point: Point) -> Methodology:
    """The methodology asked for, else the official one of the day. Raises MethodologyError for an unknown code."""
    return methodology(point.code) if point.code else official(point.on, point.as_of)


def get_card(point: Point, *, without: Collection[str] = (), basis: Basis | None = None) -> Card:
    """The scorecard on a day as known at an instant, worked out from the facts.

    Raises MethodologyError for an unknown methodology, ScoringError for an id in ``without`` that is no evidence.
    """
    rules, members = get_rules(point), [country.code for country in get_members(point.on)]
    if basis is None and point.as_of and not without:
        return get_past_card(point.as_of, rules, point.on, members)
    evidence = basis.evidence if basis else get_evidence(as_of=point.as_of)
    if unknown := sorted(set(without) - evidence.ids):
        known = "was known then" if point.as_of else "is on record"
        raise ScoringError(f"No fact or instrument called '{unknown[0]}' {known}. `explain_score` lists their ids.")
    return score(evidence.without(without) if without else evidence, rules, point.on, members)


def card_json(card: Card, *, as_of: dt.datetime, backcast: bool = False) -> dict[str, Any]:
    """The scorecard as the contract has it (section 5); ranges stand in ``low`` and ``high``."""
    countries = sorted(card.countries, key=lambda each: (each.rank is None, each.rank or 0, each.country))
    return {
        "methodology": card.methodology,
        "on": card.on.isoformat(),
        "as_of": as_of.isoformat(),
        "backcast": backcast,
        "countries": [_country_json(country) for country in countries],
    }


def get_card_json(point: Point, *, now: dt.datetime, without: Collection[str] = ()) -> dict[str, Any]:
    """The scorecard of a point in time as JSON; raises as `get_card`."""
    card = get_card(point, without=without)
    return card_json(card, as_of=point.as_of or now, backcast=is_backcast(get_rules(point), point.on))


def get_by_mineral(
    point: Point, *, now: dt.datetime, country: str = "", mineral: str = "", without: Collection[str] = ()
) -> dict[str, Any]:
    """Levels by country, domain and mineral, where the rules name minerals, as JSON; raises as `get_card`."""
    rules = get_rules(point)
    scores = card_by_mineral(get_card(point, without=without), rules)
    return {
        "methodology": rules.code,
        "on": point.on.isoformat(),
        "as_of": (point.as_of or now).isoformat(),
        "backcast": is_backcast(rules, point.on),
        "scores": [
            mineral_json(each)
            for each in scores
            if (not country or each.country == country.upper()) and (not mineral or each.mineral == mineral)
        ],
    }


def mineral_json(score: MineralScore) -> dict[str, Any]:
    """A level of one mineral with its gates; the evidence stands in the explanation of the domain."""
    return {
        "country": score.country,
        "domain": score.domain.value,
        "mineral": score.mineral,
        "level": score.level,
        "low": score.low,
        "high": score.high,
        "because": score.because,
        "gates": [
            {
                "gate": gate.gate,
                "level": gate.level,
                "state": gate.state.value,
                "because": gate.because,
                "facts": list(gate.facts),
                "missing": list(gate.missing),
            }
            for gate in score.gates
        ],
    }


def get_explanation(
    point: Point, *, country: str, domain: str, now: dt.datetime, without: Collection[str] = ()
) -> dict[str, Any]:
    """The rule, every gate and every piece of evidence with its source (section 5 of the contract).

    Raises UnknownSubject for a country that is no member that day or an unknown domain, and as `get_card`.
    """
    code, name = country.upper(), domain.lower()
    if name not in set(Domain):
        raise UnknownSubject(f"'{domain}' is no domain: write {', '.join(Domain)}.")
    basis, rules = get_basis(as_of=point.as_of), get_rules(point)
    card = get_card(point, without=without, basis=basis)
    try:
        cell = card.cell(code, name)
    except KeyError as error:
        raise _no_member(country, code, point.on) from error
    gates = cell.gates or _unasked(rules, cell.domain)
    return {
        "country": code,
        "domain": name,
        "on": point.on.isoformat(),
        "as_of": (point.as_of or now).isoformat(),
        "methodology": rules.code,
        "backcast": is_backcast(rules, point.on),
        "level": cell.level,
        "low": cell.low,
        "high": cell.high,
        "entry": None if without else _entry_of(cell, code, point, now),
        "next": _next_json(cell),
        "minerals": [
            {"mineral": each.mineral, "level": each.level, "low": each.low, "high": each.high}
            for each in by_mineral(code, cell, rules)
        ],
        "gates": [gate_json(gate, basis, point.on) for gate in gates],
    }


def _entry_of(cell: DomainScore, country: str, point: Point, now: dt.datetime) -> int | None:
    """The log entry that recorded this level; None for another day or methodology, and before it is recorded."""
    if point.on != timezone.localdate(now) or point.code is not None:
        return None
    recorded = get_recorded(as_of=point.as_of).filter(country=country, domain=cell.domain.value)
    return recorded.filter(low=cell.low, high=cell.high).values_list("recorded_entry", flat=True).first()


def _next_json(cell: DomainScore) -> dict[str, Any] | None:
    """The distance to the next level: its gate, and which facts are missing; None at the top and without facts."""
    stop = cell.next_gate
    if stop is None:
        return None
    return {"gate": stop.gate, "level": stop.level, "rule": stop.rule, "missing": list(stop.missing)}


def _no_member(asked: str, code: str, on: dt.date) -> UnknownSubject:
    if Country.objects.filter(code=code).exists():
        return UnknownSubject(f"'{code}' was no member of ASEAN on {on}, so it has no score.")
    return UnknownSubject(f"There is no country '{asked}': write a code of ISO 3166-1, such as MY.")


def _unasked(rules: Methodology, domain: Domain) -> tuple[GateTrace, ...]:
    """The rule where no evidence is on record: every gate open, nothing filled in."""
    return tuple(
        GateTrace(gate.gate, State.UNKNOWN, gate.rule, "no facts are on record", level=gate.level)
        for gate in rules.gates_of(domain)
    )


def gate_json(gate: GateTrace, basis: Basis, on: dt.date) -> dict[str, Any]:
    """A gate with its facts in full: those that count, and those that do not with the reason."""
    return {
        "gate": gate.gate,
        "level": gate.level,
        "mineral": gate.mineral,
        "state": gate.state.value,
        "rule": gate.rule,
        "because": gate.because,
        "facts": [evidence_json(item, basis, on) for item in gate.facts],
        "not_counted": [{**evidence_json(item.id, basis, on), "reason": item.reason} for item in gate.not_counted],
        "missing": list(gate.missing),
        "parts": [gate_json(part, basis, on) for part in gate.parts],
    }


def evidence_json(public_id: str, basis: Basis, on: dt.date) -> dict[str, Any]:
    """One piece of evidence: what it says, its value and its source."""
    if public_id in basis.versions:
        return _instrument_json(public_id, basis.versions[public_id], on)
    if public_id in basis.facts:
        return _fact_json(public_id, basis.facts[public_id])
    return {"id": public_id, "kind": "unknown", "text": public_id, "value": None, "source": None, "entry": None}


def get_scores() -> QuerySet[Score, Any]:
    """The recorded scores that stand now."""
    return Score.objects.current().select_related("run__methodology", "recorded_entry")


def get_recorded(*, as_of: dt.datetime | None = None) -> QuerySet[Score, Any]:
    """The recorded levels known at an instant (None: now) with their places in the log, without their gates."""
    known = Score.objects.as_known(as_of).select_related("recorded_entry__leaf")
    return known.defer("gates", "evidence")


def get_changes(*, country: str | None = None) -> QuerySet[ScoreChange]:
    changes = ScoreChange.objects.select_related("recorded_entry")
    return changes.filter(country=country) if country else changes


def _country_json(country: CountryScore) -> dict[str, Any]:
    return {
        "country": country.country,
        **{each.domain.value: each.level for each in country.domains},
        "overall": two_decimals(country.overall) if country.overall is not None else None,
        "rank": country.rank,
        "low": _ends(country.domains, "low"),
        "high": _ends(country.domains, "high"),
    }


def _ends(domains: tuple[DomainScore, ...], end: str) -> dict[str, int | None]:
    return {each.domain.value: getattr(each, end) for each in domains}


def _fact_json(public_id: str, version: FactVersion) -> dict[str, Any]:
    if version.kind == PRODUCTION_TOTAL:
        total = ProductionTotal.from_json(version.content)
        said: dict[str, Any] = {"text": total.text, "value": str(total.share_pct), "quote": None}
        section = total.section
    else:
        fact = Fact.from_json(version.content)
        said = {"text": fact.text, "value": value_text(fact.value) or fact.fact_class, "quote": fact.quote}
        section = fact.section
    return {
        "id": public_id,
        "kind": version.kind,
        **said,
        "source": _source_json(version.source, section),
        "entry": version.recorded_entry_id,
    }


def _instrument_json(public_id: str, version: InstrumentVersion, on: dt.date) -> dict[str, Any]:
    state = InstrumentState.from_json(version.content)
    status = status_on(state, on)
    source = version.details.get("source")
    return {
        "id": public_id,
        "kind": "instrument",
        "text": state.title,
        "value": status.value if status else None,
        "quote": version.details.get("quote"),
        "source": {
            "title": source["title"] if source else None,
            "url": source["url"] or None if source else None,
            "section": version.details.get("section") or None,
            "endnote": source["endnote"] if source else None,
        },
        "entry": version.recorded_entry_id,
    }


def _source_json(source: Source | None, section: str | None) -> dict[str, Any]:
    details = source_details(source) or {}
    return {
        "title": details.get("title"),
        "url": details.get("url") or None,
        "section": section,
        "endnote": details.get("endnote"),
    }
