"""Rules of borders: what leaves a country against the measures in force there on that day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from traceability.domain.rules.base import CONTRACT, OECD, Case, Found, Rule
from traceability.domain.vocabulary import FindingCode, Verdict


class _BorderRule(Rule):
    """A crossing has a verdict.

    Not used by itself.
    """

    verdict: ClassVar[Verdict]
    source = f"{CONTRACT}; {OECD}, Annex II (misrepresentation of origin; taxes, fees and royalties)"

    def find(self, case: Case) -> Iterator[Found]:
        for crossing, judgements in case.judgements:
            broken = sorted({found.measure.measure_id for found in judgements if found.verdict is self.verdict})
            if broken:
                lot, event = crossing.lot, crossing.event
                what = {"hs": lot.hs_code, "material": lot.material.value, "mineral": lot.mineral}
                where = {"leaves": crossing.leaves, "reaches": crossing.reaches, "measures": ", ".join(broken)}
                yield self.found(event.event_id, lot.lot_id, day=event.day, **what, **where)


class ExportBanned(_BorderRule):
    """A shipment leaves a country while an export ban that covers its HS code, mineral and material is in force there
    on that day. A permit lifts no ban.

    Lot {lot} (HS {hs}, {material}, {mineral}) left {leaves} for {reaches} on {day}, while an export ban was in force
    there: {measures}.
    """

    code = FindingCode.EXPORT_BANNED
    title = "Shipped during an export ban"
    verdict = Verdict.BANNED


class PermitMissing(_BorderRule):
    """A shipment leaves a country while an export licence requirement that covers its HS code, mineral and material is
    in force there on that day, and its report names no permit.

    Lot {lot} (HS {hs}, {material}, {mineral}) left {leaves} for {reaches} on {day} without a permit number, while an
    export licence was required there: {measures}.
    """

    code = FindingCode.PERMIT_MISSING
    title = "Shipped without a permit on record"
    verdict = Verdict.LICENCE_MISSING
