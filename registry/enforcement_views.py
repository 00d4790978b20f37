"""Public pages of enforcement: the list, one record, and a facility with what happened there."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from registry.browsing import enforcement_by_country, paged
from registry.days import with_day
from registry.domain.asked import AskedDay
from registry.enforcement_panels import TITLE
from registry.enforcing import FoundRecords, get_found_records, get_known_record, names_for, record_rows
from registry.exports import FORMATS, as_csv, as_xlsx
from registry.models import Facility
from registry.pages.enforcement import enforcement_page
from registry.pages.facilities import facility_page
from registry.panels import get_panels
from registry.signals import Subject


@with_day
def enforcement(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    """What was done about breaches, and what went wrong: governance is measured by it, not by paper alone."""
    found = get_found_records(asked, request.GET)
    wanted = request.GET.get("format", "")
    if wanted in FORMATS:
        return _exported(found, asked, wanted)
    rows, paging = paged(found.rows, request.GET)
    groups = enforcement_by_country(asked)
    context = {"asked": asked, "section": "instruments", "rows": rows, "paging": paging, "found": found}
    return render(request, "registry/enforcement.html", {**context, "groups": groups})


def _exported(found: FoundRecords, asked: AskedDay, wanted: str) -> HttpResponse:
    rows = list(record_rows(found.versions, asked.on))
    if wanted == "json":
        as_of = asked.as_of.isoformat() if asked.as_of else None
        content = {"on": asked.on.isoformat(), "as_of": as_of, "records": rows}
        return JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    file = as_csv(rows, "record_id") if wanted == "csv" else as_xlsx(rows, "record_id", "enforcement")
    answer = HttpResponse(file, content_type=FORMATS[wanted])
    answer.headers["Content-Disposition"] = f'attachment; filename="enforcement-{asked.on}.{wanted}"'
    return answer


@with_day
def enforcement_detail(request: HttpRequest, asked: AskedDay, record_id: str) -> HttpResponse:
    versions, shown = get_known_record(record_id, asked.as_of)
    if shown is None:
        raise Http404("No approved enforcement record of this name was known then.")
    page = enforcement_page(versions, shown, asked.on, names_for([shown], asked.as_of), asked.query)
    return render(request, "registry/enforcement_detail.html", {"asked": asked, "section": "instruments", "page": page})


@with_day
def facility(request: HttpRequest, asked: AskedDay, facility_id: str) -> HttpResponse:
    """A facility that a source names. Those of imported lots alone are for who may see the lots."""
    found = Facility.objects.filter(facility_id=facility_id).exclude(source=None).select_related("operator", "source")
    plant = found.first()
    if plant is None:
        raise Http404("No facility of this name is open to all.")
    panels = get_panels(Subject("facility", facility_id, asked.context), request.user)
    context = {
        "asked": asked,
        "section": "minerals",
        "page": facility_page(plant, asked.query),
        "panels": panels,
        "is_quiet": all(panel.title != TITLE for panel in panels),
    }
    return render(request, "registry/facility.html", context)
