"""Due diligence on the path of a lot: lists on their day, output above capacity, route against origin."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.urls import reverse

from registry.models import Facility, Party
from traceability.batches import batches
from traceability.chains import LotChain
from traceability.domain.risks import matches, passed, route_flags
from traceability.pages.diligence import FlagRow, match_row, output_row, route_rows
from traceability.selectors.risks import get_output_flags, get_risk_lists
from traceability.selectors.visibility import can_view_all


def flags_of(chain: LotChain, countries: Mapping[str, str], user: Any) -> tuple[FlagRow, ...]:
    """The red flags of a lot and all it went through, for those who see every lot."""
    if not can_view_all(user):
        return ()
    rows = route_rows(route_flags(chain.chain, chain.lots), countries)
    events = chain.events.values()
    met = {facility for event in events for facility in (event.facility_id, event.to_facility_id)}
    facilities = chain.chain.facilities
    capacities = {key: facilities[key].capacity_t_per_year for key in met if key in facilities}
    names = {**countries, **_names(capacities, {event.party_id for event in events})}
    rows += [output_row(flag, names) for flag in get_output_flags(capacities, {event.day.year for event in events})]
    lists = list(get_risk_lists())
    places = list(passed(chain.chain, chain.lots)) if lists else []
    for risks in lists:
        href = reverse("traceability:risk-list", args=[risks.code])
        rows += [match_row(match, risks, names, href) for match in matches(risks.lines, places)]
    return tuple(rows)


def _names(facilities: Collection[str], parties: Collection[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for batch in batches(facilities):
        names.update(Facility.objects.filter(facility_id__in=batch).values_list("facility_id", "name"))
    for batch in batches(parties):
        names.update(Party.objects.filter(party_id__in=batch).values_list("party_id", "name"))
    return names
