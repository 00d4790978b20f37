"""What is still held and depends on a country: one walk down from all that was won or made there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from traceability import loading
from traceability.domain.dependence import Dependence, DependentLot, Ways, dependence
from traceability.domain.elements import is_element
from traceability.domain.mixing import shares_of_each
from traceability.domain.pairs import pair_of
from traceability.domain.precision import precisely
from traceability.domain.vocabulary import EventKind
from traceability.exceptions import UnknownElement
from traceability.models import LotState
from traceability.rows import decimal, select
from traceability.selectors.mixes import load_graph

#: Of a lot that took nothing of weight from what depends on the country.
_NOTHING = (Decimal(0),) * 3
_HELD = """
SELECT state.lot_id, lot.lot_id, lot.material, holder.party_id, holder.country, place.country, state.balance_kg,
  state.is_assayed, state.metals
FROM traceability_lotstate state JOIN traceability_lot lot ON lot.id = state.lot_id
JOIN registry_party holder ON holder.id = state.holder_id JOIN registry_facility place ON place.id = state.place_id
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
    shares = shares_of_each(load_graph(below, element), (won, made, won | made))
    lots = (_lot(row, shares.get(row[0], _NOTHING), element) for row in select(_HELD, below))
    return dependence(country, element, (lot for lot in lots if lot and material in ("", lot.material)))


def _born_in(country: str, kind: EventKind) -> set[int]:
    states = LotState.objects.filter(born_in__facility__country=country, born_in__kind=kind.value)
    return set(states.order_by().values_list("lot_id", flat=True))


def _lot(row: tuple[Any, ...], ways: tuple[Decimal, ...], element: str | None) -> DependentLot | None:
    _key, lot_id, material, holder, holder_country, country, balance, is_assayed, metals = row
    kg, share = decimal(balance), pair_of(metals, element) if element else None
    if element is not None and is_assayed and not share:
        return None
    element_kg = None if share is None else kg * share
    return DependentLot(lot_id, material, holder, holder_country, country, kg, element_kg, Ways(*ways))
