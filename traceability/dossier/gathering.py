"""What a dossier holds of a lot: the events of all that it was made of, as recorded, corrected ones too."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import instant_text
from ledger.models import Entry
from traceability.batches import batches
from traceability.chains import LotChain, load_lot_chain
from traceability.domain.facts import EventFact
from traceability.exchange.epcis import Place
from traceability.loading import load_events_named
from traceability.models import Assay, Event, Finding, Lot
from traceability.selectors.claims import claims_on

JSON = dict[str, Any]


@dataclass(frozen=True)
class Gathered:
    """A lot's chain with its events in order, the entry of each, and the entries of what else is proved."""

    chain: LotChain
    events: list[EventFact]
    entries: dict[str, Entry]
    corrected_by: dict[str, str]
    records: list[int]

    @property
    def event_entries(self) -> list[int]:
        return [self.entries[event.event_id].pk for event in self.events]

    def places(self) -> dict[str, Place]:
        """Where each event stands, as EPCIS asks for it."""
        found = {}
        for event_id, entry in self.entries.items():
            corrector = self.corrected_by.get(event_id)
            at = self.entries[corrector].recorded_at if corrector else None
            found[event_id] = Place(entry.pk, entry.recorded_at, corrector, at)
        return found

    def events_json(self) -> list[JSON]:
        """Each event as it was recorded, with its place in the log; `verify.py` compares the two."""
        return [_as_recorded(self.entries[event.event_id]) for event in self.events]


def gather(lot: Lot) -> Gathered:
    chain = load_lot_chain(lot, None)
    corrected_by = _corrections(chain.events)
    event_ids = {*chain.events, *corrected_by}
    events = sorted(load_events_named(event_ids), key=lambda event: event.order)
    keys: dict[str, Entry] = {}
    for batch in batches(event_ids):
        for event in Event.objects.filter(event_id__in=batch).select_related("recorded_entry"):
            keys[event.event_id] = event.recorded_entry
    records = sorted({*_other_entries(chain.lots), *_claim_entries(lot)})
    return Gathered(chain, events, keys, corrected_by, records)


def _as_recorded(entry: Entry) -> JSON:
    return {
        "event_id": entry.object_id,
        **json.loads(entry.after),
        "entry": entry.pk,
        "recorded_at": instant_text(entry.recorded_at),
        "recorded_by": entry.actor,
        "recorded_reason": entry.reason,
    }


def _corrections(event_ids: Iterable[str]) -> dict[str, str]:
    """The events that these replace, in chains too, each with the event that corrects it."""
    found: dict[str, str] = {}
    wanted = list(event_ids)
    while wanted:
        near: dict[str, str] = {}
        for batch in batches(wanted):
            rows = Event.objects.filter(event_id__in=batch).exclude(corrects=None)
            near.update(rows.values_list("corrects__event_id", "event_id"))
        wanted = [event_id for event_id in near if event_id not in found]
        found |= near
    return found


def _claim_entries(lot: Lot) -> Iterator[int]:
    """Entries of what is claimed of the lot, and of the credits that it is claimed from."""
    for claim in claims_on(lot):
        yield claim.recorded_entry_id
        yield claim.credit.recorded_entry_id


def _other_entries(lots: Collection[str]) -> Iterator[int]:
    """Entries of the lots themselves, their assays, and the findings as they stand."""
    for batch in batches(lots):
        yield from Lot.objects.filter(lot_id__in=batch).values_list("recorded_entry", flat=True)
        yield from Assay.objects.filter(lot__lot_id__in=batch).values_list("recorded_entry", flat=True)
        yield from Finding.objects.current().filter(lot__lot_id__in=batch).values_list("recorded_entry", flat=True)
