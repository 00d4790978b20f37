"""Claims by mass balance, and by book and claim: what was booked in, what was assigned, and what it still rests on.

A claim is a record beside the trace. The physical share of a lot is always the trace by mass; what a site says of a lot
by its accounts changes nothing in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from traceability.domain.precision import precisely
from traceability.domain.vocabulary import CustodyModel

#: Accounts are kept in whole milligrams, which every database adds up and compares without loss.
_MG_PER_KG = 1_000_000
#: More is no mass that one lot has: 9 million tonnes, and a database's largest whole number is not far.
_MOST_KG = Decimal(9_000_000_000)

#: Models whose lots carry what is assigned to them; of all others the claim is the physical share.
BY_ACCOUNT = frozenset({CustodyModel.MASS_BALANCE, CustodyModel.BOOK_AND_CLAIM})


class CreditKind(StrEnum):
    """What a credit rests on: a lot that was received, or a certificate without any material."""

    RECEIPT = "receipt"
    CERTIFICATE = "certificate"


class ClaimState(StrEnum):
    STANDS = "stands"
    WITHDRAWN = "withdrawn"


class BadMass(ValueError):
    """A mass that an account cannot hold, in a sentence."""


@dataclass(frozen=True, slots=True)
class About:
    """What is claimed of a mass: that it comes from a country, or that it meets a scheme; exactly one is stated."""

    country: str = ""
    scheme: str = ""

    def words(self, name: str = "") -> str:
        return f"from {name or self.country}" if self.country else f"under {self.scheme}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A credit as it stands on a day: booked in, usable output, and used, in milligrams; ``carried_mg`` is what the
    lot it was booked from carries today, after all corrections."""

    in_mg: int
    out_mg: int
    used_mg: int
    carried_mg: int
    usable_until: dt.date

    def left_mg(self, day: dt.date) -> int:
        return 0 if day > self.usable_until else self.out_mg - self.used_mg

    def expired_mg(self, day: dt.date) -> int:
        return self.out_mg - self.used_mg if day > self.usable_until else 0

    @property
    def uncovered_mg(self) -> int:
        return max(0, self.in_mg - self.carried_mg)

    @property
    @precisely
    def covered(self) -> Decimal:
        """The part of the credit, and so of each claim on it, that rests on material."""
        return Decimal(1) if not self.in_mg else min(Decimal(1), Decimal(self.carried_mg) / Decimal(self.in_mg))


@precisely
def to_mg(kg: Decimal) -> int:
    """Whole milligrams of a mass. Raises BadMass."""
    if not kg.is_finite() or not 0 < kg <= _MOST_KG:
        raise BadMass("Write a mass above 0 kg, and at most 9 million tonnes.")
    if kg * _MG_PER_KG != (kg * _MG_PER_KG).to_integral_value():
        raise BadMass("Write kilograms with at most six decimals.")
    return int(kg * _MG_PER_KG)


@precisely
def down_to_mg(kg: Decimal) -> int:
    """Whole milligrams of a mass that was worked out, rounded down: nobody is credited with what is not there."""
    # What lies closer below a milligram than quotients err is that milligram.
    return int((kg * _MG_PER_KG + Decimal("1e-30")).to_integral_value(ROUND_DOWN))


@precisely
def in_kg(milligrams: int) -> Decimal:
    return Decimal(milligrams) / _MG_PER_KG


@precisely
def usable_mg(in_mg: int, factor: Decimal) -> int:
    """What may be claimed of the output for an input booked in, rounded down."""
    return int((in_mg * factor).to_integral_value(ROUND_DOWN))
