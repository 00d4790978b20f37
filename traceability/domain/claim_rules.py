"""Rules of claims, each a class: its docstring is the rule, and the sentence for whoever breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from inspect import cleandoc
from typing import Any, ClassVar, Generic, TypeVar

from traceability.domain.claims import BY_ACCOUNT, CreditKind, in_kg
from traceability.domain.precision import plain
from traceability.domain.rules.base import ISO_22095
from traceability.domain.vocabulary import CustodyModel

ISO_22095_2 = "ISO 22095-2:2026 (mass balance)"
UNTP = "UN/CEFACT UNTP, chain of custody (inputs are marked as consumed)"


@dataclass(frozen=True, slots=True)
class Booking:
    """A credit that somebody wants to book, and what is known of its lot. Masses are milligrams of ``element`` that
    are as the claim says (``about``): what arrived at the site in the period, what the whole lot carries, and what of
    both is booked already. ``along`` names a lot of the same path that is booked."""

    kind: CreditKind
    site: str
    lot: str
    element: str
    about: str
    first: dt.date
    last: dt.date
    usable_until: dt.date
    in_mg: int
    factor: Decimal
    factor_source: str
    arrived_mg: int = 0
    booked_there_mg: int = 0
    carried_mg: int = 0
    booked_mg: int = 0
    along: str = ""
    scheme: str = ""
    certificate: str = ""

    def words(self) -> dict[str, Any]:
        return {
            "kg": _kg(self.in_mg), "lot": self.lot, "site": self.site, "about": self.about, "first": self.first,
            "last": self.last, "until": self.usable_until, "element": self.element or "dry mass", "along": self.along,
            "factor": plain(self.factor), "arrived": _kg(self.arrived_mg), "there": _kg(self.booked_there_mg),
            "carried": _kg(self.carried_mg), "booked": _kg(self.booked_mg),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assignment:
    """A claim that somebody wants to record: ``mg`` of a credit for a lot. ``held_mg`` is what the lot has of the
    element, ``claimed_mg`` what is claimed of that already; ``is_there``: it was made at the
    credit's site."""

    kind: CreditKind
    site: str
    lot: str
    model: CustodyModel
    element: str
    mg: int
    left_mg: int
    first: dt.date
    usable_until: dt.date
    born_on: dt.date
    born_at: str
    is_there: bool
    held_mg: int
    claimed_mg: int

    def words(self) -> dict[str, Any]:
        return {
            "kg": _kg(self.mg), "lot": self.lot, "site": self.site, "model": self.model.value.replace("_", " "),
            "left": _kg(self.left_mg), "first": self.first, "until": self.usable_until, "day": self.born_on,
            "place": self.born_at, "held": _kg(self.held_mg), "claimed": _kg(self.claimed_mg),
            "element": self.element or "dry mass",
        }  # fmt: skip


S = TypeVar("S", Booking, Assignment)


class ClaimRule(Generic[S]):
    """A rule of claims. The first paragraph of its docstring is the rule, the second the sentence when it is broken."""

    source: ClassVar[str] = f"{ISO_22095}; {ISO_22095_2}"
    text: ClassVar[str]
    message: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        paragraphs = [" ".join(part.split()) for part in cleandoc(cls.__doc__ or "").split("\n\n")]
        cls.text, cls.message = paragraphs[0], paragraphs[-1]

    def holds(self, asked: S) -> bool:
        raise NotImplementedError


class FactorStated(ClaimRule[Booking]):
    """A conversion factor says how much output an input gives, and names its source; of an element it is at most 1.

    A conversion factor of {factor} for {element} cannot stand: write one above 0, for an element at most 1 because no
    more of it comes out than went in, and where it is from.
    """

    def holds(self, asked: Booking) -> bool:
        most = Decimal(1) if asked.element else Decimal(1000)
        return 0 < asked.factor <= most and bool(asked.factor_source.strip())


class PeriodStated(ClaimRule[Booking]):
    """A period has a first and a last day; its credits are used until then, or a later day that is stated.

    The period runs from {first} to {last} and its credits until {until}: a period cannot end before it begins, and
    credits are used until its last day or later.
    """

    def holds(self, asked: Booking) -> bool:
        return asked.first <= asked.last <= asked.usable_until


class CertificateNamed(ClaimRule[Booking]):
    """What is claimed under a scheme, or without material, names the certificate it rests on.

    Name the certificate by its number: a scheme, or book and claim, rests on nothing else.
    """

    source = ISO_22095

    def holds(self, asked: Booking) -> bool:
        return bool(asked.certificate) or not (asked.scheme or asked.kind is CreditKind.CERTIFICATE)


