"""What a hold or recall reaches: descendants, holders and masses, in one step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from registry.models import Party
from traceability import loading
from traceability.batches import batches
from traceability.domain.holds import AffectedLot, HolderSum, HoldState, by_holder, from_here
from traceability.models import Hold, Lot, LotState
from traceability.rows import among
from traceability.selectors.trace import get_trace


@dataclass(frozen=True)
class Affected:
    """The held lot first, then all that was made of it. ``names`` gives holders by id."""

    lots: list[AffectedLot]
    holders: list[HolderSum]
    names: dict[str, str]

    @property
    def in_hand(self) -> list[AffectedLot]:
        return [lot for lot in self.lots if lot.is_held]

    @property
    def kg(self) -> Decimal:
        return sum((lot.kg for lot in self.in_hand), Decimal(0))

    @property
    def from_here(self) -> Decimal:
        return from_here(self.lots)

    @property
    def countries(self) -> list[str]:
        return sorted({lot.country for lot in self.in_hand})


def get_affected(lot: Lot) -> Affected:
    """The lot and every descendant, those with no share of its mass too: they are what it became."""
    traced = get_trace(lot_id=lot.lot_id, direction="down", element=None)["lots"]
    shares = {one["lot"]: Decimal(one["share"]) for one in traced} | {lot.lot_id: Decimal(1)}
    keys = loading.descendants({lot.pk})
    found: list[AffectedLot] = []
    for batch in batches(keys):
        rows = LotState.objects.filter(lot__in=batch).values_list(
            "lot__lot_id", "lot__material", "holder__party_id", "place__country", "balance_kg", "is_held"
        )
        found += [
            AffectedLot(lot_id, material, holder, country, kg, shares.get(lot_id, Decimal(0)), held)
            for lot_id, material, holder, country, kg, held in rows
        ]
    found.sort(key=lambda one: (one.lot_id != lot.lot_id, not one.is_held, -one.kg, one.lot_id))
    holders = by_holder(found)
    names: dict[str, str] = {}
    for part in batches({one.holder_id for one in found}):
        names.update(Party.objects.filter(party_id__in=part).values_list("party_id", "name"))
    return Affected(found, holders, names)


def holds_over(lots: Collection[int]) -> list[Hold]:
    """The holds that stand on any of some lots; on the path of a lot they reach it."""
    rows = Hold.objects.current().filter(lot__in=among(lots), state=HoldState.PLACED.value)
    return sorted(rows.select_related("lot", "recorded_entry"), key=lambda hold: hold.placed_at)


def get_holds_of(lot: Lot) -> list[Hold]:
    """All holds of a lot as they stand now, the newest first."""
    return list(Hold.objects.current().filter(lot=lot).select_related("lot").order_by("-placed_at"))


def standing_holds() -> QuerySet[Hold]:
    """The holds that stand, the newest first."""
    holds: QuerySet[Hold] = Hold.objects.current().filter(state=HoldState.PLACED.value)
    return holds.select_related("lot").order_by("-placed_at")


def held_lots() -> set[int]:
    """Every lot that a standing hold reaches."""
    seeds = set(Hold.objects.current().filter(state=HoldState.PLACED.value).values_list("lot_id", flat=True))
    return loading.descendants(seeds) if seeds else set()
