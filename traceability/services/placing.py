"""Keeping what follows from a chain where it can be asked for fast: derived rows put in the place of the old ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models

from ledger import bulk
from registry.models import Facility, Party
from traceability.domain.chain import Chain
from traceability.domain.custody import last_place, shipments
from traceability.domain.exposure import held_lots
from traceability.domain.precision import precisely
from traceability.domain.rules import Case
from traceability.domain.rules.custody import UNDER_WAY
from traceability.loading import Loaded
from traceability.models import Excess, LotMetal, LotState, OpenShipment
from traceability.rows import execute, select

_STATE = ("lot_id", "born_in_id", "born_kg", "balance_kg", "is_held", "holder_id", "place_id", "is_assayed", "dry_part")

_CORRECTED = """
SELECT DISTINCT line.event_id FROM traceability_eventline line
JOIN traceability_event other ON other.corrects_id = line.event_id WHERE line.lot_id {keys}"""


@precisely
def store_states(keys: Loaded, lots: Collection[int]) -> None:
    """The states and metals of some lots."""
    chain = keys.chain
    names = {name: keys.lots[name] for name in chain.births if keys.lots[name] in lots}
    _replace(LotState, "lot_id", names.values(), _STATE, _states(chain, keys, names))
    found = ((key, chain.made_of[name].metals) for name, key in names.items() if name in chain.made_of)
    metals = ((key, element, bulk.exact(kg)) for key, mine in found for element, kg in mine.items())
    _replace(LotMetal, "lot_id", names.values(), ("lot_id", "element", "per_kg"), metals)


def _states(chain: Chain, keys: Loaded, names: Mapping[str, int]) -> Iterable[tuple[Any, ...]]:
    held = held_lots(chain, names)
    parties = _keys_of(Party, "party_id", {one.holder for one in held.values()})
    places = _keys_of(Facility, "facility_id", {last_place(chain.lives[name]) for name in names})
    for name, key in names.items():
        one, made_of = held[name], chain.made_of.get(name)
        yield (
            key,
            keys.events[chain.births[name].event.event_id],
            bulk.exact(chain.born_kg(name)),
            bulk.exact(one.kg),
            one.is_held,
            parties[one.holder],
            places[last_place(chain.lives[name]) or ""],
            made_of is not None,
            bulk.exact(made_of.dry_part) if made_of else "1",
        )


def store_excesses(case: Case, keys: Loaded, lots: Collection[int]) -> None:
    """The excesses of the events that name one of the lots; those of corrected events go."""
    events = {
        keys.events[event_id]
        for event_id, step in case.chain.steps.items()
        if any(keys.lots[lot] in lots for lot in step.lots)
    }
    rows = (
        (keys.events[event_id], element or "", bulk.exact(share))
        for event_id, gains in case.gains.items()
        if keys.events[event_id] in events
        for element, share in gains.items()
    )
    events |= {row[0] for row in select(_CORRECTED, lots)}
    _replace(Excess, "event_id", events, ("event_id", "element", "share"), rows)


def store_open_shipments(keys: Loaded, lots: Collection[int], newest: dt.datetime | None) -> None:
    """The shipments of some lots that no receipt answers, and whether they are late."""
    rows = []
    for name, life in keys.chain.lives.items():
        if keys.lots[name] not in lots:
            continue
        for shipment in shipments(life):
            ship = shipment.ship
            if ship is None or shipment.receipt is not None:
                continue
            at = ship.event.occurred_at
            is_late = newest is not None and newest - at > UNDER_WAY
            rows.append((keys.events[ship.event.event_id], keys.lots[name], bulk.instant(at), is_late))
    _replace(OpenShipment, "lot_id", lots, ("event_id", "lot_id", "occurred_at", "is_late"), rows)


def _replace(
    model: type[models.Model], column: str, keys: Collection[int], columns: tuple[str, ...], rows: Iterable[Any]
) -> None:
    execute(f"DELETE FROM {model._meta.db_table} WHERE {column} {{keys}}", keys)
    bulk.insert(model, columns, rows)


def _keys_of(model: Any, column: str, ids: Iterable[str | None]) -> dict[str, int]:
    return dict(model.objects.filter(**{f"{column}__in": {one for one in ids if one}}).values_list(column, "pk"))
