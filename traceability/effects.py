"""What a supposed act would touch of the lots that are public: asked by the desk's preview and by what-ifs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.dispatch import receiver

from registry.domain.instruments import InstrumentState
from registry.signals import Effect, asking_effects
from registry.wording import country_names, measure_label
from traceability.domain.borders import JUDGED
from traceability.domain.exposure import ExposedLot, Reach
from traceability.selectors.exposure import get_exposure

_MOST = 5


@receiver(asking_effects, dispatch_uid="traceability.effects")
def answer_effects(sender: Any, draft: InstrumentState, on: dt.date, **kwargs: Any) -> Effect | None:
    """Whoever asks may be anybody, so only public lots are told; officers see all on the page of an instrument."""
    found: dict[str, ExposedLot] = {}
    judged = [measure for measure in draft.measures if measure.code in JUDGED]
    for measure in judged:
        for one in get_exposure(Reach.of(measure), public_only=True).lots:
            found[one.lot.lot_id] = one
    if not found:
        return None
    kinds = ", ".join(dict.fromkeys(measure_label(measure.code).lower() for measure in judged))
    lots = sorted(found.values(), key=lambda one: (-one.lot.kg, one.lot.lot_id))
    mass = sum((one.lot.kg for one in lots), Decimal(0))
    first = f"{len(lots)} public lot{'s' if len(lots) != 1 else ''} still held, {mass:,.0f} kg dry: {kinds}."
    return Effect("Lots touched", (first, *_lines(lots)), order=20)


def _lines(lots: list[ExposedLot]) -> list[str]:
    names = country_names()
    told = [
        f"{one.lot.lot_id}: {one.lot.kg:,.0f} kg in {names.get(one.lot.country or '', 'a place not stated')}"
        for one in lots[:_MOST]
    ]
    return [*told, f"and {len(lots) - _MOST} more"] if len(lots) > _MOST else told
