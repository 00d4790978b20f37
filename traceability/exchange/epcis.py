"""Events as EPCIS 2.0 JSON-LD (GS1, ISO/IEC 19987), each with its own words beside, so that nothing is lost.

A lot is a class (`epcClass`) with a quantity, for bulk goods have no serial numbers. A loss and a mass basis have no
place in EPCIS; they stand in the lines of the extension, as they were reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.domain.canonical import decimal_text, instant_text
from traceability.domain.epcis.names import Names
from traceability.domain.epcis.words import MEANINGS, as_uri
from traceability.domain.facts import AssayFact, EventFact, LineFact, LotFact
from traceability.domain.vocabulary import BIRTH_ROLES, EventKind, Role

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
#: Prefix of what EPCIS has no word for.
EXTENSION = "seam"
JSON = dict[str, Any]

_MADE = (Role.OUTPUT, Role.BY_PRODUCT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the log, and which event corrects it."""

    entry: int
    recorded_at: dt.datetime
    corrected_by: str | None = None
    corrected_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """What events are written with: ``places`` by event id, for all of them and for those that correct; the ``lots``
    that are born in them, by id, with their ``assays``; and the lots whose masses are left out."""

    names: Names
    places: Mapping[str, Place]
    lots: Mapping[str, LotFact] = field(default_factory=dict)
    assays: Mapping[str, Sequence[AssayFact]] = field(default_factory=dict)
    masked: Collection[str] = ()

    def event_id(self, event_id: str) -> str:
        """The id that an event was captured under; else its address in the log, which no other event can claim."""
        captured = as_uri(event_id)
        if captured and self.names.number_of(captured) is None:
            return captured
        return self.names.entry(self.places[event_id].entry)


def document(events: Iterable[EventFact], writing: Writing, *, created_at: dt.datetime) -> JSON:
    """An EPCISDocument of the events in order."""
    body = {"eventList": [_event(event, writing) for event in events]}
    return _document("EPCISDocument", body, writing, created_at)


def query_document(events: Iterable[EventFact], writing: Writing, *, created_at: dt.datetime, query: str) -> JSON:
    """The answer to a query of that name, events in order."""
    results = {"eventList": [_event(event, writing) for event in events]}
    body = {"queryResults": {"queryName": query, "resultsBody": results}}
    return _document("EPCISQueryDocument", body, writing, created_at)


def context(site: str) -> list[Any]:
    """The JSON-LD context that the keys of the extension stand in."""
    return [CONTEXT, {EXTENSION: f"{site}/ns/epcis#"}]


def _document(kind: str, body: JSON, writing: Writing, created_at: dt.datetime) -> JSON:
    return {
        "@context": context(writing.names.site),
        "type": kind,
        "schemaVersion": "2.0",
        "creationDate": instant_text(created_at),
        "epcisBody": body,
    }


def _event(event: EventFact, writing: Writing) -> JSON:
    place, meaning = writing.places[event.event_id], MEANINGS[event.kind]
    found: JSON = {
        "eventID": writing.event_id(event.event_id),
        "type": meaning.type,
        **({"action": meaning.action} if meaning.action else {}),
        **_time(event.occurred_at),
        "recordTime": instant_text(place.recorded_at),
        "bizStep": meaning.step,
        "disposition": meaning.disposition,
        **_what(event, meaning.type, writing),
        **_where(event, writing.names),
        **_who(event, writing.names),
        f"{EXTENSION}:event": _words(event, writing),
    }
    if place.corrected_by and place.corrected_at:
        found["errorDeclaration"] = {
            "declarationTime": instant_text(place.corrected_at),
            "reason": "incorrect_data",
            "correctiveEventIDs": [writing.event_id(place.corrected_by)],
        }
    return found


def _time(at: dt.datetime) -> JSON:
    """The instant with its own offset, where EPCIS has a way to write that; in UTC otherwise."""
    offset = at.utcoffset() or dt.timedelta()
    minutes, rest = divmod(int(offset.total_seconds()), 60)
    if rest or abs(minutes) > 14 * 60:
        at, minutes = at.astimezone(dt.UTC), 0
    sign, (hours, minutes) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return {"eventTime": at.isoformat(timespec="milliseconds"), "eventTimeZoneOffset": f"{sign}{hours:02}:{minutes:02}"}


