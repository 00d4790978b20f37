"""Keeping what follows from a chain where it can be asked for fast: derived rows put in the place of the old ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models

from ledger import bulk
from registry.models import Facility, Party
from traceability.domain.custody import last_place, shipments
from traceability.domain.exposure import held_lots
from traceability.domain.pairs import pairs_text
from traceability.domain.precision import precisely
from traceability.domain.rules import Case
from traceability.domain.rules.custody import UNDER_WAY
from traceability.loading import Loaded
from traceability.models import Feed, LotState, OpenShipment
from traceability.rows import execute, select

_STATE = ("lot_id", "lot_name", "mineral_code", "material", "born_in_id", "born_in_name", "born_at_id", "born_kg",
          "balance_kg", "is_held", "holder_id", "place_id", "is_assayed", "dry_part", "metals",
          "excess")  # fmt: skip
_FEED = ("event_id", "source_id", "lot_id", "dry_kg")

_CORRECTED = """
SELECT DISTINCT line.event_id FROM traceability_eventline line
JOIN traceability_event other ON other.corrects_id = line.event_id WHERE line.lot_id {keys}"""


@precisely
def store_states(case: Case, keys: Loaded, lots: Collection[int]) -> None:
    """The states of some lots."""
    names = {name: keys.lots[name] for name in case.chain.births if keys.lots[name] in lots}
    _replace(LotState, "lot_id", names.values(), _STATE, _states(case, keys, names))


def _states(case: Case, keys: Loaded, names: Mapping[str, int]) -> Iterable[tuple[Any, ...]]:
    chain = case.chain
    held = held_lots(chain, names)
    places = {name: last_place(chain.lives[name]) or "" for name in names}
    born_at = {chain.births[name].event.facility_id for name in names}
    parties = _keys_of(Party, "party_id", {one.holder for one in held.values()})
    facilities = _keys_of(Facility, "facility_id", {*places.values(), *born_at})
    for name, key in names.items():
        one, lot, made_of, birth = held[name], chain.lots[name], chain.made_of.get(name), chain.births[name].event
        gains = case.gains.get(birth.event_id)
        yield (
            key, name, lot.mineral, lot.material.value,
            keys.events[birth.event_id], birth.event_id, facilities[birth.facility_id],
            bulk.exact(chain.born_kg(name)), bulk.exact(one.kg), one.is_held,
            parties[one.holder], facilities[places[name]],
            made_of is not None, bulk.exact(made_of.dry_part) if made_of else "1",
            pairs_text(made_of.metals) if made_of else "",
            pairs_text({element or "": share for element, share in gains.items()}) if gains else "",
        )  # fmt: skip


def store_feeds(keys: Loaded, lots: Collection[int]) -> None:
    """The edges of the live events that name one of the lots; those of corrected events go."""
    chain = keys.chain
    steps = {keys.events[event_id]: step for event_id, step in chain.steps.items()}
    steps = {key: step for key, step in steps.items() if any(keys.lots[lot] in lots for lot in step.lots)}
    rows = (
        (key, keys.events[chain.births[lot].event.event_id], keys.lots[lot], bulk.exact(kg))
        for key, step in steps.items()
        for lot, kg in step.inputs.items()
    )
    _replace(Feed, "event_id", {*steps, *(row[0] for row in select(_CORRECTED, lots))}, _FEED, rows)


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