class BookedWhatArrived(ClaimRule[Booking]):
    """Credits of a period are at most what arrived at the site in it, less what is booked of it already.

    {kg} kg cannot be booked: of lot {lot}, {arrived} kg of {element} {about} arrived at {site} from {first} to {last},
    and {there} kg of it are booked already.
    """

    def holds(self, asked: Booking) -> bool:
        return asked.kind is CreditKind.CERTIFICATE or asked.in_mg + asked.booked_there_mg <= asked.arrived_mg


class BookedOnce(ClaimRule[Booking]):
    """What a lot carries is booked once, wherever the lot goes.

    {kg} kg cannot be booked: lot {lot} carries {carried} kg of {element} {about} in all, and {booked} kg are booked
    already, at this site or another. A credit is never used twice.
    """

    source = f"{ISO_22095}; {ISO_22095_2}; {UNTP}"

    def holds(self, asked: Booking) -> bool:
        return asked.kind is CreditKind.CERTIFICATE or asked.in_mg + asked.booked_mg <= asked.carried_mg


class BookedOnceAlongThePath(ClaimRule[Booking]):
    """What a lot was made of, or what was made of it, is not booked a second time for the same claim.

    Lot {lot} cannot be booked: lot {along}, of the same material before or after, is booked for the same claim already.
    """

    source = BookedOnce.source

    def holds(self, asked: Booking) -> bool:
        return not asked.along


class ModelCarriesClaims(ClaimRule[Assignment]):
    """Only lots of the models mass balance and book and claim carry claims; of all others the claim is the physical
    share.

    Lot {lot} is {model}: what is claimed of it is its physical share, and nothing can be assigned to it.
    """

    source = ISO_22095

    def holds(self, asked: Assignment) -> bool:
        return asked.model in BY_ACCOUNT


class ModelNotImproved(ClaimRule[Assignment]):
    """A certificate without material is claimed by lots of the model book and claim alone.

    Lot {lot} is {model}: a certificate is assigned to lots of the model book and claim only.
    """

    source = ISO_22095

    def holds(self, asked: Assignment) -> bool:
        return asked.kind is CreditKind.RECEIPT or asked.model is CustodyModel.BOOK_AND_CLAIM


class MadeAtTheSite(ClaimRule[Assignment]):
    """Credits of a site are claimed by what is made at the site.

    Lot {lot} was made at {place}: credits of {site} are claimed by lots that were made there.
    """

    def holds(self, asked: Assignment) -> bool:
        return asked.is_there


class InThePeriod(ClaimRule[Assignment]):
    """Credits are claimed by lots made from the first day of their period to the last day of their use; then they
    expire.

    Lot {lot} was made on {day}: these credits are for lots made from {first} to {until}.
    """

    def holds(self, asked: Assignment) -> bool:
        return asked.first <= asked.born_on <= asked.usable_until


class CreditLeft(ClaimRule[Assignment]):
    """Never more is claimed than was booked × conversion factor, less what is claimed already.

    {kg} kg cannot be assigned to lot {lot}: {left} kg of this credit are left. A credit is never used twice.
    """

    source = BookedOnce.source

    def holds(self, asked: Assignment) -> bool:
        return asked.mg <= asked.left_mg


class NoMoreThanItHolds(ClaimRule[Assignment]):
    """What is claimed of a lot is at most what it holds.

    {kg} kg cannot be assigned to lot {lot}: it has {held} kg of {element}, and {claimed} kg of that are claimed
    already.
    """

    def holds(self, asked: Assignment) -> bool:
        return asked.mg + asked.claimed_mg <= asked.held_mg


BOOKING_RULES: Sequence[ClaimRule[Booking]] = (
    FactorStated(), PeriodStated(), CertificateNamed(), BookedOnceAlongThePath(), BookedWhatArrived(), BookedOnce(),
)  # fmt: skip
ASSIGNMENT_RULES: Sequence[ClaimRule[Assignment]] = (
    ModelCarriesClaims(), ModelNotImproved(), MadeAtTheSite(), InThePeriod(), CreditLeft(), NoMoreThanItHolds(),
)  # fmt: skip


def broken(rules: Sequence[ClaimRule[S]], asked: S) -> list[str]:
    """A sentence for each rule that does not hold."""
    words = asked.words()
    return [rule.message.format(**words) for rule in rules if not rule.holds(asked)]


def _kg(milligrams: int) -> str:
    return plain(in_kg(milligrams))
