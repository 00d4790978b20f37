"""Public pages of lots. One that is not there and one that is closed answer alike to whoever is not signed in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from registry.panels import get_panels
from registry.signals import Subject
from traceability.browsing import MOST_ROWS, get_lot_page
from traceability.claiming import can_see_accounts
from traceability.exceptions import UnknownElement, UnknownLot
from traceability.linksets import link_header, links_of
from traceability.listing import get_lot_list
from traceability.selectors.visibility import can_import, can_view_all, get_lot

_CLOSED = (
    "There is no such lot, or it is seen only by officers and auditors who are signed in: "
    "an imported lot is open to all when it has been made public."
)


def lot_list(request: HttpRequest) -> HttpResponse:
    context = {
        "section": "lots",
        "found": get_lot_list(request.user, request.GET),
        "may_import": can_import(request.user),
        "sees_all": can_view_all(request.user),
        "sees_accounts": can_see_accounts(request.user),
    }
    return render(request, "traceability/lot_list.html", context)


def lot_detail(request: HttpRequest, lot_id: str) -> HttpResponse:
    try:
        lot = get_lot(lot_id, request.user)
    except UnknownLot as error:
        if request.user.is_authenticated:
            raise Http404(str(error)) from error
        context = {"title": "This lot is not open to you", "reason": _CLOSED, "section": "lots"}
        return render(request, "403.html", context, status=403)
    try:
        most = None if request.GET.get("rows") == "all" else MOST_ROWS
        page = get_lot_page(lot, request.user, request.GET.get("element", ""), most=most)
    except UnknownElement as error:
        return render(request, "400.html", {"reason": str(error)}, status=400)
    shown: dict[str, Any] = {
        "section": "lots",
        "page": page,
        "panels": get_panels(Subject("lot", lot_id), request.user),
        "sees_all": can_view_all(request.user),
        "may_share": request.user.has_perm("traceability.change_sharing"),
        "may_decide": request.user.has_perm("traceability.decide_finding"),
        "may_hold": request.user.has_perm("traceability.place_hold"),
        "may_add": request.user.has_perm("traceability.add_document"),
    }
    answer = render(request, "traceability/lot_detail.html", {**shown, "links": links_of(lot, masked=page.is_masked)})
    # The code on a label leads here: a scanner that knows links finds the credentials without reading the page.
    answer.headers["Link"] = link_header(lot, masked=page.is_masked)
    return answer
