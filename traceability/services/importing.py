"""Import of lots: checked as a whole, stored as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models, transaction

from jobs.services import enqueue
from ledger.domain.actor import Actor
from ledger.services import Change, record_many
from registry.models import Country, Facility, Party
from registry.services.parties import add_facilities, add_parties
from traceability.batches import batches
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LotFact, PartyFact, degrees
from traceability.domain.importing.checking import Accepted, check
from traceability.domain.importing.problems import Problem
from traceability.domain.importing.reading import Sheet, read_sheets
from traceability.domain.importing.tables import Table, tables
from traceability.domain.vocabulary import BIRTH_ROLES, INPUT_ROLES
from traceability.exceptions import ImportRefused
from traceability.live import assay_key, assay_state, event_state, lot_state
from traceability.models import Assay, Event, EventLine, Lot, Side
from traceability.services.deriving import REDERIVE, affected_by, derive
from traceability.stored import StoredChain

M = TypeVar("M", bound=models.Model)

#: Rows a statement. SQLite takes 32,766 values in one, and these rows have up to 13.
_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import stored, or on a dry run would store; ``derivation`` names the finding work that follows.

    ``findings`` counts those that a dry run would open; None where they are still to be worked out.
    """

    accepted: Mapping[str, int]
    unchanged: Mapping[str, int]
    derivation: str = ""
    findings: int | None = None


def import_lots(
    *, sheets: Iterable[Sheet], by: Actor, now: dt.datetime, reason: str = "", dry_run: bool = False,
    found_before: Sequence[Problem] = (),
) -> Imported:  # fmt: skip
    """Store everything new in the sheets, or raise ImportRefused with every problem, those ``found_before`` first.

    Parties, facilities, lots, assays and events each get an entry in the log; findings are worked out by a job.
    A dry run does all of it and takes it back.
    """
    known = _tables(now)
    rows = read_sheets(sheets, known)
    rows.problems[:0] = found_before
    with transaction.atomic():
        accepted, problems = check(rows, known, StoredChain())
        if problems:
            raise ImportRefused(problems)
        imported = _store(accepted, by, reason, dry_run=dry_run)
        if dry_run:
            transaction.set_rollback(True)
    return imported


def _tables(now: dt.datetime) -> dict[str, Table]:
    countries = Country.objects.filter(kind="country").values_list("code", flat=True)
    return tables(now=now, countries=frozenset(countries))


def _store(accepted: Accepted, by: Actor, reason: str, *, dry_run: bool) -> Imported:
    _store_parties(accepted.parties, by, reason)
    _store_facilities(accepted.facilities, by, reason)
    entries = _store_lots(accepted.lots, by, reason)
    entries += _store_assays(accepted.assays, by, reason)
    entries += _store_events(accepted.events, by, reason)
    counts = accepted.counts()
    if not entries:
        return Imported(counts, accepted.unchanged, findings=0)
    first, last = entries[0], entries[-1]
    derivation = f"import-{first}-{last}"
    if dry_run:
        found = derive(lots=affected_by(first, last), by=by, reason=reason, name=derivation)
        return Imported(counts, accepted.unchanged, derivation, found.opened)
    enqueue(kind=REDERIVE, key=derivation, payload={"first": first, "last": last, "name": derivation})
    return Imported(counts, accepted.unchanged, derivation)


def _store_parties(parties: Sequence[PartyFact], by: Actor, reason: str) -> None:
    rows = [Party(party_id=p.party_id, name=p.name, country=p.country, roles=sorted(p.roles)) for p in parties]
    add_parties(parties=rows, by=by, reason=reason)


def _store_facilities(facilities: Sequence[FacilityFact], by: Actor, reason: str) -> None:
    operators = _keys(Party, "party_id", {facility.operator_id for facility in facilities})
    parties = Party.objects.in_bulk(list(operators.values()))
    rows = [
        Facility(
            facility_id=facility.facility_id,
            name=facility.name,
            kind=facility.kind,
            country=facility.country,
            operator=parties[operators[facility.operator_id]] if facility.operator_id else None,
            latitude=degrees(facility.latitude),
            longitude=degrees(facility.longitude),
            licence_number=facility.licence_number or "",
            licence_from=facility.licence_from,
            licence_until=facility.licence_until,
            capacity_t_per_year=facility.capacity_t_per_year,
        )
        for facility in facilities
    ]
    add_facilities(facilities=rows, by=by, reason=reason)


def _store_lots(lots: Sequence[LotFact], by: Actor, reason: str) -> list[int]:
    changes = [Change("report", "lot", lot.lot_id, None, lot_state(lot, is_public=False)) for lot in lots]
    entries = record_many(by=by, changes=changes, reason=reason)
    rows = [
        Lot(
            lot_id=lot.lot_id,
            mineral_id=lot.mineral,
            material=lot.material.value,
            hs_code=lot.hs_code,
            custody_model=lot.custody_model.value,
            recorded_entry_id=entry,
        )
        for lot, entry in zip(lots, entries, strict=True)
    ]
    Lot.objects.bulk_create(rows, batch_size=_ROWS)
    return entries


