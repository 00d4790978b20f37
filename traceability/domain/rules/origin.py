"""Rules of origin: one mine where one is claimed, and no unexplained part."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from traceability.domain.mixing import mines_of, origins, unknown_shares
from traceability.domain.precision import exceeds, per_cent
from traceability.domain.rules.base import CONTRACT, ISO_22095, OECD, Case, Found, Rule
from traceability.domain.vocabulary import CustodyModel, FindingCode, Severity

#: More than this of unknown origin is told.
UNKNOWN_LIMIT = Decimal("0.01")


class IdentityBroken(Rule):
    """An identity_preserved lot has more than one mine of origin.

    Lot {lot} is declared identity_preserved, but it comes from {count} mines: {mines}.
    """

    code = FindingCode.IDENTITY_BROKEN
    title = "Identity preserved, with several mines"
    source = f"{CONTRACT}; {ISO_22095} (identity preserved model)"

    def find(self, case: Case) -> Iterator[Found]:
        lots = [lot for lot in case.chain.lots.values() if lot.custody_model is CustodyModel.IDENTITY_PRESERVED]
        if not lots:
            return
        mines = _mines(case)
        by_mass = case.graph(None)
        several = mines_of(by_mass, mines)
        for lot_id in sorted(lot.lot_id for lot in lots if lot.lot_id in case.chain.births):
            event_id = case.chain.births[lot_id].event.event_id
            if len(several[event_id]) > 1:
                shares, _unknown = origins(by_mass, lot_id)
                names = sorted({mines[event] for event in shares if event in mines})
                yield self.found(event_id, lot_id, count=str(len(names)), mines=", ".join(names))


class UnknownOrigin(Rule):
    """More than 1 % of a lot is of unknown origin: of an element that its assay finds in it, or of its dry mass where
    it has no assay.

    {share} of the {what} in lot {lot} is of unknown origin; the limit is 1 %.
    """

    code = FindingCode.UNKNOWN_ORIGIN
    severity = Severity.WARNING
    title = "Part of the origin is unknown"
    source = f"{CONTRACT}; {OECD}, step 2 (identify the origin)"

    def find(self, case: Case) -> Iterator[Found]:
        unknown = {element: unknown_shares(case.graph(element)) for element in _may_be_unknown(case)}
        for lot_id, step in case.chain.births.items():
            event_id = step.event.event_id
            shares = [(unknown[e].get(event_id, Decimal(0)), e) for e in _looked_at(case, lot_id) if e in unknown]
            share, element = max(shares, key=lambda pair: (pair[0], pair[1] or ""), default=(Decimal(0), None))
            if exceeds(share, UNKNOWN_LIMIT):
                yield self.found(event_id, lot_id, share=per_cent(share), what=element or "dry mass")


def _mines(case: Case) -> dict[str, str]:
    """Commission events at mines, with the mine."""
    found = {}
    for event_id, step in case.chain.steps.items():
        facility = case.chain.facilities.get(step.event.facility_id)
        if not step.inputs and facility is not None and facility.kind == "mine":
            found[event_id] = facility.facility_id
    return found


def _looked_at(case: Case, lot_id: str) -> list[str | None]:
    made_of = case.chain.made_of.get(lot_id)
    return [None] if made_of is None else [element for element, grade in made_of.metals.items() if grade]


def _may_be_unknown(case: Case) -> set[str | None]:
    """Elements, and None for dry mass, that can have an unknown share anywhere: without a gain there is none, but
    where inputs weigh nothing. Saves walking the chain for the others."""
    gained = {element for gains in case.gains.values() for element in gains}
    weightless = any(step.inputs and not any(step.inputs.values()) for step in case.chain.steps.values())
    every = {None, *(element for made_of in case.chain.made_of.values() for element in made_of.metals)}
    return every if None in gained or weightless else every & gained
