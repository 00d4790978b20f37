"""What is held and depends on a country: as a page and as CSV, for those who see every lot."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry.models import Country, Party
from registry.wording import country_names
from traceability.arguments import check_country, check_material
from traceability.batches import batches
from traceability.choices import MATERIALS
from traceability.domain.dependence import Dependence
from traceability.exceptions import BadQuestion, UnknownElement
from traceability.pages.words import ELEMENT_NAMES, element_name
from traceability.selectors.dependence import get_dependence
from traceability.selectors.visibility import can_view_all

#: Rows of the table; the CSV has all.
_MOST_ROWS = 200
_COLUMNS = (
    "lot",
    "material",
    "holder",
    "holder_country",
    "country",
    "kg",
    "element_kg",
    "origin",
    "processed",
    "either",
)
_CLOSED = "What depends on a country counts lots that are not public: it is for officers and auditors."


@login_required
@require_safe
def dependence(request: HttpRequest) -> HttpResponse:
    if not can_view_all(request.user):
        raise PermissionDenied(_CLOSED)
    asked = {name: request.GET.get(name, "").strip()[:40] for name in ("country", "element", "material")}
    context: dict[str, Any] = {
        "section": "lots",
        "asked": asked,
        "countries": Country.objects.exclude(kind="body").order_by("name"),
        "elements": sorted(ELEMENT_NAMES.items(), key=lambda pair: pair[1]),
        "materials": MATERIALS,
    }
    if not asked["country"]:
        return render(request, "traceability/dependence.html", context)
    try:
        check_country(asked["country"])
        check_material(asked["material"])
        found = get_dependence(country=asked["country"], element=asked["element"] or None, material=asked["material"])
    except (BadQuestion, UnknownElement) as error:
        return render(request, "400.html", {"reason": str(error)}, status=400)
    if request.GET.get("format") == "csv":
        return _csv(found)
    return render(request, "traceability/dependence.html", {**context, **_shown(found)})


def _shown(found: Dependence) -> dict[str, Any]:
    rows, names = found.lots[:_MOST_ROWS], country_names()
    holders: dict[str, str] = {}
    for batch in batches({row.holder_id for row in rows}):
        holders.update(Party.objects.filter(party_id__in=batch).values_list("party_id", "name"))
    return {
        "found": found,
        "rows": rows,
        "more": len(found.lots) - len(rows),
        "holders": holders,
        "names": names,
        "country": names.get(found.country, found.country),
        "element_name": element_name(found.element),
        "sums": found.countries(),
    }


def _csv(found: Dependence) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"seam-dependence-{found.country}-{found.element or 'dry'}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(_COLUMNS)
    for row in found.to_json()["lots"]:
        writer.writerow([_plain(row[column]) for column in _COLUMNS])
    return response


def _plain(value: str | None) -> str:
    """Ids come from reports: what a spreadsheet would take for a formula is written as text."""
    text = value or ""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
