"""How much of what is still held depends on one country: by origin, and by processing there, told apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from traceability.domain.precision import plain, precisely
from traceability.domain.rounding import rounded


class Ways(NamedTuple):
    """Shares of a lot that depend on a country: ``origin`` was won there, ``processed`` passed through a transform
    there, ``either`` did one or both. They are not added up: what was won there is often processed there too."""

    origin: Decimal
    processed: Decimal
    either: Decimal


@dataclass(frozen=True, slots=True)
class DependentLot:
    """A lot still held. ``kg`` is its dry balance, ``element_kg`` what of it is the element (None: dry mass was asked
    for, or no assay says)."""

    lot_id: str
    material: str
    holder_id: str
    holder_country: str
    country: str
    kg: Decimal
    element_kg: Decimal | None
    ways: Ways


@dataclass(frozen=True, slots=True)
class HolderCountry:
    """What holders of one country have that depends on the country asked for: dry kilograms, and of these the parts
    by origin, by processing, and by either."""

    country: str
    lots: int
    kg: Decimal
    by_origin: Decimal
    by_processing: Decimal
    by_either: Decimal


@dataclass(frozen=True, slots=True)
class Dependence:
    """The held lots that depend on a country, the largest dependent mass first."""

    country: str
    element: str | None
    lots: tuple[DependentLot, ...]

    @precisely
    def countries(self) -> list[HolderCountry]:
        """Sums by the country of the holder, the largest dependent mass first."""
        found: dict[str, list[DependentLot]] = {}
        for lot in self.lots:
            found.setdefault(lot.holder_country, []).append(lot)
        sums = [
            HolderCountry(
                country,
                len(lots),
                _sum(lot.kg for lot in lots),
                _sum(lot.kg * lot.ways.origin for lot in lots),
                _sum(lot.kg * lot.ways.processed for lot in lots),
                _sum(lot.kg * lot.ways.either for lot in lots),
            )
            for country, lots in found.items()
        ]
        return sorted(sums, key=lambda one: (-one.by_either, one.country))

    def to_json(self) -> dict[str, Any]:
        """Masses as decimals to the milligram, shares with six places."""
        return {
            "country": self.country,
            "element": self.element,
            "lots": [
                {
                    "lot": lot.lot_id,
                    "material": lot.material,
                    "holder": lot.holder_id,
                    "holder_country": lot.holder_country or None,
                    "country": lot.country or None,
                    "kg": plain(lot.kg),
                    "element_kg": None if lot.element_kg is None else plain(lot.element_kg),
                    "origin": str(rounded(lot.ways.origin)),
                    "processed": str(rounded(lot.ways.processed)),
                    "either": str(rounded(lot.ways.either)),
                }
                for lot in self.lots
            ],
            "holders": {
                one.country or "unknown": {
                    "lots": one.lots,
                    "kg": plain(one.kg),
                    "origin_kg": plain(one.by_origin),
                    "processed_kg": plain(one.by_processing),
                    "either_kg": plain(one.by_either),
                }
                for one in self.countries()
            },
        }


@precisely
def dependence(country: str, element: str | None, lots: Iterable[DependentLot]) -> Dependence:
    """The lots with a share that depends on the country, in order."""
    found = [lot for lot in lots if lot.ways.either]
    found.sort(key=lambda lot: (-lot.kg * lot.ways.either, lot.lot_id))
    return Dependence(country, element, tuple(found))


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))
