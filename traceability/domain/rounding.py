"""Shares as they are shown: so many decimals, and a sum of exactly 1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from traceability.domain.precision import precisely

K = TypeVar("K")

#: The contract asks for at least 4, and 6 where there are more than 100 origins.
DECIMALS = 6

_STEP = Decimal(1).scaleb(-DECIMALS)


@precisely
def largest_remainder(shares: Mapping[K, Decimal]) -> dict[K, Decimal]:
    """Round shares that sum to 1 so that they still do: cut all, then give what is missing to the largest rests.

    Equal rests are served in the order of the mapping.
    """
    cut = {key: share.quantize(_STEP, ROUND_FLOOR) for key, share in shares.items()}
    missing = int((Decimal(1) - sum(cut.values(), Decimal(0))) / _STEP)
    if shares:
        by_rest = sorted(shares, key=lambda key: cut[key] - shares[key])
        for key in by_rest[:missing]:
            cut[key] += _STEP
    return cut


@precisely
def rounded(share: Decimal) -> Decimal:
    """One share by itself, rounded half to even."""
    return share.quantize(_STEP)
