"""Public pages of the register: instruments, minerals, facts, search, the log."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe

from registry.browsing import (
    get_document,
    get_fact_versions,
    get_known_facts,
    get_known_instrument,
    get_search_page,
    mineral_rows,
    paged,
)
from registry.days import with_day
from registry.domain.asked import AskedDay
from registry.exports import FORMATS, as_csv, as_xlsx, measure_rows
from registry.listing import FoundInstruments, get_instrument_rows
from registry.models import Facility, Material, Mineral
from registry.pages.facts import fact_page
from registry.pages.family import get_family
from registry.pages.instruments import instrument_page
from registry.pages.legislation import as_script, legislation
from registry.pages.minerals import chain_of, facts_of, mineral_page, mineral_row, production_of
from registry.pages.notes import notes_on, notes_page
from registry.pages.programmes import get_programmes
from registry.panels import get_panels
from registry.reference import load_contradictions
from registry.selectors import get_versions
from registry.services.documents import path_of
from registry.signals import Subject
from registry.wording import country_names, mineral_names


@with_day
def instrument_list(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    found = get_instrument_rows(asked, request.GET)
    wanted = request.GET.get("format", "")
    if wanted in FORMATS:
        return _exported(found, asked, wanted)
    rows, paging = paged(found.rows, request.GET)
    context = {"asked": asked, "section": "instruments", "rows": rows, "paging": paging, "found": found}
    return render(request, "registry/instrument_list.html", context)


def _exported(found: FoundInstruments, asked: AskedDay, wanted: str) -> HttpResponse:
    rows = list(measure_rows(found.versions, asked.on))
    if wanted == "json":
        as_of = asked.as_of.isoformat() if asked.as_of else None
        return JsonResponse(
            {"on": asked.on.isoformat(), "as_of": as_of, "measures": rows}, json_dumps_params={"ensure_ascii": False}
        )
    answer = HttpResponse((as_csv if wanted == "csv" else as_xlsx)(rows), content_type=FORMATS[wanted])
    answer.headers["Content-Disposition"] = f'attachment; filename="instruments-{asked.on}.{wanted}"'
    return answer


@with_day
def instrument_detail(request: HttpRequest, asked: AskedDay, instrument_id: str) -> HttpResponse:
    versions, shown = get_known_instrument(instrument_id, asked.as_of)
    if shown is None:
        raise Http404("No approved instrument of this name was known then.")
    countries, minerals = country_names(), mineral_names()
    data = legislation(shown, asked.on, countries, minerals, settings.SITE_URL)
    if request.GET.get("format") == "jsonld":
        return JsonResponse(data, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})
    page = instrument_page(versions, shown, asked.on, countries, minerals, asked.query)
    subject = Subject("instrument", instrument_id, {**asked.context, "version": str(shown.number)})
    panels = get_panels(subject, request.user)
    family = get_family(instrument_id, asked.as_of, asked.query)
    context = {"asked": asked, "section": "instruments", "page": page, "panels": panels, "family": family}
    return render(request, "registry/instrument_detail.html", {**context, "data": mark_safe(as_script(data))})


def notes(request: HttpRequest) -> HttpResponse:
    """Where the paper disagrees with itself or its sources, both places quoted, and what the register does with it."""
    page = notes_page(load_contradictions(), get_known_facts(), get_versions(), mineral_names())
    return render(request, "registry/notes.html", {"page": page})


def programmes(request: HttpRequest) -> HttpResponse:
    """The bodies of the region, their programmes and who takes part, and the standards the paper refers to."""
    return render(request, "registry/programmes.html", {"page": get_programmes()})


def document(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """The archived copy of a document: open to all once an approved record has it, before that to its desk."""
    kept = get_document(sha256, request.user)
    if kept is None:
        raise Http404("No document of this hash is open to you.")
    shown = kept.media_type in ("application/pdf", "image/png", "image/jpeg")
    answer = FileResponse(
        path_of(kept.sha256).open("rb"), as_attachment=not shown, filename=kept.name, content_type=kept.media_type
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@with_day
def mineral_list(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    rows = mineral_rows(asked)
    measured = [row.production for row in rows if row.production]
    context = {"asked": asked, "section": "minerals", "rows": rows, "production": measured}
    return render(request, "registry/mineral_list.html", context)


@with_day
def mineral_detail(request: HttpRequest, asked: AskedDay, code: str) -> HttpResponse:
    mineral = get_object_or_404(Mineral, pk=code)
    countries, minerals = country_names(), mineral_names()
    known = get_known_facts(asked.as_of)
    found = get_instrument_rows(asked, {"mineral": code})
    about = facts_of(code, known)
    row = mineral_row(mineral, production_of(known, minerals), about, found.rows, countries)
    materials, facilities = Material.objects.filter(mineral=mineral), Facility.objects.exclude(source=None)
    chain = chain_of(code, materials, facilities, found.versions, countries)
    page = mineral_page(row, about, chain, found.rows, countries, minerals)
    panels = get_panels(Subject("mineral", code, asked.context), request.user)
    context = {"asked": asked, "section": "minerals", "page": page, "panels": panels}
    return render(request, "registry/mineral_detail.html", context)


def fact_detail(request: HttpRequest, fact_id: str) -> HttpResponse:
    versions = get_fact_versions(fact_id)
    if not versions:
        raise Http404("No fact of this name is on record.")
    panels = get_panels(Subject("fact", fact_id), request.user)
    said = versions[-1].content
    notes = notes_on(said.get("section"), said.get("quote"), load_contradictions())
    return render(request, "registry/fact_detail.html", {"page": fact_page(versions, notes), "panels": panels})


def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    panels = get_panels(Subject("search", words), request.user) if words else []
    context = {"page": get_search_page(words), "panels": panels, "search_words": words}
    return render(request, "registry/search.html", context)
