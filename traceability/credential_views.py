"""A lot's credentials, the records of facilities, and the deployment's DID document."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ledger.domain import jose
from registry.models import Facility
from traceability import credentials
from traceability.exceptions import NotSealed, UnknownLot
from traceability.selectors.visibility import can_view_all, get_lot, get_lots


@require_safe
def lot_credential(request: HttpRequest, lot_id: str, kind: str) -> HttpResponse:
    """The signed token; with `?format=json` what it says, for people to read."""
    if kind not in credentials.KINDS:
        raise Http404("There is no such credential: passport, events or conformity.")
    try:
        token = credentials.issue(get_lot(lot_id, request.user), kind, request.user)
    except UnknownLot as error:
        raise Http404(str(error)) from error
    except NotSealed as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    return _answer(request, token)


@require_safe
def facility_credential(request: HttpRequest, facility_id: str) -> HttpResponse:
    """The record of a facility that handled a lot which the reader may see."""
    facility = get_object_or_404(Facility.objects.select_related("operator"), facility_id=facility_id)
    if not can_view_all(request.user) and not get_lots(request.user).filter(lines__event__facility=facility).exists():
        raise Http404("There is no such facility, or no lot that went through it is open to you.")
    try:
        return _answer(request, credentials.issue_facility(facility))
    except NotSealed as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")


@require_safe
def did(request: HttpRequest) -> HttpResponse:
    return JsonResponse(credentials.did_document(), content_type="application/did+json")


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if request.GET.get("format") == "json":
        found: dict[str, Any] = jose.unchecked(token)[1]
        return JsonResponse(found, json_dumps_params={"indent": 1, "ensure_ascii": False})
    return HttpResponse(token, content_type="application/vc+jwt")
