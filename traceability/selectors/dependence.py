"""What is still held and depends on a country: one walk down from all that was won or made there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from traceability import loading
from traceability.domain.dependence import Dependence, DependentLot, Ways, dependence
from traceability.domain.elements import is_element
from traceability.domain.mass import KG_PER_UNIT
from traceability.domain.mixing import Graph, Mix, mix, shares_of_each
from traceability.domain.precision import precisely
from traceability.domain.vocabulary import EventKind, MassBasis, Unit
from traceability.exceptions import UnknownElement
from traceability.models import LotState
from traceability.rows import decimal, maybe_decimal, select

#: Of a lot that took nothing of weight from what depends on the country.
_NOTHING = (Decimal(0),) * 3
_BORN = "SELECT lot_id, born_in_id FROM traceability_lotstate WHERE lot_id {keys}"
_INPUTS = """
SELECT line.event_id, line.lot_id, line.quantity, line.unit, line.basis, state.dry_part, state.is_assayed, metal.per_kg
FROM traceability_eventline line JOIN traceability_lotstate state ON state.lot_id = line.lot_id
LEFT JOIN traceability_lotmetal metal ON metal.lot_id = line.lot_id AND metal.element = %s
WHERE line.side = -1 AND line.event_id {keys}"""
_EXCESSES = "SELECT event_id, element, share FROM traceability_excess WHERE element IN (%s, %s) AND event_id {keys}"
_HELD = """
SELECT state.lot_id, lot.lot_id, lot.material, holder.party_id, holder.country, place.country, state.balance_kg,
  state.is_assayed, metal.per_kg
FROM traceability_lotstate state JOIN traceability_lot lot ON lot.id = state.lot_id
JOIN registry_party holder ON holder.id = state.holder_id JOIN registry_facility place ON place.id = state.place_id
LEFT JOIN traceability_lotmetal metal ON metal.lot_id = state.lot_id AND metal.element = %s
WHERE state.is_held AND state.lot_id {keys}"""


@precisely
def get_dependence(*, country: str, element: str | None = None, material: str = "") -> Dependence:
    """Every lot still held with a share of an element (None: of dry mass) that was won in a country or passed through
    a transform there; of one material where it is stated. Lots with none of the element are left out.

    Raises UnknownElement.
    """
    if element is not None and not is_element(element):
        raise UnknownElement(element)
    won, made = _born_in(country, EventKind.COMMISSION), _born_in(country, EventKind.TRANSFORM)
    below = loading.descendants(won | made)
    shares = shares_of_each(_graph(below, element), (won, made, won | made))
    lots = (_lot(row, shares.get(row[0], _NOTHING), element) for row in select(_HELD, below, element or ""))
    return dependence(country, element, (lot for lot in lots if lot and material in ("", lot.material)))


def _born_in(country: str, kind: EventKind) -> set[int]:
    states = LotState.objects.filter(born_in__facility__country=country, born_in__kind=kind.value)
    return set(states.order_by().values_list("lot_id", flat=True))


def _lot(row: tuple[Any, ...], ways: tuple[Decimal, ...], element: str | None) -> DependentLot | None:
    _key, lot_id, material, holder, holder_country, country, balance, is_assayed, per_kg = row
    kg, share = decimal(balance), maybe_decimal(per_kg)
    if element is not None and is_assayed and not share:
        return None
    element_kg = None if share is None else kg * share
    return DependentLot(lot_id, material, holder, holder_country, country, kg, element_kg, Ways(*ways))


def _graph(lots: Collection[int], element: str | None) -> Graph[int, int]:
    """The births of some lots with the mixes of all their inputs, for an element or dry mass."""
    born_in: dict[int, int] = dict(select(_BORN, lots))
    events = set(born_in.values())
    inputs: dict[int, list[tuple[int, Decimal, Decimal | None]]] = defaultdict(list)
    unassayed: set[int] = set()
    for event, lot, quantity, unit, basis, dry_part, is_assayed, per_kg in select(_INPUTS, events, element or ""):
        kg, metal = decimal(quantity) * KG_PER_UNIT[Unit(unit)], maybe_decimal(per_kg)
        kg = kg * decimal(dry_part) if basis == MassBasis.WET else kg
        inputs[event].append((lot, kg, None if metal is None else kg * metal))
        if not is_assayed:
            unassayed.add(event)
    unknown: dict[tuple[int, str], Decimal] = {
        (event, of): decimal(share) for event, of, share in select(_EXCESSES, events, "", element or "")
    }
    return Graph(born_in, {event: _mix(event, inputs[event], unknown, element, event in unassayed) for event in events})


def _mix(
    event: int, inputs: list[tuple[int, Decimal, Decimal | None]], unknown: dict[tuple[int, str], Decimal],
    element: str | None, is_unassayed: bool,
) -> Mix[int]:  # fmt: skip
    by_element = element is not None and not is_unassayed and any(metal is not None for _lot, _kg, metal in inputs)
    excess = {False: unknown.get((event, ""), Decimal(0)), True: unknown.get((event, element or ""), Decimal(0))}
    return mix(inputs, excess, by_element=by_element)
