"""Hold and recall: what is kept from moving, and who has to be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class HoldKind(StrEnum):
    """A hold stops what is in hand until a question is answered; a recall asks for it back."""

    HOLD = "hold"
    RECALL = "recall"


class HoldState(StrEnum):
    PLACED = "placed"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class AffectedLot:
    """A lot that a hold reaches. ``kg`` is the dry mass left; ``share`` how much of the lot came from the held one."""

    lot_id: str
    material: str
    holder_id: str
    country: str
    kg: Decimal
    share: Decimal
    is_held: bool


@dataclass(frozen=True, slots=True)
class HolderSum:
    """What one party has to stop or give back: dry kilograms, of which ``from_here`` came from the held lot."""

    holder_id: str
    lots: int
    kg: Decimal
    from_here: Decimal


def by_holder(lots: Iterable[AffectedLot]) -> list[HolderSum]:
    """What each holder has in hand, the most first; what is used up concerns nobody any more."""
    found: dict[str, list[AffectedLot]] = defaultdict(list)
    for lot in lots:
        if lot.is_held:
            found[lot.holder_id].append(lot)
    sums = [
        HolderSum(holder, len(held), sum((lot.kg for lot in held), Decimal(0)), from_here(held))
        for holder, held in found.items()
    ]
    return sorted(sums, key=lambda one: (-one.kg, one.holder_id))


def from_here(lots: Iterable[AffectedLot]) -> Decimal:
    """Dry kilograms in hand that came from the held lot."""
    return sum((lot.kg * lot.share for lot in lots if lot.is_held), Decimal(0))
