"""Captured EPCIS events as the tables of an import, which checks and stores them.

An event that carries `seam:event` is read by its own words. Any other is read where its type, action and business
step say which kind it is, and its lists which lots, facilities and parties; what no kind has a place for is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from traceability.domain.epcis.names import Names
from traceability.domain.epcis.words import MEANINGS, as_event_id, term
from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.reading import Sheet
from traceability.domain.importing.values import shown
from traceability.domain.vocabulary import BIRTH_ROLES, EventKind, MassBasis, Role
from traceability.exchange.epcis_fields import JSON, Fault, ends_of, objects_of, place_of, plain, text_of, time_of
from traceability.exchange.epcis_kinds import kind_of, lines_of, not_kept, parties_of

LOTS = ("lot_id", "mineral", "material", "hs_code", "custody_model")
EVENTS = ("event_id", "kind", "occurred_at", "facility_id", "party_id", "to_facility_id", "to_party_id",
          "permit_number", "reason", "corrects_event_id")  # fmt: skip
LINES = ("event_id", "role", "lot_id", "quantity", "unit", "basis")
ASSAYS = ("assay_id", "sampled_on", "basis", "moisture_pct", "analyte", "grade_pct", "laboratory_id",
          "certificate_sha256", "lot_id")  # fmt: skip
#: Keys of a lot and of a row of an assay in the extension, in the order of the columns.
LOT_KEYS = ("seam:id", "seam:mineral", "seam:material", "seam:hsCode", "seam:custodyModel")
ASSAY_KEYS = ("seam:id", "seam:sampledOn", "seam:basis", "seam:moisturePct", "seam:analyte", "seam:gradePct",
              "seam:laboratory", "seam:certificateSha256")  # fmt: skip

Rows = list[tuple[int, list[str]]]


@dataclass
class Reported:
    """Rows by table, each under the number of its event, the first being 1; what could not be read; and what the
    register has no place for: the numbers of events by field."""

    tables: dict[str, Rows] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    not_kept: dict[str, list[int]] = field(default_factory=dict)

    def sheets(self) -> list[Sheet]:
        """What follows from an event that could not be read is not told as well."""
        whole = not self.problems
        return [Sheet(f"{name}.csv", list(COLUMNS[name]), rows, whole) for name, rows in self.tables.items()]

    def add(self, table: str, number: int, cells: Sequence[str]) -> None:
        self.tables[table].append((number, list(cells)))


COLUMNS: Mapping[str, Sequence[str]] = {"lots": LOTS, "assays": ASSAYS, "events": EVENTS, "event_lines": LINES}


def read_events(events: Sequence[JSON], names: Names) -> Reported:
    """Every event of a document, its keys already those of the extension here."""
    reported = Reported(tables={name: [] for name in COLUMNS})
    corrections = _Corrections(events, names)
    for number, event in enumerate(events, start=1):
        try:
            _read(reported, number, event, corrections, names)
        except Fault as fault:
            reported.problems.append(Problem("events.csv", number, fault.field, Code.BAD_VALUE, str(fault)))
    return reported


def _read(reported: Reported, number: int, event: JSON, corrections: _Corrections, names: Names) -> None:
    words = event.get("seam:event")
    if words is not None and not isinstance(words, Mapping):
        raise Fault("seam:event", "is no object")
    row, lines = _in_own_words(event, words) if words is not None else _in_standard_words(event, corrections, names)
    reported.add("events", number, row)
    for line in lines:
        reported.add("event_lines", number, [row[0], *line])
    for lot in _described(event, words, row[1], lines):
        reported.add("lots", number, [text_of(lot, key, "seam:lots") for key in LOT_KEYS])
        for assay in objects_of(lot, "seam:assays"):
            cells = [text_of(assay, key, "seam:assays") for key in ASSAY_KEYS]
            reported.add("assays", number, [*cells, text_of(lot, "seam:id")])
    if words is None:
        for name in not_kept(event, EventKind(row[1])):
            reported.not_kept.setdefault(name, []).append(number)


Lines = list[tuple[str, str, str, str, str]]


def _in_own_words(event: JSON, words: JSON) -> tuple[list[str], Lines]:
    kind = text_of(words, "seam:kind")
    if kind in set(EventKind):
        _check_agrees(event, EventKind(kind))
    owning = kind == EventKind.TRANSFER_OWNERSHIP
    party = "owning_party" if owning else "possessing_party"
    row = [
        text_of(words, "seam:id"),
        kind,
        text_of(words, "seam:occurredAt") or time_of(event),
        place_of(event, "readPoint"),
        ends_of(event, "source", party),
        ends_of(event, "destination", "location"),
        ends_of(event, "destination", party),
        text_of(words, "seam:permitNumber"),
        text_of(words, "seam:reason"),
        text_of(words, "seam:corrects"),
    ]
    return row, [_own_line(line) for line in objects_of(words, "seam:lines")]


def _own_line(line: JSON) -> tuple[str, str, str, str, str]:
    quantity = line.get("seam:quantity")
    if quantity is None:
        raise Fault("seam:lines", "has a line without seam:quantity; what was masked cannot be captured")
    text = plain(quantity, "seam:lines") if isinstance(quantity, Decimal) else text_of(line, "seam:quantity")
    role, lot, unit, basis = (text_of(line, f"seam:{name}") for name in ("role", "lot", "unit", "basis"))
    return role, lot, text, unit, basis


def _check_agrees(event: JSON, kind: EventKind) -> None:
    """An event must not say two things."""
    meaning = MEANINGS[kind]
    said = (text_of(event, "type"), text_of(event, "action"), term(text_of(event, "bizStep")) or meaning.step)
    if said != (meaning.type, meaning.action, meaning.step):
        wanted = f"{meaning.type} {meaning.action}".strip()
        raise Fault(
            "seam:event", f"says {kind.value}, which is an {wanted} of bizStep {meaning.step}; the event is none"
        )


def _in_standard_words(event: JSON, corrections: _Corrections, names: Names) -> tuple[list[str], Lines]:
    kind = kind_of(event)
    basis = text_of(event, "seam:basis") or MassBasis.WET.value
    lines: Lines = [(*line, basis) for line in lines_of(event, kind)]
    party, to_party, to_place = parties_of(event, kind)
    place = place_of(event, "readPoint") or place_of(event, "bizLocation")
    if not place:
        raise Fault("readPoint", "is missing: the facility where it happened")
    row = ["", kind.value, time_of(event), place, party, to_place, to_party,
           text_of(event, "seam:permitNumber"), text_of(event, "seam:reason"), ""]  # fmt: skip
    row[0] = _event_id(event, names) or _made_id(row, lines)
    row[9] = corrections.corrected_by(event, row[0])
    return row, lines


def _event_id(event: JSON, names: Names) -> str:
    uri = text_of(event, "eventID")
    if names.number_of(uri) is not None:
        raise Fault(
            "eventID", "is an address in this register's log, which only what was exported here has; leave it out"
        )
    return as_event_id(uri)


def _made_id(row: Sequence[str], lines: Lines) -> str:
    """The id of an event that came without one: the same report twice is one event."""
    content = json.dumps([list(row), sorted(lines)]).encode()
    return f"epcis-{hashlib.sha256(content).hexdigest()[:40]}"


def _described(event: JSON, words: JSON | None, kind: str, lines: Lines) -> list[JSON]:
    """The lots that an event describes one by one, or all that are born in it by its `ilmd`."""
    if described := objects_of(words or {}, "seam:lots") or objects_of(event, "seam:lots"):
        return described
    ilmd = event.get("ilmd")
    if words is not None or not isinstance(ilmd, Mapping) or not any(key in ilmd for key in LOT_KEYS[1:]):
        return []
    born = BIRTH_ROLES.get(EventKind(kind), frozenset())
    return [{**ilmd, "seam:id": lot} for role, lot, *_ in lines if Role(role) in born]


class _Corrections:
    """What the error declarations of a document say: a correcting event by its id, with the event that it corrects."""

    def __init__(self, events: Sequence[JSON], names: Names) -> None:
        self.names = names
        self.correctors: dict[str, str] = {}
        self.here = {event.get("eventID") for event in events if isinstance(event.get("eventID"), str)}
        for event in events:
            if isinstance(event.get("errorDeclaration"), Mapping) and "seam:event" not in event:
                self._note(event)

    def _note(self, event: JSON) -> None:
        uri, correctors = event.get("eventID"), event["errorDeclaration"].get("correctiveEventIDs")
        if isinstance(uri, str) and isinstance(correctors, list) and len(correctors) == 1:
            self.correctors[str(correctors[0])] = as_event_id(uri)

    def corrected_by(self, event: JSON, event_id: str) -> str:
        """The event that this one corrects; empty where it corrects none. Raises Fault for a declaration that the
        register has no way to keep."""
        declared = event.get("errorDeclaration")
        if declared is not None:
            self._check(declared)
        return self.correctors.get(text_of(event, "eventID"), "")

    def _check(self, declared: object) -> None:
        name = "errorDeclaration"
        correctors = declared.get("correctiveEventIDs") if isinstance(declared, Mapping) else None
        if not isinstance(correctors, list) or len(correctors) != 1 or not isinstance(correctors[0], str):
            raise Fault(
                name, "names not one correctiveEventID; an event here is corrected by another, and never undone"
            )
        if correctors[0] not in self.here:
            raise Fault(name, f"names {shown(correctors[0])}, which is not in the document; send both together")
