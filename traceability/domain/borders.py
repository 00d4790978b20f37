"""Border crossings, and what the measures in force on their day say of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from registry.domain.dates import Certainty
from registry.domain.instruments import MeasureCode, MeasureState
from traceability.domain.chain import Chain
from traceability.domain.facts import EventFact, LotFact
from traceability.domain.vocabulary import EventKind, Verdict

#: Whether a measure is in force on a day, its instrument's life included.
InForce = Callable[[MeasureState, dt.date], Certainty]

#: Measures that a crossing is judged by. A tax or a quota does not make one shipment unlawful by itself.
JUDGED = (MeasureCode.EXPORT_BAN, MeasureCode.EXPORT_LICENCE)

_WEIGHT = {verdict: weight for weight, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Crossing:
    """A lot leaves a country in a shipment."""

    event: EventFact
    lot: LotFact
    leaves: str
    reaches: str

    @property
    def day(self) -> dt.date:
        return self.event.day


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one measure says of one crossing."""

    crossing: Crossing
    measure: MeasureState
    verdict: Verdict


def crossings(chain: Chain) -> Iterator[Crossing]:
    """Every lot in every shipment from one country to another, in order."""
    for event in chain.events:
        if event.kind is not EventKind.SHIP:
            continue
        leaves, reaches = chain.country(event.facility_id), chain.country(event.to_facility_id)
        if leaves is None or reaches is None or leaves == reaches:
            continue
        for lot_id in sorted({line.lot_id for line in event.lines}):
            yield Crossing(event, chain.lots[lot_id], leaves, reaches)


def covers(measure: MeasureState, lot: LotFact, *, leaves: str, reaches: str | None = None) -> bool:
    """Whether a measure is about a lot that leaves a country. What a measure does not state is read as all, but one
    that names no code, mineral or material at all is about nothing that can be tested."""
    if measure.country != leaves or not (measure.hs or measure.minerals or measure.materials):
        return False
    return (
        (not measure.hs or lot.hs_code.startswith(tuple(measure.hs)))
        and (not measure.minerals or lot.mineral in measure.minerals)
        and (not measure.materials or lot.material in measure.materials)
        and (not measure.destinations or reaches is None or reaches in measure.destinations)
    )


def judge(crossing: Crossing, measures: Sequence[MeasureState], in_force: InForce) -> list[Judgement]:
    """What each export ban and licence requirement over a crossing says, where it is or may be in force."""
    found = []
    for measure in measures:
        if measure.code in JUDGED and covers(measure, crossing.lot, leaves=crossing.leaves, reaches=crossing.reaches):
            verdict = _verdict(measure, crossing, in_force(measure, crossing.day))
            if verdict is not Verdict.CLEAR:
                found.append(Judgement(crossing, measure, verdict))
    return found


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The one verdict of a crossing; with no measure, `clear`, which says only that none is on record."""
    return max(verdicts, key=_WEIGHT.__getitem__, default=Verdict.CLEAR)


def _verdict(measure: MeasureState, crossing: Crossing, certainty: Certainty) -> Verdict:
    if certainty is Certainty.NO:
        return Verdict.CLEAR
    if certainty is Certainty.PERHAPS:
        return Verdict.PERHAPS
    if measure.code is MeasureCode.EXPORT_BAN:
        return Verdict.BANNED  # a permit lifts no ban (reading 13)
    return Verdict.LICENCE_PRESENT if crossing.event.permit_number else Verdict.LICENCE_MISSING
