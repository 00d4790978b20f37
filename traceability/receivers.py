"""What changes upstream mean for lots: only a job is put down, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver

from jobs.services import enqueue
from registry.domain.instruments import InstrumentState
from registry.models import InstrumentVersion
from registry.signals import facilities_changed, instruments_changed
from traceability.domain.borders import JUDGED
from traceability.domain.places import aspects_of
from traceability.services.deriving import REJUDGE
from traceability.services.places import REDERIVE_PLACE


@receiver(instruments_changed, dispatch_uid="traceability.rejudge")
def rejudge_borders(sender: Any, instrument_id: str, **kwargs: Any) -> None:
    """Judge shipments out of each country that any version of the instrument has a judged measure of."""
    versions = InstrumentVersion.objects.filter(instrument__instrument_id=instrument_id)
    states = [InstrumentState.from_json(content) for content in versions.values_list("content", flat=True)]
    countries = {measure.country for state in states for measure in state.measures if measure.code in JUDGED}
    for country in sorted(countries):
        payload = {"country": country, "reason": f"{instrument_id} changed", "name": f"measures-{country}"}
        enqueue(kind=REJUDGE, key=country, payload=payload)


@receiver(facilities_changed, dispatch_uid="traceability.rederive_places")
def rederive_places(sender: Any, changes: Mapping[str, frozenset[str]], **kwargs: Any) -> None:
    """Work out anew what rests on the changed columns of facilities, each aspect once."""
    for facility_id, columns in sorted(changes.items()):
        for aspect in sorted(aspects_of(columns)):
            payload = {"facility": facility_id, "aspect": aspect.value}
            enqueue(kind=REDERIVE_PLACE, key=f"{aspect.value} {facility_id}", payload=payload)