def _what(event: EventFact, kind: str, writing: Writing) -> JSON:
    if kind == "TransformationEvent":
        return {
            "inputQuantityList": _quantities(event.lines, writing, (Role.INPUT,)),
            "outputQuantityList": _quantities(event.lines, writing, _MADE),
        }
    if kind == "AggregationEvent":
        parent = next(line for line in event.lines if line.role is Role.PARENT)
        return {
            "parentID": writing.names.lot(parent.lot_id),
            "childQuantityList": _quantities(event.lines, writing, (Role.CHILD,)),
        }
    return {"quantityList": _quantities(event.lines, writing, tuple(Role))} if event.lines else {"epcList": []}


def _quantities(lines: Sequence[LineFact], writing: Writing, roles: Sequence[Role]) -> list[JSON]:
    return [_quantity(line, writing) for line in lines if line.role in roles]


def _quantity(line: LineFact, writing: Writing) -> JSON:
    found: JSON = {"epcClass": writing.names.lot(line.lot_id)}
    # An adjustment may be negative, which EPCIS does not know: it stands in the extension alone.
    if line.quantity >= 0 and line.lot_id not in writing.masked:
        found |= {"quantity": _number(line.quantity), "uom": line.unit.value}
    return found


def _number(value: Decimal) -> int | float:
    """As JSON has it; the extension holds each digit."""
    return int(value) if value == value.to_integral_value() else float(value)


def _where(event: EventFact, names: Names) -> JSON:
    place = {"id": names.facility(event.facility_id)}
    # A shipment leaves the place: it is where it was read, and no longer where the lot is.
    return {"readPoint": place} if event.kind is EventKind.SHIP else {"readPoint": place, "bizLocation": place}


def _who(event: EventFact, names: Names) -> JSON:
    owning = event.kind is EventKind.TRANSFER_OWNERSHIP
    party = "owning_party" if owning else "possessing_party"
    sources = [{"type": party, "source": names.party(event.party_id)}]
    found = list(_destinations(event, names, party))
    if event.kind is EventKind.SHIP:
        sources.append({"type": "location", "source": names.facility(event.facility_id)})
    return {"sourceList": sources, **({"destinationList": found} if found else {})}


def _destinations(event: EventFact, names: Names, party: str) -> Iterator[JSON]:
    if event.to_party_id:
        yield {"type": party, "destination": names.party(event.to_party_id)}
    if event.to_facility_id:
        yield {"type": "location", "destination": names.facility(event.to_facility_id)}


def _words(event: EventFact, writing: Writing) -> JSON:
    """The event in the words of SEAM, with each digit as reported, and the lots that are born in it."""
    born = BIRTH_ROLES.get(event.kind, ())
    lots = [writing.lots[line.lot_id] for line in event.lines if line.role in born and line.lot_id in writing.lots]
    found: JSON = {
        "id": event.event_id,
        "kind": event.kind.value,
        # Only where EPCIS has no way to write it: finer than a millisecond, or of an offset it does not know.
        "occurredAt": None if _is_exact(event.occurred_at) else event.occurred_at.isoformat(),
        "permitNumber": event.permit_number,
        "reason": event.reason,
        "corrects": event.corrects_event_id,
        "lines": [_extended(_line(line, writing)) for line in event.lines],
        "lots": [_extended(_lot(lot, writing)) for lot in lots] or None,
    }
    return _extended(found)


def _is_exact(at: dt.datetime) -> bool:
    written = dt.datetime.fromisoformat(_time(at)["eventTime"])
    return written == at and written.utcoffset() == at.utcoffset()


def _line(line: LineFact, writing: Writing) -> JSON:
    return {
        "role": line.role.value,
        "lot": line.lot_id,
        "quantity": None if line.lot_id in writing.masked else decimal_text(line.quantity),
        "unit": line.unit.value,
        "basis": line.basis.value,
    }


def _lot(lot: LotFact, writing: Writing) -> JSON:
    assays = [] if lot.lot_id in writing.masked else writing.assays.get(lot.lot_id, ())
    return {
        "id": lot.lot_id,
        "mineral": lot.mineral,
        "material": lot.material.value,
        "hsCode": lot.hs_code,
        "custodyModel": lot.custody_model.value,
        "assays": [_extended(_assay(row)) for row in assays] or None,
    }


def _assay(row: AssayFact) -> JSON:
    return {
        "id": row.assay_id,
        "sampledOn": row.sampled_on.isoformat(),
        "basis": row.basis.value,
        "moisturePct": None if row.moisture_pct is None else decimal_text(row.moisture_pct),
        "analyte": row.analyte,
        "gradePct": decimal_text(row.grade_pct),
        "laboratory": row.laboratory_id,
        "certificateSha256": row.certificate_sha256,
    }


def _extended(found: JSON) -> JSON:
    """What is there, under the prefix of the extension."""
    return {f"{EXTENSION}:{key}": value for key, value in found.items() if value is not None}
