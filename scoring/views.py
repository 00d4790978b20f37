"""Public pages of scores: the front page, countries, why, changes, how scores are made."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from registry.browsing import paged
from registry.days import with_day
from registry.domain.asked import AskedDay
from registry.panels import get_panels
from registry.signals import Subject
from scoring.browsing import (
    get_change_notes,
    get_country_page,
    get_front,
    get_moved_today,
    get_why_page,
)
from scoring.day import Day
from scoring.domain.methodology import Domain
from scoring.exceptions import MethodologyError
from scoring.models import DOMAINS
from scoring.pages.front import card_rows
from scoring.readings import get_methodology_page, get_paper_page


@with_day
def front(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    page = get_front(Day(asked))
    return render(request, "scoring/front.html", {"asked": asked, "section": "scores", "page": page})


@with_day
def country_list(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    day = Day(asked)
    rows = card_rows(day.card, day.names, asked.query, get_moved_today(day))
    shown = {row.code for row in rows}
    bare = [(code, day.names[code]) for code in day.members if code not in shown]
    context = {"asked": asked, "section": "scores", "rows": rows, "bare": bare}
    return render(request, "scoring/country_list.html", context)


@with_day
def country(request: HttpRequest, asked: AskedDay, code: str) -> HttpResponse:
    day = Day(asked)
    try:
        page = get_country_page(day, code)
    except KeyError as error:
        raise Http404(f"“{code}” was no member of ASEAN on {asked.on}.") from error
    panels = get_panels(Subject("country", code, asked.context), request.user)
    context = {"asked": asked, "section": "scores", "page": page, "panels": panels}
    return render(request, "scoring/country.html", context)


@with_day
def why(request: HttpRequest, asked: AskedDay, code: str, domain: str) -> HttpResponse:
    day = Day(asked)
    if domain not in set(Domain):
        raise Http404(f"“{domain}” is no domain: there are {', '.join(Domain)}.")
    try:
        page = get_why_page(day, code, domain)
    except KeyError as error:
        raise Http404(f"“{code}” was no member of ASEAN on {asked.on}.") from error
    context = {"asked": asked, "section": "scores", "page": page, "methodology": day.rules}
    return render(request, "scoring/why.html", context)


def changes(request: HttpRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in ("country", "domain", "kind")}
    notes = get_change_notes(**chosen)
    shown, paging = paged(notes, request.GET)
    countries = sorted({(note.code, note.country.text) for note in get_change_notes("", "", "")}, key=lambda c: c[1])
    context = {"section": "changes", "notes": shown, "paging": paging, "chosen": chosen, "countries": countries,
               "domains": DOMAINS}  # fmt: skip
    return render(request, "scoring/changes.html", context)


@with_day
def paper(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    try:
        page = get_paper_page(Day(asked), request.GET.get("methodology", ""))
    except MethodologyError as error:
        raise Http404(str(error)) from error
    return render(request, "scoring/paper.html", {"asked": asked, "section": "", "page": page})


@with_day
def methodology(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    page = get_methodology_page(Day(asked))
    return render(request, "scoring/methodology.html", {"asked": asked, "section": "", "page": page})
