"""Who holds a lot when, which receipt answers which shipment, and which events stand at an impossible time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import TypeVar

from traceability.domain.chain import Life, Touch
from traceability.domain.facts import EventFact
from traceability.domain.precision import ARITHMETIC, exceeds
from traceability.domain.vocabulary import EventKind

R = TypeVar("R")

#: Received may differ from shipped by this part of it (contract, finding codes).
RECEIPT_TOLERANCE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Shipment:
    """The n-th shipment of a lot and its n-th receipt; either may be missing (reading 9)."""

    ship: Touch | None
    receipt: Touch | None

    @property
    def is_mismatch(self) -> bool:
        if self.ship is None or self.receipt is None:
            return False
        difference = ARITHMETIC.subtract(self.receipt.kg, self.ship.kg)
        return exceeds(difference.copy_abs(), ARITHMETIC.multiply(self.ship.kg, RECEIPT_TOLERANCE))

    @property
    def is_received_too_early(self) -> bool:
        if self.receipt is None:
            return False
        return self.ship is None or self.receipt.place < self.ship.place


@dataclass(frozen=True, slots=True)
class Holding:
    """A party holds a lot from an event on."""

    party_id: str
    since: EventFact


def once(function: Callable[[Life], R]) -> Callable[[Life], R]:
    """Work a thing out once a life. What is answered is shared: it must not be changed."""

    @wraps(function)
    def inner(life: Life) -> R:
        name = function.__name__
        if name not in life.known:
            life.known[name] = function(life)
        found: R = life.known[name]
        return found

    return inner


def birth(life: Sequence[Touch]) -> Touch | None:
    return next((touch for touch in life if touch.is_birth), None)


@once
def shipments(life: Life) -> list[Shipment]:
    """The shipments of a lot in order, each beside the receipt of its number."""
    ships = [touch for touch in life if touch.event.kind is EventKind.SHIP]
    receipts = [touch for touch in life if touch.event.kind is EventKind.RECEIVE]
    count = max(len(ships), len(receipts))
    return [
        Shipment(ships[n] if n < len(ships) else None, receipts[n] if n < len(receipts) else None) for n in range(count)
    ]


@once
def misplaced(life: Life) -> dict[str, str]:
    """Events of a lot that stand before what they need, by id, with what that is."""
    found: dict[str, str] = {}
    born = birth(life)
    for touch in life:
        if born is not None and touch.place < born.place:
            found[touch.event.event_id] = f"the lot was born on {born.event.day}, in event {born.event.event_id}"
    for shipment in shipments(life):
        if shipment.is_received_too_early and shipment.receipt is not None:
            ship = shipment.ship
            why = (
                f"it was shipped on {ship.event.day}, in event {ship.event.event_id}" if ship else "no shipment is left"
            )
            found.setdefault(shipment.receipt.event.event_id, why)
    return found


def holdings(life: Life) -> list[Holding]:
    """Who held a lot, in order (reading 7).

    An event at an impossible time takes effect when it could first have been: after the birth, and a receipt after
    its shipment. So its wrong time is found once, as `time-order`, and opens no gap in custody besides.
    """
    changes = _changes(life)
    return [Holding(party, event) for _effective, _later, _own, party, event in changes]


def gaps(life: Life) -> Iterator[tuple[Touch, str]]:
    """Events in which a party used a lot that another held, with that other."""
    wrong_time, changes = misplaced(life), _changes(life)
    holder, next_change = None, 0
    for touch in life:
        while next_change < len(changes) and changes[next_change][0] < touch.place:
            holder, next_change = changes[next_change][3], next_change + 1
        is_checked = _is_checked(touch) and touch.event.event_id not in wrong_time
        if is_checked and holder is not None and holder != touch.event.party_id:
            yield touch, holder


def last_place(life: Sequence[Touch]) -> str | None:
    """The facility of a lot's last receipt, else of its birth."""
    places = [touch for touch in life if touch.event.kind is EventKind.RECEIVE] or [
        touch for touch in life if touch.is_birth
    ]
    return places[-1].event.facility_id if places else None


def _is_checked(touch: Touch) -> bool:
    return touch.is_input or touch.event.kind in (EventKind.SHIP, EventKind.TRANSFER_OWNERSHIP)


#: When it takes effect, whether it is no birth, its own place, the new holder, the event.
_Change = tuple[int, bool, int, str, EventFact]


@once
def _changes(life: Life) -> list[_Change]:
    born = birth(life)
    answers = {
        shipment.receipt.event.event_id: shipment.ship.place
        for shipment in shipments(life)
        if shipment.receipt and shipment.ship
    }
    found: list[_Change] = []
    for touch in life:
        party = _new_holder(touch)
        if party is None:
            continue
        own = touch.place
        effective = max(own, born.place if born else own, answers.get(touch.event.event_id, own))
        found.append((effective, not touch.is_birth, own, party, touch.event))
    return sorted(found, key=lambda change: change[:3])


def _new_holder(touch: Touch) -> str | None:
    if touch.is_birth or touch.event.kind is EventKind.RECEIVE:
        return touch.event.party_id
    return touch.event.to_party_id if touch.event.kind is EventKind.TRANSFER_OWNERSHIP else None
