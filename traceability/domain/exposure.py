"""What an export measure touches: lots that left a country under a code, lots that lie there under it, and all that
was made of them and is still held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from registry.domain.instruments import MeasureState
from traceability.domain.chain import Chain
from traceability.domain.custody import birth, holdings, last_place
from traceability.domain.facts import EventFact, LotFact
from traceability.domain.mixing import graph, shares_from
from traceability.domain.precision import exceeds, plain, precisely
from traceability.domain.rounding import rounded
from traceability.domain.vocabulary import EventKind

#: A lot counts as held while more than this part of its birth mass is left (contract, section 3).
HELD_ABOVE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a measure, recorded or supposed, is about: a country, HS prefixes, minerals and materials (empty: all),
    and the first day of the shipments looked at (None: all)."""

    country: str
    hs: tuple[str, ...] = ()
    minerals: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    since: dt.date | None = None

    @classmethod
    def of(cls, measure: MeasureState) -> Reach:
        """What a recorded measure is about, whatever day it is."""
        return cls(measure.country, tuple(measure.hs), tuple(measure.minerals or ()), tuple(measure.materials or ()))

    def covers(self, lot: LotFact) -> bool:
        return (
            (not self.hs or lot.hs_code.startswith(self.hs))
            and (not self.minerals or lot.mineral in self.minerals)
            and (not self.materials or lot.material in self.materials)
        )


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot as it lies today: its holder, the country of its last receipt (else of birth), and its dry balance."""

    lot_id: str
    holder: str
    country: str | None
    kg: Decimal
    is_held: bool


@dataclass(frozen=True, slots=True)
class ExposedLot:
    lot: HeldLot
    share: Decimal


@dataclass(slots=True)
class Exposure:
    """The held lots that a measure touches, the largest balance first."""

    lots: list[ExposedLot] = field(default_factory=list)

    @precisely
    def to_json(self) -> dict[str, Any]:
        """The contract's JSON (section 3)."""
        countries: dict[str, Decimal] = {}
        for one in self.lots:
            key = one.lot.country or "unknown"
            countries[key] = countries.get(key, Decimal(0)) + one.lot.kg
        return {
            "lots": [_lot(one) for one in self.lots],
            "total_kg": plain(sum((one.lot.kg for one in self.lots), Decimal(0))),
            "countries": {code: plain(kg) for code, kg in sorted(countries.items())},
        }


@precisely
def held_lots(chain: Chain, lots: Iterable[str] | None = None) -> dict[str, HeldLot]:
    """Lots, by default all, as they lie after their last events."""
    return {lot_id: _held(chain, lot_id) for lot_id in (chain.births if lots is None else lots)}


def touched(chain: Chain, reach: Reach, held: dict[str, HeldLot]) -> set[str]:
    """The lots under the reach that left the country, and those that are still held there."""
    covered = {lot_id for lot_id, lot in chain.lots.items() if reach.covers(lot)}
    left = {
        line.lot_id
        for event in chain.events
        if _leaves(chain, event, reach)
        for line in event.lines
        if line.lot_id in covered
    }
    lie_there = {lot_id for lot_id in covered & held.keys() if _lies_in(held[lot_id], reach.country)}
    return left | lie_there


@precisely
def exposed(held: Iterable[HeldLot], share_of: Callable[[str], Decimal | None]) -> Exposure:
    """The held lots for which there is a share through touched ones, with it."""
    found = [(lot, share_of(lot.lot_id)) for lot in held if lot.is_held]
    lots = [ExposedLot(lot, share) for lot, share in found if share is not None]
    return Exposure(sorted(lots, key=lambda one: (-one.lot.kg, one.lot.lot_id)))


def exposure(chain: Chain, reach: Reach) -> Exposure:
    """The exposure of a whole chain to a measure."""
    held = held_lots(chain)
    seeds = touched(chain, reach, held)
    shares = dict.fromkeys(chain.descendants(seeds), Decimal(0)) | shares_from(graph(chain, None), seeds)
    return exposed(held.values(), shares.get)


def _leaves(chain: Chain, event: EventFact, reach: Reach) -> bool:
    if event.kind is not EventKind.SHIP or (reach.since is not None and event.day < reach.since):
        return False
    leaves, reaches = chain.country(event.facility_id), chain.country(event.to_facility_id)
    return leaves == reach.country and reaches is not None and reaches != leaves


def _lies_in(lot: HeldLot, country: str) -> bool:
    return lot.is_held and lot.country == country


def _held(chain: Chain, lot_id: str) -> HeldLot:
    life = chain.lives[lot_id]
    balance = sum((touch.change for touch in life), Decimal(0))
    born = birth(life)
    is_held = born is not None and exceeds(balance, chain.born_kg(lot_id) * HELD_ABOVE)
    holder = holdings(life)[-1].party_id
    return HeldLot(lot_id, holder, chain.country(last_place(life)), balance, is_held)


def _lot(one: ExposedLot) -> dict[str, Any]:
    return {
        "lot": one.lot.lot_id,
        "holder": one.lot.holder,
        "country": one.lot.country,
        "kg": plain(one.lot.kg),
        "share": str(rounded(one.share)),
    }
