"""Whether a measure given by itself says what an instrument on record says already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from registry.domain.dates import Certainty
from registry.domain.instruments import InstrumentState, MeasureState, measure_in_force


def is_on_record(given: InstrumentState, known: Iterable[InstrumentState]) -> bool:
    """Whether each measure given has its like, of the same reach and the same first and last day, in another act."""
    others = [state for state in known if state.instrument_id != given.instrument_id]
    return all(
        any(_same(measure, like, state) for state in others for like in state.measures) for measure in given.measures
    )


def _same(measure: MeasureState, like: MeasureState, state: InstrumentState) -> bool:
    same_reach = _reach(measure) == _reach(like)
    return same_reach and measure.start is not None and _starts_then(like, state, measure.start.last)


def _reach(measure: MeasureState) -> tuple[object, ...]:
    lists = (measure.minerals, measure.materials, measure.hs, measure.destinations)
    return (measure.country, measure.code, measure.until, *(frozenset(codes) if codes else None for codes in lists))


def _starts_then(measure: MeasureState, instrument: InstrumentState, on: dt.date) -> bool:
    """Whether a day is the first on which the measure is certainly in force."""
    before = on - dt.timedelta(days=1)
    certain, earlier = (measure_in_force(measure, instrument, day) for day in (on, before))
    return certain is Certainty.YES and earlier is not Certainty.YES
