"""What the public pages of scores read: the card of the day asked for, changes, what comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from ledger.models import is_sealed, size_at
from registry.browsing import get_known_facts
from registry.domain.asked import AskedDay
from registry.domain.dates import Basis as DateBasis
from registry.domain.dates import PartialDate
from registry.domain.drawing import shortened
from registry.domain.instruments import Direction, InstrumentState, Status, StatusEvent
from registry.models import Facility
from registry.pages.facts import fact_line
from registry.pages.instruments import instrument_row
from registry.pages.minerals import production_of
from registry.parts import Link, ProofMark
from registry.paths import facility_path
from registry.reference import PUBLISHED, load_countries, load_judgements
from registry.wording import country_names, mineral_names
from scoring.day import Day
from scoring.domain.by_mineral import by_mineral
from scoring.domain.card import DomainScore
from scoring.domain.dependence import Indicator, indicators
from scoring.domain.diff import span
from scoring.domain.drawing import Cause, StepChart
from scoring.domain.inputs import plain
from scoring.domain.methodology import Domain
from scoring.domain.robustness import rank_ranges
from scoring.domain.wording import clean
from scoring.effects import no_change_reason
from scoring.histories import level_spans
from scoring.models import ScoreChange
from scoring.pages.by_mineral import MineralLine, lines_of_country
from scoring.pages.country import (
    CountryPage,
    Dependence,
    InstrumentEffect,
    Step,
    country_page,
    domain_cards,
    effect_words,
    history,
    role_of,
)
from scoring.pages.front import Coming, FrontPage, coming, ends_ahead, front_page, proposals
from scoring.pages.parts import NAMES, ChangeNote, change_note, evidence_line, score_cell
from scoring.pages.why import WhyPage, why_page
from scoring.readings import get_other_readings
from scoring.selectors import evidence_json, get_changes, get_recorded

#: How many dates and proposals the front page tells ahead.
_AHEAD = 3


def get_front(day: Day) -> FrontPage:
    latest = get_latest_change(day)
    return front_page(
        day.card,
        day.names,
        query=day.asked.query,
        change=latest,
        moved=get_moved_today(day),
        ranges=rank_ranges(day.card, day.rules),
        production=tuple(production_of(get_known_facts(day.asked.as_of), mineral_names()).values()),
        coming=tuple(get_coming(day)),
    )


def get_latest_change(day: Day, country: str | None = None) -> ChangeNote | None:
    """The newest recorded change that moved a level, up to the day and instant asked for."""
    changes = _known_changes(day.asked).filter(is_moved=True)
    found = (changes.filter(country=country) if country else changes).first()
    return change_note(found, day.names) if found else None


def get_moved_today(day: Day) -> dict[tuple[str, Domain], str]:
    """What the cells that moved on the day asked for were before, in words."""
    moved: dict[tuple[str, Domain], str] = {}
    for change in _known_changes(day.asked).filter(is_moved=True, on=day.asked.on).order_by("recorded_at"):
        old = change.old or {}
        levels = {level for level in (old.get("low"), old.get("high")) if level is not None}
        key = change.country, Domain(change.domain)
        words = "was without facts" if not levels else f"was {'–'.join(str(each) for each in sorted(levels))}"
        moved.setdefault(key, f"{words}, {'today' if day.asked.is_today else 'that day'}")
    return moved


def _known_changes(asked: AskedDay) -> QuerySet[ScoreChange]:
    known = get_changes().filter(on__lte=asked.on)
    return known.filter(is_sealed("recorded_entry", size_at(asked.as_of))) if asked.as_of else known


def get_coming(day: Day) -> Iterator[Coming]:
    """The next dates on which an instrument ends, and the proposals that are watched, with what they would do."""
    instruments = [each for each in day.basis.evidence.instruments if each.country in day.members]
    for after, each in ends_ahead(instruments, day.asked.on)[:_AHEAD]:
        card = day.card_with(on=after)
        yield coming("Ahead", each, each.until, day.card, card, day.names, "ends. If nothing replaces it")
    notes = []
    for each in sorted(proposals(instruments, day.asked.on), key=_liberal):
        enacted = replace(each, events=(StatusEvent(Status.IN_FORCE, _on(day.asked.on)),), until=None)
        card = day.card_with(add=enacted)
        note = coming("Watched, a proposal", each, None, day.card, card, day.names, "If enacted")
        reasons = "" if note.levels else clean(no_change_reason(card, each.country, each.instrument_id))
        reason = reasons.partition("; ")[0]
        words = f"If enacted, no score changes: {reason}" if reason else "If enacted"
        notes.append(replace(note, words=words))
    # What would move a level comes first, then what restricts trade.
    yield from sorted(notes, key=lambda note: not note.levels)[:_AHEAD]


def _liberal(instrument: InstrumentState) -> bool:
    return all(measure.direction is not Direction.RESTRICTS for measure in instrument.measures)


def _on(day: dt.date) -> PartialDate:
    return PartialDate(day, basis=DateBasis.INFERRED)


def get_country_page(day: Day, code: str) -> CountryPage:
    """Raises KeyError for a country that was no member on the day."""
    country = day.card.country(code)
    moved = {domain: was for (of, domain), was in get_moved_today(day).items() if of == code}
    minerals = mineral_names()
    facts = [fact_line(version, minerals) for version in get_known_facts(day.asked.as_of, country=code)]
    paper = next((each for each in load_countries() if each.code == code), None)
    return country_page(
        name=day.names[code],
        card=day.card,
        country=country,
        cards=domain_cards(country, day.rules, day.asked.query, moved, get_proofs(day, code)),
        role=role_of(paper),
        change=get_latest_change(day, code),
        past=_past(day, code),
        instruments=tuple(_effects(day, code, minerals)),
        facilities=_facilities(code),
        facts=facts,
        dependence=dependence_lines(indicators(day.basis.evidence, day.asked.on), code, day),
        minerals=_minerals(day, code),
    )


def _minerals(day: Day, code: str) -> tuple[MineralLine, ...]:
    cells = day.card.country(code).domains
    scores = [each for cell in cells for each in by_mineral(code, cell, day.rules)]
    return lines_of_country(scores, mineral_names(), day.asked.query)


def dependence_lines(found: Iterable[Indicator], code: str, day: Day) -> tuple[Dependence, ...]:
    """The indicators of a country, alone or together with others."""
    own = [each for each in found if code in each.countries]
    return tuple(
        Dependence(
            indicator=each,
            together=tuple(day.names.get(other, other) for other in each.countries if other != code),
            lines=tuple(evidence_line(get_evidence(fact, day)) for fact in each.facts),
        )
        for each in own
    )


def _past(day: Day, code: str) -> tuple[StepChart | None, tuple[Step, ...]]:
    spans = level_spans(day.basis.evidence, day.asked.on, day.rules)
    own = {domain: spans.get((code, domain), []) for domain in Domain}
    moved = {span.since for each in own.values() for span in each}
    return history(own, list(_causes(day, code, moved)), day.asked.on)


def _causes(day: Day, code: str, moved: set[dt.date]) -> Iterator[Cause]:
    """What happened: instruments of the country that began on a known day, and the day of the paper."""
    for each in day.basis.evidence.instruments:
        if each.country != code:
            continue
        began = next((event.since for event in each.events if event.since and event.status in _BEGAN), None)
        if began:
            note = "" if began.last in moved else "no level changes"
            yield Cause(began.last, shortened(_capital(each.title), 300, 12.5), note, began.last in moved)
    if PUBLISHED.last in moved:
        yield Cause(PUBLISHED.last, "First facts, from the paper of April 2026", "", False)


def _effects(day: Day, code: str, minerals: Mapping[str, str]) -> Iterator[InstrumentEffect]:
    cells = day.card.country(code).domains
    for version in day.basis.versions.values():
        if version.content["country"] != code:
            continue
        row = instrument_row(version, day.asked.on, day.names, minerals, day.asked.query)
        pairs = zip(cells, day.cells_without({row.instrument_id}, code), strict=True)
        moves = tuple(
            (NAMES[cell.domain], span(cell), span(without))
            for cell, without in pairs
            if (cell.low, cell.high) != (without.low, without.high)
        )
        yield InstrumentEffect(row, moves, "" if moves else effect_words(row, cells))


def _facilities(code: str) -> dict[str, list[Link]]:
    """The facilities the paper states, by stage. Those of imported lots are for who may see the lots."""
    found: dict[str, list[Link]] = {}
    for each in Facility.objects.filter(country=code).exclude(source=None).exclude(operating_status="planned"):
        found.setdefault(each.stage, []).append(Link(_capital(each.name), facility_path(each.facility_id)))
    return found


def get_why_page(day: Day, code: str, domain: str) -> WhyPage:
    """Raises KeyError for a country that was no member on the day."""
    score = day.card.cell(code, domain)
    was = get_moved_today(day).get((code, score.domain), "")
    change = _known_changes(day.asked).filter(is_moved=True, country=code, domain=domain).first()
    return why_page(
        day.names[code],
        code,
        score,
        score_cell(code, score, day.asked.query, was, get_proofs(day, code, score.domain).get(score.domain)),
        day.rules,
        lambda public_id: get_evidence(public_id, day),
        load_judgements(),
        change=change_note(change, day.names) if change else None,
        falls=list(_falls(day, code, score)),
        moves={each.judgement.judgement_id: each.moves for each in get_other_readings(day)},
        suppose={each.judgement.judgement_id: each.address(day) for each in get_other_readings(day)},
    )


def get_proofs(day: Day, code: str, *domains: Domain) -> dict[Domain, ProofMark]:
    """Where the log recorded a country's levels (none named: of all domains).

    Those of another day are worked out and not recorded, nor are those that the next working-out will change.
    """
    if not day.asked.is_today:
        return {}
    found = {}
    for recorded in get_recorded(as_of=day.asked.as_of).filter(country=code, domain__in=domains or Domain):
        cell = day.card.cell(code, recorded.domain)
        if (cell.low, cell.high) == (recorded.low, recorded.high):
            entry = recorded.recorded_entry
            found[cell.domain] = ProofMark(entry.pk, hasattr(entry, "leaf"))
    return found


def get_evidence(public_id: str, day: Day) -> dict[str, Any]:
    """A piece of evidence, with the mineral that a fact is about."""
    fact = day.basis.facts.get(public_id)
    mineral = plain(fact.mineral) if fact and fact.mineral else ""
    return {**evidence_json(public_id, day.basis, day.asked.on), "mineral": mineral}


def _falls(day: Day, code: str, score: DomainScore) -> Iterator[tuple[str, DomainScore]]:
    """Pieces of evidence of the gate that holds the level, without any one of which it would be lower."""
    held = [gate for gate in score.gates if gate.level and score.low and gate.level <= score.low and gate.facts]
    for public_id in held[-1].facts if held else ():
        (lower,) = day.cells_without({public_id}, code, score.domain)
        if (lower.low or 0) < (score.low or 0):
            yield public_id, lower


_BEGAN = (Status.IN_FORCE, Status.SIGNED)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def get_change_notes(country: str, domain: str, kind: str) -> list[ChangeNote]:
    """Recorded changes by country, domain and kind, newest first."""
    changes = get_changes(country=country or None)
    if domain in set(Domain):
        changes = changes.filter(domain=domain)
    if kind in ("fact", "correction", "method"):
        changes = changes.filter(cause=kind)
    names = country_names()
    return [change_note(change, names) for change in changes]
