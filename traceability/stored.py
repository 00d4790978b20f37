"""What the registry holds, as the checks of an import ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from registry.models import Mineral
from traceability import loading
from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LotFact, PartyFact
from traceability.rows import select

# From the lines alone: states may still be worked out when the next import is checked.
_FED = """
SELECT parent.lot_id, child.lot_id, event.event_id
FROM traceability_eventline parent
JOIN traceability_event event ON event.id = parent.event_id
JOIN traceability_eventline child ON child.event_id = parent.event_id AND child.side = 1
WHERE parent.side = -1 AND parent.lot_id {keys}
AND NOT EXISTS (SELECT 1 FROM traceability_event other WHERE other.corrects_id = event.id)"""
_BORN = f"""
SELECT lot.lot_id, event.event_id FROM traceability_lot lot
JOIN traceability_eventline line ON line.lot_id = lot.id AND line.side = 1
JOIN traceability_event event ON event.id = line.event_id
WHERE {loading.LIVE} AND lot.lot_id {{keys}}"""
_CORRECTIONS = """
SELECT corrected.event_id, event.event_id FROM traceability_event corrected
JOIN traceability_event event ON event.corrects_id = corrected.id WHERE corrected.event_id {keys}"""
_KEYS = "SELECT id, lot_id FROM traceability_lot WHERE lot_id {keys}"
_NAMES = "SELECT id, lot_id FROM traceability_lot WHERE id {keys}"


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
        return dict(select(_CORRECTIONS, ids))

    def births(self, lots: set[str]) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for lot_id, event_id in select(_BORN, lots):
            found.setdefault(lot_id, set()).add(event_id)
        return {lot_id: frozenset(events) for lot_id, events in found.items()}

    def edges_below(self, lots: set[str]) -> Iterable[tuple[str, str, str]]:
        names = dict(select(_KEYS, lots))
        edges: list[tuple[int, int, str]] = []
        frontier, seen = set(names), set(names)
        while frontier:
            rows = select(_FED, frontier)
            edges += rows
            frontier = {child for _parent, child, _event in rows} - seen
            seen |= frontier
        names |= dict(select(_NAMES, seen - names.keys()))
        return [(names[parent], names[child], event) for parent, child, event in edges]
