"""Exposure: what an export measure, recorded or supposed, touches of all that is still held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from traceability import loading
from traceability.batches import batches
from traceability.domain.exposure import Exposure, HeldLot, Reach, exposed
from traceability.domain.mixing import shares_from
from traceability.domain.vocabulary import EventKind
from traceability.models import EventLine, LotState
from traceability.selectors.mixes import load_graph


def get_exposure(reach: Reach, *, public_only: bool = False) -> Exposure:
    """The held lots that, or an ancestor of which, left the country under the reach or lie there under it."""
    seeds = touched_lots(reach)
    below = loading.descendants(seeds)
    shares = shares_from(load_graph(below, None), seeds)
    held = _held(below, public_only=public_only)
    return exposed(held.values(), {lot.lot_id: shares.get(key, Decimal(0)) for key, lot in held.items()}.get)


def touched_lots(reach: Reach) -> set[int]:
    """The lots under the reach that left its country, and those that are held there."""
    lies_there = LotState.objects.filter(_covered(reach, "lot__"), is_held=True, place__country=reach.country)
    return _left(reach) | set(lies_there.values_list("lot_id", flat=True))


def _left(reach: Reach) -> set[int]:
    lines = EventLine.objects.filter(
        _covered(reach, "lot__"),
        event__corrected_by=None,
        event__kind=EventKind.SHIP.value,
        event__facility__country=reach.country,
    ).exclude(event__to_facility__country=reach.country)
    if reach.since is None:
        return set(lines.values_list("lot_id", flat=True))
    # Which day it was is told by the event's own offset.
    first = dt.datetime.combine(reach.since, dt.time(), dt.UTC) - dt.timedelta(days=1)
    rows = lines.filter(event__occurred_at__gte=first).values_list(
        "lot_id", "event__occurred_at", "event__utc_offset_s"
    )
    return {lot for lot, at, offset in rows if (at + dt.timedelta(seconds=offset)).date() >= reach.since}


def _covered(reach: Reach, prefix: str) -> Q:
    wanted, codes = Q(), Q()
    for hs in reach.hs:
        codes |= Q(**{f"{prefix}hs_code__startswith": hs})
    if reach.hs:
        wanted &= codes
    if reach.minerals:
        wanted &= Q(**{f"{prefix}mineral__in": reach.minerals})
    return wanted & Q(**{f"{prefix}material__in": reach.materials}) if reach.materials else wanted


def _held(lots: Collection[int], *, public_only: bool) -> dict[int, HeldLot]:
    found = {}
    for batch in batches(lots):
        rows: QuerySet[Any] = LotState.objects.filter(lot__in=batch, is_held=True)
        rows = rows.filter(lot__is_public=True) if public_only else rows
        columns = ("lot_id", "lot__lot_id", "holder__party_id", "place__country", "balance_kg")
        for key, lot_id, holder, country, kg in rows.values_list(*columns):
            found[key] = HeldLot(lot_id, holder, country, kg, is_held=True)
    return found
