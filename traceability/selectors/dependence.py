"""What is still held and depends on a country: one walk down from all that was won or made there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from jobs.memory import collector_paused
from traceability.domain.dependence import Dependence, DependentLot, Inputs, Ways, dependence, spread, ways
from traceability.domain.elements import is_element
from traceability.domain.pairs import pair_of, text_of
from traceability.domain.precision import precisely
from traceability.domain.vocabulary import EventKind
from traceability.exceptions import UnknownElement
from traceability.models import LotState
from traceability.rows import decimal, select, without_jit

#: Everything that went into an event below some events: the event, that of its birth, dry kilograms, metals (none: no
#: assay). Of more events than a statement carries some are read twice, with all their inputs: no mean changes by that.
_FED = """
WITH RECURSIVE walk(event_id) AS (
  SELECT event_id FROM traceability_feed WHERE source_id {keys}
  UNION
  SELECT feed.event_id FROM walk JOIN traceability_feed feed ON feed.source_id = walk.event_id
)
SELECT feed.event_id, feed.source_id, CAST(feed.dry_kg AS double precision),
  CASE WHEN state.is_assayed THEN state.metals END
FROM walk CROSS JOIN traceability_feed feed CROSS JOIN traceability_lotstate state
WHERE feed.event_id = walk.event_id AND state.lot_id = feed.lot_id"""
#: What was born in some events and is held, or tells that more came out than went in.
_BORN = """
SELECT state.born_in_id, state.excess, state.is_held, state.lot_name, state.material, holder.party_id, holder.country,
  place.country, state.balance_kg, state.is_assayed, state.metals
FROM traceability_lotstate state JOIN registry_party holder ON holder.id = state.holder_id
JOIN registry_facility place ON place.id = state.place_id
WHERE (state.is_held OR state.excess <> '') AND state.born_in_id {keys}"""

#: Sources, kilograms, and kilograms of the element of an event's inputs.
_Fed = tuple[list[int], list[float], list[float]]


@collector_paused()
@precisely
def get_dependence(*, country: str, element: str | None = None, material: str = "") -> Dependence:
    """Every lot still held with a share of an element (None: of dry mass) that was won in a country or passed through
    a transform there; of one material where it is stated. Lots with none of the element are left out.

    Raises UnknownElement.
    """
    if element is not None and not is_element(element):
        raise UnknownElement(element)
    without_jit()
    won, made = _births_in(country, EventKind.COMMISSION), _births_in(country, EventKind.TRANSFORM)
    fed, by_element = _fed(won | made, element)
    born = select(_BORN, {*won, *made, *fed})
    unknown = _gains(born, element or "", by_element)
    # In the order in which they were recorded, so that few have to wait for their inputs.
    inputs = {event: _inputs(fed[event], event in by_element, unknown.get(event, 0.0)) for event in sorted(fed)}
    shares = spread(inputs, won, made)
    lots = (_lot(row, ways(shares[event]), element) for event, _, is_held, *row in born if is_held and shares[event][2])
    return dependence(country, element, (lot for lot in lots if lot and material in ("", lot.material)))


def _births_in(country: str, kind: EventKind) -> set[int]:
    states = LotState.objects.filter(born_in__facility__country=country, born_in__kind=kind.value)
    return set(states.order_by().values_list("born_in", flat=True))


def _fed(events: Collection[int], element: str | None) -> tuple[dict[int, _Fed], set[int]]:
    """What went into every event below some events, and which of these are weighed by the element: all their inputs
    have an assay, and one names it."""
    fed: dict[int, _Fed] = {}
    unassayed: set[int] = set()
    named: set[int] = set()
    for event, source, kg, metals in select(_FED, events):
        mine = fed.get(event)
        if mine is None:
            mine = fed[event] = ([], [], [])
        mine[0].append(source)
        mine[1].append(kg)
        share = text_of(metals, element) if element and metals else None
        if share is not None:
            mine[2].append(kg * float(share))
            named.add(event)
            continue
        mine[2].append(0.0)
        if metals is None:
            unassayed.add(event)
    return fed, named - unassayed


def _inputs(fed: _Fed, is_by_element: bool, unknown: float) -> Inputs:
    sources, kg, metal_kg = fed
    return Inputs(sources, kg, metal_kg if is_by_element else (), unknown)


def _gains(born: Iterable[tuple[Any, ...]], element: str, by_element: Collection[int]) -> dict[int, float]:
    """The unknown share of what is born in events where more came out than went in, of what they are weighed by."""
    found = {}
    for event, excess, *_ in born:
        gain = text_of(excess, element if event in by_element else "") if excess else None
        if gain is not None:
            found[event] = float(gain)
    return found


def _lot(row: list[Any], shares: Ways, element: str | None) -> DependentLot | None:
    lot_id, material, holder, holder_country, country, balance, is_assayed, metals = row
    kg, share = decimal(balance), pair_of(metals, element) if element else None
    if element is not None and is_assayed and not share:
        return None
    element_kg = None if share is None else kg * share
    return DependentLot(lot_id, material, holder, holder_country, country, kg, element_kg, shares)
