"""Working scores out for any day and instant, and reading those that were recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from registry.choices import FactStatus
from registry.domain.facts import Fact, value_text
from registry.domain.instruments import InstrumentState, status_on
from registry.domain.production import ProductionTotal
from registry.models import FactVersion, InstrumentVersion, Source
from registry.selectors import get_members, get_versions
from registry.states import source_details
from scoring.domain.card import Card, CountryScore, DomainScore, score, two_decimals
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Domain
from scoring.domain.trace import GateTrace
from scoring.exceptions import ScoringError
from scoring.methodologies import CURRENT, methodology
from scoring.models import Score, ScoreChange

#: The kind of fact version that holds a regional production total instead of a fact.
PRODUCTION_TOTAL = "production_total"


@dataclass(frozen=True)
class Basis:
    """What was known at an instant: the evidence, and where each piece of it stands in the register."""

    facts: Mapping[str, FactVersion]
    versions: Mapping[str, InstrumentVersion]

    @cached_property
    def evidence(self) -> Evidence:
        facts = [version for version in self.facts.values() if version.kind != PRODUCTION_TOTAL]
        totals = [version for version in self.facts.values() if version.kind == PRODUCTION_TOTAL]
        return Evidence(
            facts=tuple(Fact.from_json(version.content) for version in facts),
            instruments=tuple(InstrumentState.from_json(version.content) for version in self.versions.values()),
            production=tuple(ProductionTotal.from_json(version.content) for version in totals),
        )


def get_basis(*, as_of: dt.datetime | None = None) -> Basis:
    facts = FactVersion.objects.as_known(as_of).filter(status=FactStatus.ACCEPTED).select_related("source")
    return Basis(
        facts={fact.fact_id: fact for fact in facts.order_by("fact_id")},
        versions={version.instrument.instrument_id: version for version in get_versions(as_of=as_of)},
    )


def get_card(
    *,
    on: dt.date,
    as_of: dt.datetime | None = None,
    code: str = CURRENT,
    without: Collection[str] = (),
    basis: Basis | None = None,
) -> Card:
    """The scorecard on a day as known at an instant, worked out from the facts.

    Raises MethodologyError for an unknown methodology, ScoringError for an id in ``without`` that is no evidence.
    """
    evidence = (basis or get_basis(as_of=as_of)).evidence
    if unknown := sorted(set(without) - evidence.ids):
        raise ScoringError(f"No fact or instrument is called '{unknown[0]}'. `explain_score` lists their ids.")
    members = [country.code for country in get_members(on)]
    return score(evidence.without(without) if without else evidence, methodology(code), on, members)


def card_json(card: Card, *, as_of: dt.datetime) -> dict[str, Any]:
    """The scorecard as the contract has it (section 5); ranges stand in ``low`` and ``high``."""
    countries = sorted(card.countries, key=lambda each: (each.rank is None, each.rank or 0, each.country))
    return {
        "methodology": card.methodology,
        "on": card.on.isoformat(),
        "as_of": as_of.isoformat(),
        "countries": [_country_json(country) for country in countries],
    }


def explain(
    *, country: str, domain: str, on: dt.date, as_of: dt.datetime | None = None, code: str = CURRENT
) -> dict[str, Any]:
    """The rule, every gate and every piece of evidence with its source (section 5 of the contract).

    Raises ScoringError for a country that is no member that day or an unknown domain.
    """
    if domain not in set(Domain):
        raise ScoringError(f"'{domain}' is no domain: write {', '.join(Domain)}.")
    basis = get_basis(as_of=as_of)
    card = get_card(on=on, code=code, basis=basis)
    try:
        cell = card.cell(country, domain)
    except KeyError as error:
        raise ScoringError(f"'{country}' was no member of ASEAN on {on}.") from error
    return {
        "country": country,
        "domain": domain,
        "on": on.isoformat(),
        "as_of": None if as_of is None else as_of.isoformat(),
        "methodology": code,
        "level": cell.level,
        "low": cell.low,
        "high": cell.high,
        "gates": [gate_json(gate, basis, on) for gate in cell.gates],
    }


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
    return Score.objects.current().select_related("run", "recorded_entry")


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
