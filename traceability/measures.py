"""The register's measures, as rules of the lot graph ask for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from registry.domain.dates import Certainty
from registry.domain.instruments import InstrumentState, MeasureState, measure_in_force
from registry.selectors import get_instruments
from traceability.domain.borders import JUDGED, InForce


def current_measures(instruments: Sequence[InstrumentState] | None = None) -> tuple[list[MeasureState], InForce]:
    """Export bans and licence requirements of the approved instruments, and the test whether one is in force."""
    states = get_instruments() if instruments is None else instruments
    by_id = {state.instrument_id: state for state in states}

    def in_force(measure: MeasureState, day: dt.date) -> Certainty:
        return measure_in_force(measure, by_id[measure.instrument_id], day)

    return [measure for state in states for measure in state.measures if measure.code in JUDGED], in_force
