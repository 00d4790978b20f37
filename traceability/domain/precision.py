"""How exactly masses and shares are worked out, and how two of them are compared."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

#: Numbers of a report have at most 24 digits, so sums and products of two of them are exact at 60; a quotient is
#: rounded half to even in the 60th. For a single operation outside of ``precisely``, its own methods.
ARITHMETIC = Context(prec=60, rounding=ROUND_HALF_EVEN)

#: One product or quotient in that arithmetic, for loops in which setting it would cost more than the sum itself.
times, divided = ARITHMETIC.multiply, ARITHMETIC.divide

# Quotients leave errors near 1e-59. What lies closer to a limit than this lies on it.
_NOISE = Decimal("1e-40")

#: Masses are shown to the milligram.
_SHOWN = Decimal("0.000001")


def precisely(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function in the arithmetic above, whatever the caller's own is."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(ARITHMETIC):
            return function(*args, **kwargs)

    return inner


def exceeds(value: Decimal, limit: Decimal) -> bool:
    """Whether a value lies above a limit; on it is not above."""
    return value - limit > _NOISE * max(abs(value), abs(limit))


def plain(value: Decimal) -> str:
    """A mass for people and JSON: no exponent, to the milligram, no trailing zeros."""
    text = f"{value.quantize(_SHOWN, None, ARITHMETIC):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def per_cent(share: Decimal) -> str:
    """A share of 1 in per cent with two decimals, as messages show it."""
    return f"{share * 100:.2f} %"
