"""A lot and its surroundings on one screen, both ways."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.wording import country_names
from traceability.exceptions import UnknownLot
from traceability.models import Lot
from traceability.selectors.network import get_network
from traceability.selectors.visibility import get_lot

#: Rows a step in the lists beside the graph.
_MOST_ROWS = 200


@require_GET
def graph(request: HttpRequest, lot_id: str) -> HttpResponse:
    lot = _lot(lot_id, request)
    network = get_network(lot, request.user)
    steps = [(step, nodes[:_MOST_ROWS], len(nodes)) for step, nodes in sorted(network.by_step.items())]
    context = {"section": "lots", "lot": lot, "network": network, "steps": steps, "countries": country_names()}
    return render(request, "traceability/graph.html", context)


@require_GET
def graph_json(request: HttpRequest, lot_id: str) -> HttpResponse:
    network = get_network(_lot(lot_id, request), request.user).to_json()
    names = country_names()
    used = {node["country"] for node in network["nodes"]}
    return JsonResponse({**network, "countries": {code: names.get(code, code) for code in used}})


def _lot(lot_id: str, request: HttpRequest) -> Lot:
    try:
        return get_lot(lot_id, request.user)
    except UnknownLot as error:
        raise Http404(str(error)) from error
