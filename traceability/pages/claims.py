"""What is claimed of a lot beside what is in it, and the accounts of a site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.parts import Link, ProofMark
from traceability.domain.claims import About
from traceability.pages.words import element_name

#: A mass, None where there is none, or the word that it is masked.
Mass = Decimal | str | None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """Of one country or scheme: the physical share of a lot (None: not followed, as of a scheme), and the claimed one
    (None: nothing is claimed), with the mass that is claimed and the part of it that is not covered."""

    name: str
    physical: Decimal | None
    claimed: Decimal | None
    kg: Mass = None
    uncovered: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ClaimNote:
    """A claim on a lot: where it was booked, and what stands in its way today (empty: nothing)."""

    kg: Mass
    element: str
    about: str
    site: Link
    first: dt.date
    last: dt.date
    factor: Decimal
    factor_source: str
    gap: str
    proof: ProofMark


@dataclass(frozen=True, slots=True)
class Shares:
    """Physical and claimed share of a lot beside each other. ``by_account``: its model keeps accounts; ``warning``:
    why the claim of a lot that carries its physical share does not hold; ``sites``: where it was made and where it
    lies, as far as the reader sees their accounts."""

    rows: tuple[ShareRow, ...]
    notes: tuple[ClaimNote, ...]
    by_account: bool
    warning: str = ""
    sites: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim on a credit, at its site."""

    claim_id: str
    lot: Link
    kg: Decimal
    day: dt.date


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit at its site, in kilograms. ``gap`` says what it does not rest on any more."""

    credit_id: str
    origin: Link
    about: str
    element: str
    booked: Decimal
    factor: Decimal
    factor_source: str
    usable: Decimal
    used: Decimal
    left: Decimal
    expired: Decimal
    usable_until: dt.date
    gap: str
    claims: tuple[ClaimLine, ...]
    proof: ProofMark


@dataclass(frozen=True, slots=True)
class PeriodAccount:
    """The credits of a site in one period, of one claim and element, and their sums in kilograms."""

    first: dt.date
    last: dt.date
    about: str
    element: str
    credits: tuple[CreditLine, ...]

    @property
    def booked(self) -> Decimal:
        return sum((credit.booked for credit in self.credits), Decimal(0))

    @property
    def usable(self) -> Decimal:
        return sum((credit.usable for credit in self.credits), Decimal(0))

    @property
    def used(self) -> Decimal:
        return sum((credit.used for credit in self.credits), Decimal(0))

    @property
    def left(self) -> Decimal:
        return sum((credit.left for credit in self.credits), Decimal(0))

    @property
    def expired(self) -> Decimal:
        return sum((credit.expired for credit in self.credits), Decimal(0))

    @property
    def gaps(self) -> int:
        return sum(bool(credit.gap) for credit in self.credits)


@dataclass(frozen=True, slots=True)
class AccountSum:
    """An account in the list of all: what its credits come to, in kilograms."""

    site: Link
    country: str
    operator: str
    first: dt.date
    last: dt.date
    about: str
    element: str
    booked: Decimal
    usable: Decimal
    used: Decimal
    left: Decimal
    is_expired: bool


def about_words(about: About, countries: Mapping[str, str]) -> str:
    return about.words(countries.get(about.country, about.country))


def element_words(element: str) -> str:
    return element_name(element or None).lower()
