"""What changes upstream mean for lots: only a job is put down, in the transaction of the change."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from jobs.services import enqueue
from registry.domain.instruments import InstrumentState
from registry.models import InstrumentVersion
from registry.signals import instruments_changed
from traceability.domain.borders import JUDGED
from traceability.services.deriving import REJUDGE


@receiver(instruments_changed, dispatch_uid="traceability.rejudge")
def rejudge_borders(sender: Any, instrument_id: str, **kwargs: Any) -> None:
    """Judge shipments out of each country that any version of the instrument has a judged measure of."""
    versions = InstrumentVersion.objects.filter(instrument__instrument_id=instrument_id)
    states = [InstrumentState.from_json(content) for content in versions.values_list("content", flat=True)]
    countries = {measure.country for state in states for measure in state.measures if measure.code in JUDGED}
    for country in sorted(countries):
        payload = {"country": country, "reason": f"{instrument_id} changed", "name": f"measures-{country}"}
        enqueue(kind=REJUDGE, key=country, payload=payload)
