"""The graph of shares around many lots, read from the edges."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from traceability.domain.mixing import Graph, Mix, mix
from traceability.domain.pairs import pair_of
from traceability.domain.precision import precisely
from traceability.rows import decimal, select

_STATES = "SELECT lot_id, born_in_id, excess FROM traceability_lotstate WHERE lot_id {keys}"
_FEEDS = """
SELECT feed.event_id, feed.lot_id, feed.dry_kg, state.is_assayed, state.metals FROM traceability_feed feed
JOIN traceability_lotstate state ON state.lot_id = feed.lot_id WHERE feed.event_id {keys}"""
_ZERO = Decimal(0)

#: Of an event: lots, their dry kilograms, and their kilograms of the element (None where the assay does not name it).
_Fed = tuple[list[int], list[Decimal], list[Decimal | None]]


@precisely
def load_graph(lots: Collection[int], element: str | None) -> Graph[int, int]:
    """The births of some lots with the mixes of all their inputs, for an element or dry mass (None)."""
    born_in: dict[int, int] = {}
    excess: dict[int, str] = {}
    for lot, event, text in select(_STATES, lots):
        born_in[lot] = event
        excess[event] = text
    fed: dict[int, _Fed] = {event: ([], [], []) for event in excess}
    unassayed: set[int] = set()
    for event, lot, dry_kg, is_assayed, metals in select(_FEEDS, excess.keys()):
        kg, metal = decimal(dry_kg), pair_of(metals, element) if element else None
        lots_of, kgs, metal_kgs = fed[event]
        lots_of.append(lot)
        kgs.append(kg)
        metal_kgs.append(None if metal is None else kg * metal)
        if not is_assayed:
            unassayed.add(event)
    known = element or ""
    return Graph(born_in, {event: _mix(mine, excess[event], known, event in unassayed) for event, mine in fed.items()})


def _mix(fed: _Fed, excess: str, element: str, is_unassayed: bool) -> Mix[int]:
    lots, dry_kg, metal_kg = fed
    by_element = not is_unassayed and any(kg is not None for kg in metal_kg)
    return mix(
        lots,
        dry_kg,
        [kg or _ZERO for kg in metal_kg] if by_element else None,
        dry_gain=pair_of(excess, "") or _ZERO,
        metal_gain=pair_of(excess, element) or _ZERO,
    )
