"""Pages of due diligence: the lists there are, a list with its versions, and a new version."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from ledger.domain.actor import Door
from registry.models import User
from registry.wording import country_names
from traceability.domain.risks import Risk
from traceability.exceptions import BadRiskList
from traceability.exchange.risks import COLUMNS, read_entries
from traceability.forms import RiskListForm
from traceability.pages.diligence import RISK_WORDS
from traceability.selectors.risks import get_risk_lists, get_versions
from traceability.selectors.visibility import can_view_all
from traceability.services.risks import publish_risk_list

_CLOSED = "Lists of risks are for officers and auditors who are signed in."
#: The largest file of a list; 20,000 lines have room in it.
_LARGEST = 5_000_000
_SHOWN = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def risk_lists(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    form = RiskListForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST":
        if not user.has_perm("traceability.change_risklist"):
            raise PermissionDenied(_CLOSED)
        if form.is_valid():
            code, problems = _publish(request, form, user)
            if code:
                return redirect("traceability:risk-list", code)
    context: dict[str, Any] = {
        "section": "lots",
        "lists": get_risk_lists(),
        "form": form,
        "problems": problems[:_SHOWN],
        "more": max(0, len(problems) - _SHOWN),
        "columns": COLUMNS,
        "risks": list(Risk),
        "may_change": user.has_perm("traceability.change_risklist"),
    }
    return render(request, "traceability/risk_lists.html", context, status=400 if request.method == "POST" else 200)


@login_required
@require_GET
def risk_list(request: HttpRequest, code: str) -> HttpResponse:
    _reader(request)
    versions = get_versions(code)
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.version) == asked or (not asked and one is versions[0])), None)
    if shown is None:
        raise Http404("There is no such list, or no such version of it.")
    context = {
        "section": "lots",
        "shown": shown,
        "versions": versions,
        "risks": RISK_WORDS,
        "countries": country_names(),
    }
    return render(request, "traceability/risk_list.html", context)


def _publish(request: HttpRequest, form: RiskListForm, user: User) -> tuple[str, list[str]]:
    """The code of the list that was recorded, or what is wrong."""
    given = form.cleaned_data
    file = given.pop("file")
    if file.size > _LARGEST:
        return "", [f"The file is larger than {_LARGEST // 1_000_000} MB."]
    entries, problems = read_entries(file.read(), countries=country_names().keys())
    if problems:
        return "", problems
    try:
        recorded = publish_risk_list(**given, entries=entries, by=user.actor(Door.WEB))
    except BadRiskList as error:
        return "", [str(error)]
    messages.success(request, f"On record: {recorded}.")
    return recorded.code, []


def _reader(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and can_view_all(request.user)):
        raise PermissionDenied(_CLOSED)
    return request.user