def _store_assays(assays: Sequence[AssayFact], by: Actor, reason: str) -> list[int]:
    changes = [Change("report", "assay", assay_key(a.assay_id, a.analyte), None, assay_state(a)) for a in assays]
    entries = record_many(by=by, changes=changes, reason=reason)
    lots = _keys(Lot, "lot_id", {assay.lot_id for assay in assays})
    laboratories = _keys(Party, "party_id", {assay.laboratory_id for assay in assays})
    rows = [
        Assay(
            assay_id=assay.assay_id,
            lot_id=lots[assay.lot_id],
            sampled_on=assay.sampled_on,
            basis=assay.basis.value,
            moisture_pct=assay.moisture_pct,
            analyte=assay.analyte,
            grade_pct=assay.grade_pct,
            laboratory_id=laboratories[assay.laboratory_id] if assay.laboratory_id else None,
            certificate_sha256=assay.certificate_sha256 or "",
            recorded_entry_id=entry,
        )
        for assay, entry in zip(assays, entries, strict=True)
    ]
    Assay.objects.bulk_create(rows, batch_size=_ROWS)
    return entries


def _store_events(events: Sequence[EventFact], by: Actor, reason: str) -> list[int]:
    changes = [Change("report", "event", event.event_id, None, event_state(event)) for event in events]
    entries = record_many(by=by, changes=changes, reason=reason)
    numbers = dict(zip((event.event_id for event in events), entries, strict=True))
    parties = _keys(Party, "party_id", {e.party_id for e in events} | {e.to_party_id for e in events})
    places = _keys(Facility, "facility_id", {e.facility_id for e in events} | {e.to_facility_id for e in events})
    corrected = {event.corrects_event_id for event in events} - numbers.keys()
    keys = _keys(Event, "event_id", corrected)
    for wave in _waves(events):
        rows = [_event_row(event, parties, places, keys, numbers[event.event_id]) for event in wave]
        for row in Event.objects.bulk_create(rows, batch_size=_ROWS):
            keys[row.event_id] = row.pk
    _store_lines(events, keys)
    return entries


def _store_lines(events: Sequence[EventFact], keys: Mapping[str, int]) -> None:
    lots = _keys(Lot, "lot_id", {line.lot_id for event in events for line in event.lines})
    rows = []
    for event in events:
        born, fed = BIRTH_ROLES.get(event.kind, frozenset()), INPUT_ROLES.get(event.kind, frozenset())
        for line in event.lines:
            side = Side.BORN if line.role in born else Side.INPUT if line.role in fed else Side.OTHER
            rows.append(
                EventLine(
                    event_id=keys[event.event_id],
                    lot_id=lots[line.lot_id],
                    role=line.role.value,
                    side=side.value,
                    quantity=line.quantity,
                    unit=line.unit.value,
                    basis=line.basis.value,
                )
            )
    EventLine.objects.bulk_create(rows, batch_size=_ROWS)


def _event_row(
    event: EventFact, parties: Mapping[str, int], places: Mapping[str, int], keys: Mapping[str, int], entry: int
) -> Event:
    offset = event.occurred_at.utcoffset() or dt.timedelta()
    return Event(
        event_id=event.event_id,
        kind=event.kind.value,
        occurred_at=event.occurred_at.astimezone(dt.UTC),
        utc_offset_s=int(offset.total_seconds()),
        facility_id=places[event.facility_id],
        party_id=parties[event.party_id],
        to_facility_id=places[event.to_facility_id] if event.to_facility_id else None,
        to_party_id=parties[event.to_party_id] if event.to_party_id else None,
        permit_number=event.permit_number or "",
        reason=event.reason or "",
        corrects_id=keys[event.corrects_event_id] if event.corrects_event_id else None,
        recorded_entry_id=entry,
    )


def _waves(events: Sequence[EventFact]) -> Iterable[list[EventFact]]:
    """Events in such groups that what an event corrects is stored before it."""
    here = {event.event_id for event in events}
    done: set[str] = set()
    rest = list(events)
    while rest:
        wave = [e for e in rest if e.corrects_event_id not in here or e.corrects_event_id in done]
        done |= {event.event_id for event in wave}
        rest = [event for event in rest if event.event_id not in done]
        yield wave


def _keys(model: type[M], column: str, ids: Iterable[str | None]) -> dict[str, int]:
    """Primary keys by public id."""
    found: dict[str, int] = {}
    rows: Any = model._default_manager.all()
    for batch in batches({one for one in ids if one}):
        found.update(rows.filter(**{f"{column}__in": batch}).values_list(column, "pk"))
    return found
