"""Public pages that ask further: what if, why between two points in time, the card over time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from registry.days import with_day
from registry.domain.asked import AskedDay, BadDay, asked_day
from scoring.day import Day
from scoring.over_time import get_comparison, get_time_page, step_address
from scoring.what_ifs import get_answer, get_choices


@with_day
def what_if(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    day = Day(asked)
    answer = get_answer(day, request.GET.dict())
    if answer.address:
        return HttpResponseRedirect(answer.address)
    context = {"asked": asked, "section": "scores", "page": answer.page, "problem": answer.problem}
    status = 400 if answer.problem else 200
    return render(request, "scoring/what_if.html", {**context, "choices": get_choices(day)}, status=status)


@with_day
def compare(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    given = {name: request.GET.get(f"from_{name}", "") for name in ("on", "as_of")}
    try:
        earlier = asked_day(given, timezone.now())
    except BadDay as error:
        return render(request, "400.html", {"reason": str(error)}, status=400)
    page = get_comparison(Day(earlier), Day(asked), request.GET.get("country", ""), request.GET.get("domain", ""))
    return render(request, "scoring/compare.html", {"asked": asked, "section": "scores", "page": page})


@with_day
def time(request: HttpRequest, asked: AskedDay) -> HttpResponse:
    day = Day(asked)
    if address := step_address(day, request.GET.get("step", "")):
        return HttpResponseRedirect(address)
    return render(request, "scoring/time.html", {"asked": asked, "section": "scores", "page": get_time_page(day)})
