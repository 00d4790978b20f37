"""The day of a page: reads `on` and `as_of` of the address, and answers a wrong value with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from registry.domain.asked import AskedDay, BadDay, asked_day

P = ParamSpec("P")


def with_day(view: Callable[Concatenate[HttpRequest, AskedDay, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the day asked for as its second argument; a day that cannot be read is answered with 400."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            asked = asked_day(request.GET.dict(), timezone.now())
        except BadDay as error:
            return render(request, "400.html", {"reason": str(error)}, status=400)
        return view(request, asked, *args, **kwargs)

    return answer
