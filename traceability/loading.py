"""From rows to facts: the part of the chain that is asked for, as the rules read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from registry.models import Facility, Party
from traceability.batches import batches
from traceability.domain.chain import Chain
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact, PartyFact
from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Material, Role, Unit
from traceability.models import Assay, Event, EventLine, Lot, Side

_EVENT = (
    "pk", "event_id", "kind", "occurred_at", "utc_offset_s", "facility__facility_id", "party__party_id",
    "to_facility__facility_id", "to_party__party_id", "permit_number", "reason", "corrects__event_id",
)  # fmt: skip
_FACILITY = ("facility_id", "name", "kind", "country", "operator__party_id", "latitude", "longitude", "licence_number",
             "licence_from", "licence_until", "capacity_t_per_year")  # fmt: skip

# An upward or downward step over live births only: a lot's state names the one live event it was born in.
_PARENTS = """
SELECT DISTINCT line.lot_id FROM traceability_lotstate state
JOIN traceability_eventline line ON line.event_id = state.born_in_id AND line.side = -1
WHERE state.lot_id IN ({})"""
_CHILDREN = """
SELECT DISTINCT state.lot_id FROM traceability_eventline line
JOIN traceability_lotstate state ON state.born_in_id = line.event_id
WHERE line.side = -1 AND line.lot_id IN ({})"""


def ancestors(lots: Collection[int]) -> set[int]:
    """The lots themselves and everything they were made of."""
    return _closure(_PARENTS, lots)


def descendants(lots: Collection[int]) -> set[int]:
    """The lots themselves and everything made of them."""
    return _closure(_CHILDREN, lots)


def live_events_of(lots: Collection[int]) -> set[int]:
    """Live events with a line of one of the lots."""
    found: set[int] = set()
    for batch in batches(lots):
        found.update(
            EventLine.objects.filter(lot__in=batch, event__corrected_by=None).values_list("event_id", flat=True)
        )
    return found


def lots_of_events(events: Collection[int]) -> set[int]:
    found: set[int] = set()
    for batch in batches(events):
        found.update(EventLine.objects.filter(event__in=batch).values_list("lot_id", flat=True))
    return found


def births_of(lots: Collection[int]) -> dict[int, int]:
    """The live birth event of each lot, from the lines themselves."""
    found: dict[int, int] = {}
    for batch in batches(lots):
        lines = EventLine.objects.filter(lot__in=batch, side=Side.BORN, event__corrected_by=None)
        found.update(lines.values_list("lot_id", "event_id"))
    return found


def load_chain(events: Collection[int]) -> Chain:
    """The chain of some live events, with every lot, assay and facility that they name."""
    facts = load_events(events)
    lots = lots_of_events(events)
    facilities = {fact.facility_id for fact in facts} | {fact.to_facility_id for fact in facts if fact.to_facility_id}
    return Chain(
        lots=load_lots(lots), events=facts, assays=load_assays(lots), facilities=load_facilities(facilities).values()
    )


def load_events(events: Collection[int]) -> list[EventFact]:
    lines: dict[int, list[LineFact]] = {}
    for batch in batches(events):
        rows = EventLine.objects.filter(event__in=batch).order_by("pk")
        for event, *columns in rows.values_list("event_id", "role", "lot__lot_id", "quantity", "unit", "basis"):
            lines.setdefault(event, []).append(_line(columns))
    found: list[EventFact] = []
    for batch in batches(events):
        for pk, *row in Event.objects.filter(pk__in=batch).order_by().values_list(*_EVENT):
            found.append(_event(row, lines.get(pk, ())))
    return found


def load_events_named(event_ids: Collection[str]) -> list[EventFact]:
    """Events by their ids, live or not."""
    keys: list[int] = []
    for batch in batches(event_ids):
        keys += Event.objects.filter(event_id__in=batch).values_list("pk", flat=True)
    return load_events(keys)


def load_lots(lots: Collection[int]) -> list[LotFact]:
    return [lot for batch in batches(lots) for lot in _lots(Q(pk__in=batch))]


def load_lots_named(lot_ids: Collection[str]) -> list[LotFact]:
    return [lot for batch in batches(lot_ids) for lot in _lots(Q(lot_id__in=batch))]


def load_assays(lots: Collection[int]) -> list[AssayFact]:
    return [assay for batch in batches(lots) for assay in _assays(Q(lot__in=batch))]


def load_assays_named(assay_ids: Collection[str]) -> list[AssayFact]:
    return [assay for batch in batches(assay_ids) for assay in _assays(Q(assay_id__in=batch))]


def load_facilities(facility_ids: Collection[str]) -> dict[str, FacilityFact]:
    found = {}
    for batch in batches(facility_ids):
        for row in Facility.objects.filter(facility_id__in=batch).values_list(*_FACILITY):
            facility_id, name, kind, country, *rest = row
            found[facility_id] = FacilityFact(
                facility_id, name, kind, country, *(None if value == "" else value for value in rest)
            )
    return found


def load_parties(party_ids: Collection[str]) -> dict[str, PartyFact]:
    found = {}
    for batch in batches(party_ids):
        rows = Party.objects.filter(party_id__in=batch).values_list("party_id", "name", "country", "roles")
        for party_id, name, country, roles in rows:
            found[party_id] = PartyFact(party_id, name, country, frozenset(roles))
    return found


def _closure(step: str, lots: Collection[int]) -> set[int]:
    """Level by level for many lots at once; one lot is traced by one recursive statement (selectors.trace)."""
    seen = set(lots)
    frontier: Iterable[int] = seen
    with connection.cursor() as cursor:
        while frontier:
            near: set[int] = set()
            for batch in batches(list(frontier)):
                cursor.execute(step.format(",".join(["%s"] * len(batch))), batch)
                near.update(row[0] for row in cursor.fetchall())
            frontier = near - seen
            seen |= near
    return seen


def _event(row: list[Any], lines: Iterable[LineFact]) -> EventFact:
    event_id, kind, occurred_at, offset, facility, party, to_facility, to_party, permit, reason, corrects = row
    local = occurred_at.astimezone(dt.timezone(dt.timedelta(seconds=offset)))
    return EventFact(
        event_id, EventKind(kind), local, facility, party, to_facility, to_party, permit or None, reason or None,
        corrects, tuple(lines),
    )  # fmt: skip


def _line(row: list[Any]) -> LineFact:
    role, lot_id, quantity, unit, basis = row
    return LineFact(Role(role), lot_id, quantity, Unit(unit), MassBasis(basis))


def _lots(where: Q) -> Iterable[LotFact]:
    rows = Lot.objects.filter(where).order_by()
    for lot_id, mineral, material, hs, model in rows.values_list(
        "lot_id", "mineral_id", "material", "hs_code", "custody_model"
    ):
        yield LotFact(lot_id, mineral, Material(material), hs, CustodyModel(model))


def _assays(where: Q) -> Iterable[AssayFact]:
    rows = Assay.objects.filter(where).order_by()
    columns = ("assay_id", "lot__lot_id", "sampled_on", "basis", "analyte", "grade_pct", "moisture_pct",
               "laboratory__party_id", "certificate_sha256")  # fmt: skip
    for assay_id, lot_id, day, basis, analyte, grade, moisture, laboratory, sha256 in rows.values_list(*columns):
        yield AssayFact(assay_id, lot_id, day, MassBasis(basis), analyte, grade, moisture, laboratory, sha256 or None)
