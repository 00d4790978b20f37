"""Due diligence on the path of a lot: lists on their day, output above capacity, route against origin."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.urls import reverse

from registry.models import Facility, Party
from traceability.batches import batches
from traceability.chains import LotChain
from traceability.domain.risks import Passed, matches, passed, route_flags
from traceability.pages.diligence import FlagRow, match_row, output_row, route_rows
from traceability.selectors.risks import get_output_flags, get_risk_lists
from traceability.selectors.visibility import can_view_all


def flags_of(chain: LotChain, countries: Mapping[str, str], user: Any) -> tuple[FlagRow, ...]:
    """The red flags of a lot and all it went through, for those who see every lot."""
    if not can_view_all(user):
        return ()
    places = list(passed(chain.chain, chain.lots))
    names = {**countries, **_names(places)}
    rows = route_rows(route_flags(chain.chain, chain.lots), countries)
    capacities = {
        facility_id: chain.chain.facilities[facility_id].capacity_t_per_year
        for facility_id in {place.facility_id for place in places}
    }
    years = {place.day.year for place in places}
    rows += [output_row(flag, names) for flag in get_output_flags(capacities, years)]
    for risks in get_risk_lists():
        href = reverse("traceability:risk-list", args=[risks.code])
        rows += [match_row(match, risks, names, href) for match in matches(risks.lines, places)]
    return tuple(rows)


def _names(places: Collection[Passed]) -> dict[str, str]:
    names: dict[str, str] = {}
    for batch in batches({place.facility_id for place in places}):
        names.update(Facility.objects.filter(facility_id__in=batch).values_list("facility_id", "name"))
    for batch in batches({place.party_id for place in places}):
        names.update(Party.objects.filter(party_id__in=batch).values_list("party_id", "name"))
    return names
