"""What the registry holds, as the checks of an import ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection

from registry.models import Mineral
from traceability import loading
from traceability.batches import batches
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LotFact, PartyFact
from traceability.models import Event, EventLine, Lot, Side

# From the lines alone: states may still be worked out when the next import is checked.
_FED = """
SELECT parent.lot_id, child.lot_id, event.event_id
FROM traceability_eventline parent
JOIN traceability_event event ON event.id = parent.event_id
JOIN traceability_eventline child ON child.event_id = parent.event_id AND child.side = 1
WHERE parent.side = -1 AND parent.lot_id IN ({})
AND NOT EXISTS (SELECT 1 FROM traceability_event other WHERE other.corrects_id = event.id)"""


class StoredChain:
    """Answers `traceability.domain.importing.checking.Stored` from the database."""

    def minerals(self) -> frozenset[str]:
        return frozenset(Mineral.objects.values_list("code", flat=True))

    def parties(self, ids: set[str]) -> Mapping[str, PartyFact]:
        return loading.load_parties(ids)

    def facilities(self, ids: set[str]) -> Mapping[str, FacilityFact]:
        return loading.load_facilities(ids)

    def lots(self, ids: set[str]) -> Mapping[str, LotFact]:
        return {lot.lot_id: lot for lot in loading.load_lots_named(ids)}

    def assays(self, ids: set[str]) -> Mapping[tuple[str, str], AssayFact]:
        return {(assay.assay_id, assay.analyte): assay for assay in loading.load_assays_named(ids)}

    def events(self, ids: set[str]) -> Mapping[str, EventFact]:
        return {event.event_id: event for event in loading.load_events_named(ids)}

    def corrections(self, ids: set[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for batch in batches(ids):
            rows = Event.objects.filter(corrects__event_id__in=batch)
            found.update(rows.values_list("corrects__event_id", "event_id"))
        return found

    def births(self, lots: set[str]) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for batch in batches(lots):
            lines = EventLine.objects.filter(lot__lot_id__in=batch, side=Side.BORN, event__corrected_by=None)
            for lot_id, event_id in lines.values_list("lot__lot_id", "event__event_id"):
                found.setdefault(lot_id, set()).add(event_id)
        return {lot_id: frozenset(events) for lot_id, events in found.items()}

    def edges_below(self, lots: set[str]) -> Iterable[tuple[str, str, str]]:
        names: dict[int, str] = {}
        for batch in batches(lots):
            names.update(Lot.objects.filter(lot_id__in=batch).values_list("pk", "lot_id"))
        edges: list[tuple[int, int, str]] = []
        frontier = set(names)
        seen = set(names)
        with connection.cursor() as cursor:
            while frontier:
                below: set[int] = set()
                for part in batches(frontier):
                    cursor.execute(_FED.format(",".join(["%s"] * len(part))), part)
                    rows = cursor.fetchall()
                    edges += rows
                    below.update(child for _parent, child, _event in rows)
                frontier = below - seen
                seen |= below
        for part in batches(seen - names.keys()):
            names.update(Lot.objects.filter(pk__in=part).values_list("pk", "lot_id"))
        return [(names[parent], names[child], event) for parent, child, event in edges]
