"""Loading what the paper states into the register: sources, parties, facilities, facts and instruments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

from django.db import models, transaction

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.selectors import get_newest_entry
from ledger.services import Change, record
from registry import reference
from registry.choices import FactStatus, InstrumentType, LegalForce
from registry.domain.dates import Basis, PartialDate
from registry.domain.enforcement import Standing
from registry.domain.instruments import InstrumentState
from registry.domain.paper import PaperEnforcement, PaperFacility, PaperInstrument, PaperSource
from registry.models import (
    EnforcementRecord,
    Facility,
    FactVersion,
    Instrument,
    InstrumentRelation,
    Measure,
    Party,
    Source,
    StatusEvent,
)
from registry.services import enforcement
from registry.services.facts import FactRow, Tally, put_facts
from registry.services.feed_lists import load_starters
from registry.services.instruments import Draft, publish, save_draft
from registry.services.parties import differing
from registry.signals import facilities_changed
from registry.states import enforcement_of, facility_state, party_state, source_details, state_of

REASON = "reference data: the paper of April 2026"


@transaction.atomic
def load_reference(*, by: Actor) -> Tally:
    """Load everything the paper states. Run again, it changes only what changed in the files.

    What an officer has changed since is left as the officer has it.
    """
    tally = Tally()
    tally += load_starters(by=by)
    tally += _load_sources(by)
    tally += _load_parties(by)
    tally += _load_facilities(by)
    tally += _load_facts(by)
    for instrument in sorted(reference.load_instruments(), key=lambda each: bool(each.relations)):
        tally += put_instrument(paper_draft(instrument), by=by, reason=REASON)
    for happening in reference.load_enforcement():
        tally += put_record(paper_record(happening), by=by, reason=REASON)
    return tally


def put_record(row: EnforcementRecord, *, by: Actor, reason: str) -> Tally:
    """Publish an enforcement record that is new, or whose published state differs and was never changed at the desk."""
    known = EnforcementRecord.objects.filter(record_id=row.record_id).first()
    current = known.versions.current().first() if known else None
    if known is not None:
        number = current.number if current else 1
        same = current is not None and current.content == enforcement_of(row, version=number).to_json()
        if current is None or current.drafted_by != by.public_id or known.drafted_by != by.public_id or same:
            return Tally(unchanged=1)
        row.pk, row.created_at, row._state.adding = known.pk, known.created_at, False
    enforcement.publish(row=enforcement.save_record(row=row, by=by, reason=reason), by=by, reason=reason)
    return Tally(changed=1) if known else Tally(created=1)


def paper_record(paper: PaperEnforcement) -> EnforcementRecord:
    """An action or incident of the paper as a record of the desk; date and place are those of its fact."""
    fact = paper.fact
    named = {*fact.minerals, *filter(None, [fact.subject.mineral])}
    return EnforcementRecord(
        record_id=paper.record_id,
        kind=paper.kind.value,
        title=paper.title,
        country_id=fact.subject.country or "",
        since=fact.period.value or "",
        basis=fact.period.basis if fact.period.value else Basis.STATED.value,
        standing=Standing.REPORTED.value,
        instrument=Instrument.objects.filter(instrument_id=paper.instrument or "").first(),
        facility=Facility.objects.filter(facility_id=fact.subject.facility or "").first(),
        area=paper.area,
        minerals=sorted(named),
        touches=[fact.counterpart] if fact.counterpart else [],
        source=Source.objects.filter(key=fact.source_key or "").first(),
        section=fact.section or "",
        quote=fact.quote or "",
        note=fact.note or "",
        rests_on=fact.fact_id,
    )


def put_instrument(draft: Draft, *, by: Actor, reason: str) -> Tally:
    """Publish an instrument that is new, or whose published state differs and was never changed at the desk."""
    known = Instrument.objects.filter(instrument_id=draft.instrument.instrument_id).first()
    if known is None:
        publish(instrument=save_draft(draft=draft, by=by, reason=reason), by=by, reason=reason)
        return Tally(created=1)
    current = known.versions.current().first()
    wanted = _preview(draft, current.number if current else 1)
    if current is None or current.drafted_by != by.public_id or current.content == wanted.to_json():
        return Tally(unchanged=1)
    publish(instrument=save_draft(draft=_onto(known, draft), by=by, reason=reason), by=by, reason=reason)
    return Tally(changed=1)


def paper_draft(paper: PaperInstrument) -> Draft:
    """An instrument of the paper as a record of the desk."""
    state = paper.state
    instrument = Instrument(
        instrument_id=state.instrument_id,
        row=paper.row,
        title=paper.official_title or state.title,
        number=paper.number or "",
        type=_if_known(InstrumentType, paper.type),
        legal_force=_if_known(LegalForce, paper.legal_force),
        source=Source.objects.filter(key=paper.source_key).first(),
        section=paper.section,
        quote=paper.quote,
        note=paper.note or "",
        judgement=paper.judgement or "",
    )
    draft = draft_of(state, instrument)
    earlier = {row.instrument_id: row for row in Instrument.objects.filter(
        instrument_id__in=[relation.earlier for relation in paper.relations])}  # fmt: skip
    draft.relations = [
        InstrumentRelation(kind=relation.kind.value, other=earlier[relation.earlier], since=relation.since)
        for relation in paper.relations
        if relation.earlier in earlier
    ]
    return draft


def draft_of(state: InstrumentState, instrument: Instrument) -> Draft:
    """Fill a record from a state; what rules do not read is on ``instrument`` already."""
    instrument.instrument_id = state.instrument_id
    instrument.country_id = state.country
    instrument.title = instrument.title or state.title
    instrument.scope, instrument.pillar = _text(state.scope), _text(state.pillar)
    instrument.engagement_scope = _text(state.engagement_scope)
    instrument.counterparts = list(state.counterparts)
    instrument.until = _text(state.until)
    measures = [
        Measure(
            code=measure.code.value,
            direction=measure.direction.value,
            minerals=list(measure.minerals or ()),
            materials=list(measure.materials or ()),
            hs=list(measure.hs),
            stages=list(measure.stages or ()),
            destinations=list(measure.destinations or ()),
            start=_text(measure.start),
            until=_text(measure.until),
        )
        for measure in state.measures
    ]
    events = [
        StatusEvent(status=event.status.value, since=_text(event.since), basis=_basis(event.since))
        for event in state.events
    ]
    return Draft(instrument, measures, events)


def _preview(draft: Draft, version: int) -> InstrumentState:
    for number, measure in enumerate(draft.measures, start=1):
        measure.number = number
    return state_of(draft.instrument, draft.measures, draft.events, version=version)


def _onto(known: Instrument, draft: Draft) -> Draft:
    """The same draft as a change of the record that is there."""
    draft.instrument.pk, draft.instrument.created_at = known.pk, known.created_at
    draft.instrument._state.adding = False
    draft.removed = [*known.measures.all(), *known.status_events.all(), *known.relations.all()]
    return draft


def _load_sources(by: Actor) -> Tally:
    rows = [_source(source) for source in reference.load_sources()]
    return _upsert(Source, "key", rows, by, source_details)


def _source(paper: PaperSource) -> Source:
    return Source(
        key=paper.key,
        kind="publication" if paper.number is None else "endnote",
        title=paper.title[:500],
        publisher=(paper.publisher or ", ".join(paper.authors))[:200],
        url=paper.url or "",
        date=_text(paper.date),
        endnote=paper.number,
        printed=paper.printed or "",
        sha256=paper.sha256 or "",
    )


def _load_parties(by: Actor) -> Tally:
    rows = [
        Party(party_id=party.party_id, name=party.name, country=party.country or "", roles=list(party.roles))
        for party in reference.load_parties()
    ]
    return _upsert(Party, "party_id", rows, by, party_state)


def _load_facilities(by: Actor) -> Tally:
    sources = {source.key: source for source in Source.objects.all()}
    parties = {party.party_id: party for party in Party.objects.all()}
    return _upsert(
        Facility,
        "facility_id",
        [_facility(paper, sources, parties) for paper in reference.load_facilities()],
        by,
        facility_state,
        tell=lambda changes: facilities_changed.send(sender=Facility, changes=changes),
    )


def _facility(paper: PaperFacility, sources: dict[str, Source], parties: dict[str, Party]) -> Facility:
    return Facility(
        facility_id=paper.facility_id,
        name=paper.name[:200],
        kind=paper.kind or "",
        country=paper.country or "",
        operator=parties.get(paper.operator or ""),
        latitude=paper.latitude,
        longitude=paper.longitude,
        capacity_t_per_year=paper.capacity_t_per_year,
        minerals=list(paper.minerals),
        stage=paper.stage,
        tier=paper.tier or "",
        operating_status=paper.status,
        owners=[{"printed": paper.owners}] if paper.owners else [],
        technology_origin=dict(paper.technology) if paper.technology else None,
        place=paper.place or "",
        is_group=paper.is_group,
        source=sources.get(paper.source_key),
        section=paper.section,
        quote=paper.quote,
        note=paper.note or "",
    )


def _load_facts(by: Actor) -> Tally:
    """Put the facts of the files, but those that somebody else put or withdrew since."""
    rows = [*_fact_rows(), *_production_rows()]
    standing = FactVersion.objects.current().exclude(status=FactStatus.PROPOSED)
    officers = set(standing.exclude(recorded_by=by.public_id).values_list("fact_id", flat=True))
    left = [row for row in rows if row.fact_id not in officers]
    tally = put_facts(rows=left, by=by, reason=REASON)
    tally.unchanged += len(rows) - len(left)
    return tally


def _fact_rows() -> Iterable[FactRow]:
    for fact in reference.load_facts():
        yield FactRow(
            fact_id=fact.fact_id,
            kind=fact.kind,
            content=fact.to_json(),
            country=fact.subject.country or "",
            mineral=fact.subject.mineral or "",
            source_key=fact.source_key,
        )


def _production_rows() -> Iterable[FactRow]:
    for total in reference.load_production():
        yield FactRow(
            fact_id=total.total_id,
            kind="production_total",
            content=total.to_json(),
            mineral=total.mineral,
            source_key=reference.source_key(None),
        )


def _upsert(
    model: type[models.Model],
    key: str,
    rows: Sequence[Any],
    by: Actor,
    state: Callable[[Any], JSON],
    tell: Callable[[dict[str, frozenset[str]]], Any] | None = None,
) -> Tally:
    """Create rows that are new and save those that differ, each with its entry in the log; what an officer has changed
    since stays. ``tell`` hears what differs in rows that were there."""
    known = {getattr(row, key): row for row in model._default_manager.all()}
    names = [
        column.attname for column in model._meta.concrete_fields if column.attname not in ("id", "recorded_entry_id")
    ]
    tally, changes = Tally(), {}
    for row in rows:
        before = known.get(getattr(row, key))
        if before is not None and (_is_same(before, row, names) or _is_an_officers(before, key, by)):
            tally.unchanged += 1
            continue
        if before is not None:
            changes[getattr(row, key)] = differing(state(before), state(row))
        row.pk = before.pk if before is not None else None
        change = Change(
            "put", model._meta.model_name or "", getattr(row, key), state(before) if before else None, state(row)
        )
        entry = record(by=by, change=change, reason=REASON)
        if "recorded_entry" in {column.name for column in model._meta.concrete_fields}:
            row.recorded_entry = entry
        row.save()
        tally.created += before is None
        tally.changed += before is not None
    if tell and changes:
        tell(changes)
    return tally


def _is_same(one: Any, other: Any, names: Sequence[str]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _is_an_officers(row: models.Model, key: str, by: Actor) -> bool:
    """Whether somebody else recorded the row last."""
    entry = get_newest_entry(row._meta.model_name or "", getattr(row, key))
    return entry is not None and entry.actor != by.public_id


def _if_known(enum: type[StrEnum], value: str | None) -> str:
    """The value where the vocabulary has it; the source's own silence (`none`, null) stays empty."""
    return value if value in set(enum) else ""


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _basis(date: PartialDate | None) -> str:
    return (date.basis if date else Basis.STATED).value
