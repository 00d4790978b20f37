"""The chain as it stands: live events in order, births, what went into what, and each lot's life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from traceability.domain.facts import AssayFact, EventFact, FacilityFact, LineFact, LotFact
from traceability.domain.mass import Composition, compositions, dry_kg, wet_kg
from traceability.domain.precision import ARITHMETIC, precisely
from traceability.domain.vocabulary import BIRTH_ROLES, INPUT_ROLES, EventKind, Role

_ZERO = Decimal(0)


@dataclass(slots=True)
class Step:
    """A birth event in dry kilograms by lot: what went in, what was born, what was lost.

    ``outputs`` leaves the by-products out; a lot of a commission has no inputs.
    """

    event: EventFact
    inputs: dict[str, Decimal] = field(default_factory=dict)
    outputs: dict[str, Decimal] = field(default_factory=dict)
    by_products: dict[str, Decimal] = field(default_factory=dict)
    losses: dict[str, Decimal] = field(default_factory=dict)

    def born(self) -> Iterator[tuple[str, Decimal]]:
        yield from self.outputs.items()
        yield from self.by_products.items()

    def out(self) -> Iterator[tuple[str, Decimal]]:
        """Everything on the output side of the balance."""
        yield from self.born()
        yield from self.losses.items()

    @property
    def lots(self) -> set[str]:
        return {*self.inputs, *self.outputs, *self.by_products, *self.losses}

    @property
    def first_output(self) -> str:
        """Where findings of the whole event stand: the smallest lot id with role output."""
        return min(self.outputs or self.by_products)


@dataclass(slots=True)
class Touch:
    """One live event in a lot's life: ``place`` is the event's among all of the chain in their order, ``kg`` the dry
    mass it names, ``change`` what that does to the balance."""

    event: EventFact
    place: int
    kg: Decimal
    change: Decimal
    is_birth: bool = False
    is_input: bool = False


class Life(list[Touch]):
    """A lot's live events in order. What follows from them is asked for by many rules, and worked out once."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Any] = {}


def live(events: Iterable[EventFact]) -> list[EventFact]:
    """The events that count, in order: without those that another corrects, in chains too (reading 10)."""
    recorded = list(events)
    corrected = {event.corrects_event_id for event in recorded if event.corrects_event_id}
    return sorted((event for event in recorded if event.event_id not in corrected), key=lambda event: event.order)


class Chain:
    """Everything recorded of a set of lots, after corrections. The order in which it was recorded plays no part."""

    def __init__(
        self,
        *,
        lots: Iterable[LotFact],
        events: Iterable[EventFact],
        assays: Iterable[AssayFact] = (),
        facilities: Iterable[FacilityFact] = (),
    ) -> None:
        self.lots = {lot.lot_id: lot for lot in lots}
        self.events = live(events)
        self.facilities = {facility.facility_id: facility for facility in facilities}
        self._assays = tuple(assays)

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each live event in their order: what to sort by, cheaper than two times with offsets."""
        return {event.event_id: number for number, event in enumerate(self.events)}

    @cached_property
    def made_of(self) -> dict[str, Composition]:
        """What each assayed lot is made of."""
        by_lot: dict[str, list[AssayFact]] = {}
        assays, self._assays = self._assays, ()  # what they say is kept below, and they are many
        for assay in assays:
            by_lot.setdefault(assay.lot_id, []).append(assay)
        found = compositions(by_lot)
        return {lot_id: made_of for lot_id, made_of in found.items() if made_of}

    @cached_property
    @precisely
    def steps(self) -> dict[str, Step]:
        """Birth events by id, in order."""
        return {event.event_id: self._step(event) for event in self.events if event.kind in BIRTH_ROLES}

    @cached_property
    def births(self) -> dict[str, Step]:
        """The birth of each lot."""
        return {lot_id: step for step in self.steps.values() for lot_id, _kg in step.born()}

    def born_kg(self, lot_id: str) -> Decimal:
        """Dry mass of a lot as its birth event says it; 0 where its birth is not in the chain."""
        step = self.births.get(lot_id)
        if step is None:
            return _ZERO
        return ARITHMETIC.add(step.outputs.get(lot_id, _ZERO), step.by_products.get(lot_id, _ZERO))

    @cached_property
    @precisely
    def lives(self) -> dict[str, Life]:
        """For each lot its live events in order; `observe` moves and holds nothing, so it is left out."""
        lives: dict[str, Life] = {}
        for place, event in enumerate(self.events):
            for lot_id, touch in self._touches(event, place).items():
                life = lives.get(lot_id)
                if life is None:
                    life = lives[lot_id] = Life()
                life.append(touch)
        return lives

    def dry(self, line: LineFact) -> Decimal:
        return dry_kg(line, self.made_of.get(line.lot_id))

    def wet(self, line: LineFact) -> Decimal:
        return wet_kg(line, self.made_of.get(line.lot_id))

    def ancestors(self, lots: Iterable[str]) -> set[str]:
        """The lots themselves and everything they were made of."""
        return _closure(lots, lambda lot: self.births[lot].inputs)

    def descendants(self, lots: Iterable[str]) -> set[str]:
        """The lots themselves and everything made of them."""
        made_of: dict[str, list[str]] = {}
        for step in self.steps.values():
            for lot in step.inputs:
                made_of.setdefault(lot, []).extend(born for born, _kg in step.born())
        return _closure(lots, lambda lot: made_of.get(lot, ()))

    def country(self, facility_id: str | None) -> str | None:
        facility = self.facilities.get(facility_id or "")
        return (facility.country or None) if facility else None

    def _step(self, event: EventFact) -> Step:
        step = Step(event)
        born, went_in = BIRTH_ROLES[event.kind], INPUT_ROLES.get(event.kind, frozenset())
        for line in event.lines:
            if line.role in went_in:
                side = step.inputs
            elif line.role is Role.BY_PRODUCT:
                side = step.by_products
            elif line.role in born:
                side = step.outputs
            else:
                side = step.losses
            side[line.lot_id] = side.get(line.lot_id, _ZERO) + self.dry(line)
        return step

    def _touches(self, event: EventFact, place: int) -> dict[str, Touch]:
        if event.kind in BIRTH_ROLES:
            step = self.steps[event.event_id]
            touches = {lot_id: Touch(event, place, kg, -kg, is_input=True) for lot_id, kg in step.inputs.items()}
            for lot_id, kg in step.born():
                held = touches.get(lot_id)
                change = kg + held.change if held and held.is_birth else kg
                touches[lot_id] = Touch(event, place, kg, change, is_birth=True)
            return touches
        if event.kind is EventKind.OBSERVE:
            return {}
        sign = _SIGNS.get(event.kind, 0)
        items: dict[str, Decimal] = {}
        for line in event.lines:
            items[line.lot_id] = items.get(line.lot_id, _ZERO) + self.dry(line)
        return {lot_id: Touch(event, place, kg, kg * sign if sign else _ZERO) for lot_id, kg in items.items()}


def _closure(lots: Iterable[str], near: Callable[[str], Iterable[str]]) -> set[str]:
    seen = set(lots)
    stack = list(seen)
    while stack:
        found = [lot for lot in near(stack.pop()) if lot not in seen]
        seen.update(found)
        stack += found
    return seen


#: What an event that is no birth does to the balance of its lots (reading 8).
_SIGNS = {EventKind.ADJUST: 1, EventKind.DECOMMISSION: -1}
