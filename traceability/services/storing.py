"""Storing what an import brings that is new: rows past the model layer, each fact with its entry in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.db import models

from ledger import bulk
from ledger.domain.actor import Actor
from ledger.services import Change, record_many
from registry.models import Facility, Party
from registry.services.parties import add_facilities, add_parties
from traceability import loading
from traceability.batches import batches
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact, PartyFact, degrees
from traceability.domain.importing.checking import Accepted
from traceability.domain.importing.progress import Phase, Tell, silent
from traceability.domain.vocabulary import BIRTH_ROLES, INPUT_ROLES, EventKind, Role
from traceability.live import assay_text, by_assay, event_text, lot_text
from traceability.loading import Fresh
from traceability.models import Assay, Event, EventLine, Lot, Side

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

#: Facts whose entries and rows are in memory at one time.
_PIECE = 10_000
_LOT = ("id", "lot_id", "mineral_id", "material", "hs_code", "custody_model", "is_public", "recorded_entry_id")
_ASSAY = ("assay_id", "lot_id", "sampled_on", "basis", "moisture_pct", "analyte", "grade_pct", "laboratory_id",
          "certificate_sha256", "recorded_entry_id")  # fmt: skip
_EVENT = ("id", "event_id", "kind", "occurred_at", "utc_offset_s", "facility_id", "party_id", "to_facility_id",
          "to_party_id", "permit_number", "reason", "corrects_id", "recorded_entry_id")  # fmt: skip
_LINE = ("event_id", "lot_id", "role", "side", "quantity", "unit", "basis")
#: What a line is to the graph, by kind of event and role.
_SIDES = {
    (kind, role): Side.BORN.value if role in BIRTH_ROLES.get(kind, ()) else
    Side.INPUT.value if role in INPUT_ROLES.get(kind, ()) else Side.OTHER.value
    for kind in EventKind for role in Role
}  # fmt: skip


@dataclass(slots=True)
class Storer:
    """Stores the facts of one import, in the caller's transaction. ``first`` and ``last`` are the numbers of the
    entries that lots, assays and events were recorded by; None where there were none."""

    by: Actor
    reason: str
    tell: Tell = silent
    first: int | None = None
    last: int | None = None
    parties: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    lots: dict[str, int] = field(default_factory=dict)
    to_store: int = 0
    done: int = 0
    events: dict[str, int] = field(default_factory=dict)

    def store(self, accepted: Accepted) -> None:
        self._store_parties(accepted.parties)
        self._store_facilities(accepted.facilities)
        events, assays = accepted.events, accepted.assays
        self.to_store, self.done = len(accepted.lots) + len(assays) + len(events), 0
        parties = {party for event in events for party in (event.party_id, event.to_party_id)}
        self.parties = _keys(Party, "party_id", parties | {assay.laboratory_id for assay in assays})
        places = {place for event in events for place in (event.facility_id, event.to_facility_id)}
        self.places = _keys(Facility, "facility_id", places)
        self._store_lots(accepted.lots)
        named = {line.lot_id for event in events for line in event.lines} | {assay.lot_id for assay in assays}
        self.lots.update(_keys(Lot, "lot_id", named - self.lots.keys()))
        self._store_assays(assays)
        self._store_events(events)

    def fresh(self, accepted: Accepted) -> Fresh:
        """What was stored, for whoever works on it next in this process."""
        assays: dict[str, list[AssayFact]] = {}
        for row in accepted.assays:
            assays.setdefault(row.lot_id, []).append(row)
        return Fresh(
            {self.lots[lot.lot_id]: lot for lot in accepted.lots},
            {self.events[event.event_id]: event for event in accepted.events},
            assays,
            self.lots,
            self.last or 0,
        )

    def _stored(self, count: int) -> None:
        self.done += count
        self.tell(Phase.STORING, self.done / max(self.to_store, 1))

    def _record(self, count: int, changes: Iterable[Change]) -> list[int]:
        """The entries of so many changes."""
        entries = record_many(by=self.by, changes=changes, reason=self.reason)
        if entries:
            self.first, self.last = entries[0] if self.first is None else self.first, entries[-1]
        return entries

    def _store_parties(self, parties: Sequence[PartyFact]) -> None:
        rows = [Party(party_id=p.party_id, name=p.name, country=p.country, roles=sorted(p.roles)) for p in parties]
        add_parties(parties=rows, by=self.by, reason=self.reason)

    def _store_facilities(self, facilities: Sequence[FacilityFact]) -> None:
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
        add_facilities(facilities=rows, by=self.by, reason=self.reason)

    def _store_lots(self, lots: Sequence[LotFact]) -> None:
        for piece in _pieces(lots):
            changes = (Change("report", "lot", lot.lot_id, None, lot_text(lot, is_public=False)) for lot in piece)
            entries = self._record(len(piece), changes)
            keys = bulk.next_keys(Lot, len(piece))
            self.lots.update((lot.lot_id, key) for lot, key in zip(piece, keys, strict=True))
            rows = zip(piece, keys, entries, strict=True)
            bulk.insert(Lot, _LOT, (
                (key, lot.lot_id, lot.mineral, lot.material, lot.hs_code, lot.custody_model, False, entry)
                for lot, key, entry in rows
            ))  # fmt: skip
            self._stored(len(piece))

    def _store_assays(self, assays: Sequence[AssayFact]) -> None:
        new = by_assay(assays)
        for names in _pieces(list(new)):
            before = by_assay(loading.load_assays_named(names))
            changes = (
                Change("report", "assay", name, assay_text(before[name]) if name in before else None,
                       assay_text([*before.get(name, ()), *new[name]]))
                for name in names
            )  # fmt: skip
            entries = self._record(len(names), changes)
            rows = zip(names, entries, strict=True)
            bulk.insert(Assay, _ASSAY, (self._assay_row(row, entry) for name, entry in rows for row in new[name]))
            self._stored(sum(len(new[name]) for name in names))

    def _assay_row(self, row: AssayFact, entry: int) -> tuple[Any, ...]:
        laboratory = self.parties[row.laboratory_id] if row.laboratory_id else None
        return (row.assay_id, self.lots[row.lot_id], row.sampled_on.isoformat(), row.basis,
                bulk.exact(row.moisture_pct), row.analyte, bulk.exact(row.grade_pct), laboratory,
                row.certificate_sha256 or "", entry)  # fmt: skip

    def _store_events(self, events: Sequence[EventFact]) -> None:
        keys = dict(zip((event.event_id for event in events), bulk.next_keys(Event, len(events)), strict=True))
        self.events.update(keys)
        keys.update(_keys(Event, "event_id", {event.corrects_event_id for event in events} - keys.keys()))
        for piece in _pieces(events):
            changes = (Change("report", "event", one.event_id, None, event_text(one)) for one in piece)
            entries = self._record(len(piece), changes)
            rows = zip(piece, bulk.instants(event.occurred_at for event in piece), entries, strict=True)
            bulk.insert(Event, _EVENT, (self._event_row(event, at, keys, entry) for event, at, entry in rows))
            bulk.insert(EventLine, _LINE, (
                self._line_row(event.kind, keys[event.event_id], line) for event in piece for line in event.lines
            ))  # fmt: skip
            self._stored(len(piece))

    def _event_row(self, event: EventFact, at: str, keys: Mapping[str, int], entry: int) -> tuple[Any, ...]:
        offset = event.occurred_at.utcoffset() or dt.timedelta()
        return (
            keys[event.event_id],
            event.event_id,
            event.kind,
            at,
            int(offset.total_seconds()),
            self.places[event.facility_id],
            self.parties[event.party_id],
            self.places[event.to_facility_id] if event.to_facility_id else None,
            self.parties[event.to_party_id] if event.to_party_id else None,
            event.permit_number or "",
            event.reason or "",
            keys[event.corrects_event_id] if event.corrects_event_id else None,
            entry,
        )

    def _line_row(self, kind: EventKind, event: int, line: LineFact) -> tuple[Any, ...]:
        side, quantity = _SIDES[kind, line.role], bulk.exact(line.quantity)
        return (event, self.lots[line.lot_id], line.role, side, quantity, line.unit, line.basis)


def _pieces(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def _keys(model: type[M], column: str, ids: Iterable[str | None]) -> dict[str, int]:
    """Primary keys by public id."""
    found: dict[str, int] = {}
    rows: Any = model._default_manager.all()
    for batch in batches({one for one in ids if one}):
        found.update(rows.filter(**{f"{column}__in": batch}).values_list(column, "pk"))
    return found
