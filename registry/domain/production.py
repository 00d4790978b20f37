"""What the region and the world mined in a year: limits for what no source states of one country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ProductionTotal:
    """One mineral in one year: masses in metric tons, ``share_pct`` the region's share of the world in percent.

    Source: the table of Section 3.1 of the paper. ``implied_base_t`` is what ``growth_pct`` makes of the first year.
    """

    total_id: str
    mineral: str
    year: int
    region_t: int
    world_t: int
    share_pct: Decimal
    growth_pct: Decimal | None = None
    implied_base_t: int | None = None
    section: str | None = None

    @property
    def worked_share_pct(self) -> Decimal:
        """The share worked out of the two masses, to as many places as the source prints."""
        return (Decimal(self.region_t) * 100 / self.world_t).quantize(self.share_pct, ROUND_HALF_UP)

    @property
    def worked_growth_pct(self) -> Decimal | None:
        """The growth worked out of the whole tons of both years, to as many places as the source prints.

        None where the first year's mass is not known. That mass is worked back from the printed growth, and whole tons
        of a small mineral may not give the printed figure again.
        """
        if self.growth_pct is None or not self.implied_base_t:
            return None
        change = Decimal(self.region_t - self.implied_base_t) * 100 / self.implied_base_t
        return change.quantize(self.growth_pct, ROUND_HALF_UP)

    @property
    def text(self) -> str:
        return f"the region mined {self.share_pct} percent of the world's output in {self.year}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, decimals as text; `from_json` gives back an equal total."""
        return {
            "total_id": self.total_id,
            "mineral": self.mineral,
            "year": self.year,
            "region_t": self.region_t,
            "world_t": self.world_t,
            "share_pct": str(self.share_pct),
            "growth_pct": None if self.growth_pct is None else str(self.growth_pct),
            "implied_base_t": self.implied_base_t,
            "section": self.section,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> ProductionTotal:
        growth = plain.get("growth_pct")
        decimals = {"share_pct": Decimal(plain["share_pct"]), "growth_pct": None if growth is None else Decimal(growth)}
        return cls(**{**plain, **decimals})
