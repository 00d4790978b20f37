"""Events as EPCIS 2.0 JSON-LD (GS1, ISO/IEC 19987), each with its own words beside, so that nothing is lost.

A lot is a class (`epcClass`) with a quantity, for bulk goods have no serial numbers. A loss and a mass basis have no
place in EPCIS; they stand in the lines of the extension, as they were reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ledger.domain.canonical import decimal_text, instant_text
from traceability.domain.facts import EventFact, LineFact
from traceability.domain.vocabulary import EventKind, Role

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
#: Prefix of what EPCIS has no word for.
EXTENSION = "seam"
JSON = dict[str, Any]

#: Type, action, business step and disposition of each kind (CBV 2.0); a transformation has no action.
_MEANING: Mapping[EventKind, tuple[str, str, str, str]] = {
    EventKind.COMMISSION: ("ObjectEvent", "ADD", "commissioning", "active"),
    EventKind.TRANSFORM: ("TransformationEvent", "", "commissioning", "in_progress"),
    EventKind.SHIP: ("ObjectEvent", "OBSERVE", "shipping", "in_transit"),
    EventKind.RECEIVE: ("ObjectEvent", "OBSERVE", "receiving", "in_progress"),
    EventKind.TRANSFER_OWNERSHIP: ("ObjectEvent", "OBSERVE", "accepting", "in_progress"),
    EventKind.AGGREGATE: ("AggregationEvent", "ADD", "packing", "in_progress"),
    EventKind.DISAGGREGATE: ("AggregationEvent", "DELETE", "unpacking", "in_progress"),
    EventKind.OBSERVE: ("ObjectEvent", "OBSERVE", "inspecting", "in_progress"),
    EventKind.ADJUST: ("ObjectEvent", "OBSERVE", "stock_taking", "in_progress"),
    EventKind.DECOMMISSION: ("ObjectEvent", "DELETE", "decommissioning", "inactive"),
}
_MADE = (Role.OUTPUT, Role.BY_PRODUCT)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the log, and which event corrects it."""

    entry: int
    recorded_at: dt.datetime
    corrected_by: str | None = None
    corrected_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Addresses below the site, which are the ids of things in EPCIS."""

    site: str

    def lot(self, lot_id: str) -> str:
        return f"{self.site}/lots/{quote(lot_id, safe='')}/"

    def facility(self, facility_id: str) -> str:
        return f"{self.site}/facilities/{quote(facility_id, safe='')}/"

    def party(self, party_id: str) -> str:
        return f"{self.site}/parties/{quote(party_id, safe='')}/"

    def entry(self, number: int) -> str:
        return f"{self.site}/log/{number}/"


def document(events: Iterable[EventFact], places: Mapping[str, Place], *, site: str, created_at: dt.datetime) -> JSON:
    """An EPCISDocument of the events in order; ``places`` by event id, for all of them and for those that correct."""
    names = Names(site)
    return {
        "@context": [CONTEXT, {EXTENSION: f"{site}/ns/epcis#"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": instant_text(created_at),
        "epcisBody": {"eventList": [_event(event, places, names) for event in events]},
    }


def _event(event: EventFact, places: Mapping[str, Place], names: Names) -> JSON:
    place = places[event.event_id]
    kind, action, step, disposition = _MEANING[event.kind]
    found: JSON = {
        "eventID": names.entry(place.entry),
        "type": kind,
        **({"action": action} if action else {}),
        **_time(event.occurred_at),
        "recordTime": instant_text(place.recorded_at),
        "bizStep": step,
        "disposition": disposition,
        **_what(event, kind, names),
        **_where(event, names),
        **_who(event, names),
        f"{EXTENSION}:event": _words(event),
    }
    if place.corrected_by and place.corrected_at:
        found["errorDeclaration"] = {
            "declarationTime": instant_text(place.corrected_at),
            "reason": "incorrect_data",
            "correctiveEventIDs": [names.entry(places[place.corrected_by].entry)],
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


def _what(event: EventFact, kind: str, names: Names) -> JSON:
    if kind == "TransformationEvent":
        return {
            "inputQuantityList": _quantities(event.lines, names, (Role.INPUT,)),
            "outputQuantityList": _quantities(event.lines, names, _MADE),
        }
    if kind == "AggregationEvent":
        parent = next(line for line in event.lines if line.role is Role.PARENT)
        return {
            "parentID": names.lot(parent.lot_id),
            "childQuantityList": _quantities(event.lines, names, (Role.CHILD,)),
        }
    return {"quantityList": _quantities(event.lines, names, tuple(Role))}


def _quantities(lines: Sequence[LineFact], names: Names, roles: Sequence[Role]) -> list[JSON]:
    return [_quantity(line, names) for line in lines if line.role in roles]


def _quantity(line: LineFact, names: Names) -> JSON:
    found: JSON = {"epcClass": names.lot(line.lot_id)}
    # An adjustment may be negative, which EPCIS does not know: it stands in the extension alone.
    if line.quantity >= 0:
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


def _words(event: EventFact) -> JSON:
    """The event in the words of SEAM, with each digit as reported."""
    found: JSON = {
        "id": event.event_id,
        "kind": event.kind.value,
        "permitNumber": event.permit_number,
        "reason": event.reason,
        "corrects": event.corrects_event_id,
        "lines": [_extended(_line(line)) for line in event.lines],
    }
    return _extended({key: value for key, value in found.items() if value is not None})


def _line(line: LineFact) -> JSON:
    return {
        "role": line.role.value,
        "lot": line.lot_id,
        "quantity": decimal_text(line.quantity),
        "unit": line.unit.value,
        "basis": line.basis.value,
    }


def _extended(found: JSON) -> JSON:
    return {f"{EXTENSION}:{key}": value for key, value in found.items()}
