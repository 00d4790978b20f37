"""Rules of custody: who has a lot may use it, and what was sent arrives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from traceability.domain import custody
from traceability.domain.rules.base import CONTRACT, ISO_22095, OECD, Case, Found, Rule
from traceability.domain.vocabulary import STRICTNESS, CustodyModel, FindingCode, Severity

#: A shipment may be under way this long before its receipt is missed.
UNDER_WAY = dt.timedelta(days=60)

_UNSEGREGATED = (CustodyModel.MASS_BALANCE, CustodyModel.BOOK_AND_CLAIM)


class CustodyGap(Rule):
    """A party that does not hold a lot ships, transforms or transfers it.

    {party} used lot {lot} in event {event} of {day}, but {holder} held it; a transfer or a receipt is missing, or the
    wrong party is named.
    """

    code = FindingCode.CUSTODY_GAP
    title = "Used by a party that did not hold it"
    source = f"{CONTRACT}; {OECD}, step 1 C (chain of custody)"

    def find(self, case: Case) -> Iterator[Found]:
        for lot_id, life in case.chain.lives.items():
            for touch, holder in custody.gaps(life):
                event = touch.event
                yield self.found(event.event_id, lot_id, party=event.party_id, holder=holder, day=event.day)


class ReceiptMismatch(Rule):
    """What was received of a lot differs from what was shipped by over 0.5 %, in dry mass.

    {received_kg} kg dry of lot {lot} were received in event {event}, but {shipped_kg} kg were shipped in event
    {shipped_in}; the limit is 0.5 %.
    """

    code = FindingCode.RECEIPT_MISMATCH
    title = "Received is not what was shipped"

    def find(self, case: Case) -> Iterator[Found]:
        for lot_id, life in case.chain.lives.items():
            for shipment in custody.shipments(life):
                ship, receipt = shipment.ship, shipment.receipt
                if shipment.is_mismatch and ship and receipt:
                    masses = {"received_kg": receipt.kg, "shipped_kg": ship.kg}
                    yield self.found(receipt.event.event_id, lot_id, **masses, shipped_in=ship.event.event_id)


class ReceiptMissing(Rule):
    """A lot was shipped, and 60 days before the newest event of the registry it had not been received.

    Lot {lot} was shipped on {day} in event {event} and nothing says that it arrived within 60 days.
    """

    code = FindingCode.RECEIPT_MISSING
    severity = Severity.WARNING
    title = "Shipped and not received"

    def find(self, case: Case) -> Iterator[Found]:
        newest = case.newest_at
        for lot_id, life in case.chain.lives.items():
            for shipment in custody.shipments(life):
                ship = shipment.ship
                if ship and shipment.receipt is None and newest and newest - ship.event.occurred_at > UNDER_WAY:
                    yield self.found(ship.event.event_id, lot_id, day=ship.event.day)


class SegregationBroken(Rule):
    """A segregated lot has an input that is mass_balance or book_and_claim.

    Lot {lot} is declared segregated, but {inputs} went into it, whose model says nothing about the material itself.
    """

    code = FindingCode.SEGREGATION_BROKEN
    title = "Segregated, with unsegregated input"
    source = f"{CONTRACT}; {ISO_22095} (segregated model)"

    def find(self, case: Case) -> Iterator[Found]:
        for lot_id, step in case.chain.births.items():
            broken = [lot for lot in sorted(step.inputs) if case.chain.lots[lot].custody_model in _UNSEGREGATED]
            if broken and case.chain.lots[lot_id].custody_model is CustodyModel.SEGREGATED:
                yield self.found(step.event.event_id, lot_id, inputs=_named(case, broken))


class ModelUpgrade(Rule):
    """A lot's custody model is stricter than that of one of its inputs, unless `segregation-broken` says it already.

    Lot {lot} is declared {model}, but {inputs} went into it; a custody model cannot become stricter downstream.
    """

    code = FindingCode.MODEL_UPGRADE
    title = "Custody model stricter than its inputs'"
    source = f"{CONTRACT}; {ISO_22095}"

    def find(self, case: Case) -> Iterator[Found]:
        lots = case.chain.lots
        for lot_id, step in case.chain.births.items():
            model = lots[lot_id].custody_model
            looser = [lot for lot in sorted(step.inputs) if STRICTNESS[lots[lot].custody_model] > STRICTNESS[model]]
            said = model is CustodyModel.SEGREGATED and any(lots[lot].custody_model in _UNSEGREGATED for lot in looser)
            if looser and not said:
                yield self.found(step.event.event_id, lot_id, model=model.value, inputs=_named(case, looser))


def _named(case: Case, lots: list[str]) -> str:
    return ", ".join(f"{lot} ({case.chain.lots[lot].custody_model.value})" for lot in lots)
