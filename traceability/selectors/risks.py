"""What stands against the path of a lot: entries of lists on their day, output above capacity, route against origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal

from django.db.models import QuerySet

from traceability.batches import batches
from traceability.domain.mass import KG_PER_UNIT
from traceability.domain.precision import precisely
from traceability.domain.risks import OutputFlag, output_flags
from traceability.domain.vocabulary import MassBasis, Unit
from traceability.models import EventLine, RiskList, Side


def get_risk_lists() -> QuerySet[RiskList]:
    """The lists as they stand."""
    lists: QuerySet[RiskList] = RiskList.objects.current()
    return lists


def get_versions(code: str) -> list[RiskList]:
    """All versions of a list, the newest first."""
    return list(RiskList.objects.filter(code=code).select_related("recorded_entry").order_by("-version"))


@precisely
def get_output_flags(capacities: dict[str, Decimal | None], years: Collection[int]) -> list[OutputFlag]:
    """Facilities that put out more in one of some years than they say they can; ``capacities`` in tonnes a year."""
    stated = {facility: capacity for facility, capacity in capacities.items() if capacity is not None}
    if not stated or not years:
        return []
    born = [row for batch in batches(list(stated)) for row in _born(batch, years)]
    return output_flags(born, capacities)


def _born(facilities: Collection[str], years: Collection[int]) -> Iterator[tuple[str, int, Decimal]]:
    """(facility, year of the event's own offset, wet kilograms) of every lot born there."""
    # The offset may move an event over New Year.
    first = dt.datetime(min(years), 1, 1, tzinfo=dt.UTC) - dt.timedelta(days=1)
    last = dt.datetime(max(years), 12, 31, 23, 59, 59, tzinfo=dt.UTC) + dt.timedelta(days=1)
    lines = EventLine.objects.filter(
        side=Side.BORN,
        event__facility__facility_id__in=facilities,
        event__occurred_at__range=(first, last),
        event__corrected_by=None,
    ).order_by()
    columns = ("event__facility__facility_id", "event__occurred_at", "event__utc_offset_s", "quantity", "unit", "basis",
               "lot__state__dry_part")  # fmt: skip
    for facility, at, offset, quantity, unit, basis, dry in lines.values_list(*columns):
        year = (at + dt.timedelta(seconds=offset)).year
        kg = quantity * KG_PER_UNIT[Unit(unit)]
        if year in years:
            yield facility, year, kg if basis == MassBasis.WET or not dry else kg / dry
