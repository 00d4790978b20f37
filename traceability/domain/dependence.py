"""How much of what is still held depends on one country: by origin, and by processing there, told apart.

All that is born in an event has one mix, so shares are those of events; they are worked out in floating point, in one
pass. A share is a quotient of two sums over the inputs of an event, all of whose terms are positive, so nothing
cancels: an event with k inputs adds at most (2k + 10) · 2⁻⁵³ to the errors of its inputs, of which it takes the mean.
That is 2e-12 after 1,000 births in a row of 3 inputs each. Where all inputs depend wholly, or none does, the share is
exactly 1 or 0.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from traceability.domain.precision import plain, precisely
from traceability.domain.rounding import rounded

E = TypeVar("E", bound=Hashable)
#: Shares leave this file with so many digits: more are noise.
_DIGITS = 15


class Ways(NamedTuple):
    """Shares of a lot that depend on a country: ``origin`` was won there, ``processed`` passed through a transform
    there, ``either`` did one or both. They are not added up: what was won there is often processed there too."""

    origin: Decimal
    processed: Decimal
    either: Decimal


#: The same three in floating point.
Spread = tuple[float, float, float]


class Inputs(NamedTuple):
    """What went into an event, one line an input: the event in which it was born, dry kilograms, and kilograms of the
    element, or nothing of these where any input has no assay or none names the element. ``unknown`` is the share of
    the event's output that did not go in."""

    sources: Sequence[Any]
    kg: Sequence[float]
    metal_kg: Sequence[float] = ()
    unknown: float = 0.0


def spread(inputs: Mapping[E, Inputs], won: Collection[E], made: Collection[E]) -> dict[E, Spread]:
    """The shares of what was born in each event that depend on events ``won``, ``made`` and on either; what is born in
    one of these depends on it wholly. Events that are neither fed nor named depend on nothing."""
    found: dict[E, Spread] = {}
    for event in {*won, *made}:
        if event not in inputs:
            found[event] = _at(event, _NOTHING, won, made)
    for start in inputs:
        stack = [start]
        while stack:
            event = stack[-1]
            if event in found:
                stack.pop()
                continue
            waits: list[E] = []
            mixed = _mixed(inputs[event], found, inputs, waits)
            if waits:
                stack += waits
            else:
                found[event] = _at(event, mixed, won, made)
    return found


def ways(shares: Spread) -> Ways:
    return Ways(*(_EXACT.get(share) or Decimal(f"{share:.{_DIGITS}g}") for share in shares))


_EXACT = {0.0: Decimal(0), 1.0: Decimal(1)}
_NOTHING: Spread = (0.0, 0.0, 0.0)


def _at(event: E, mixed: Spread, won: Collection[E], made: Collection[E]) -> Spread:
    if event in won:
        return 1.0, 1.0 if event in made else mixed[1], 1.0
    return (mixed[0], 1.0, 1.0) if event in made else mixed


def _mixed(mine: Inputs, found: Mapping[E, Spread], inputs: Mapping[E, Inputs], waits: list[E]) -> Spread:
    """The mean of the inputs, weighed by the element, else by dry mass; of no mass nothing is known. Those inputs that
    are still to be worked out are put among ``waits``, and the mean is not yet one."""
    sources, kg, metal_kg, unknown = mine
    origin = processed = either = total = 0.0
    for source, weight in zip(sources, metal_kg if metal_kg and any(metal_kg) else kg, strict=True):
        total += weight
        own = found.get(source)
        if own is not None:
            origin += weight * own[0]
            processed += weight * own[1]
            either += weight * own[2]
        elif source in inputs:
            waits.append(source)
    if not either:
        return _NOTHING
    mixed = origin / total, processed / total, either / total
    if not unknown:
        return mixed
    known = 1.0 - unknown
    return mixed[0] * known, mixed[1] * known, mixed[2] * known


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
