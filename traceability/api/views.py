"""Lots, their traces and exposure, as JSON; read-only. A closed lot and one that is not there answer alike."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.paging import page_of
from registry.api.shapes import ProblemShape
from traceability.api.shapes import DependenceShape, ExposureShape, LotDetailShape, LotShape, TraceShape
from traceability.arguments import check_country, check_material, read_reach
from traceability.exceptions import BadQuestion, UnknownElement, UnknownLot
from traceability.models import Lot
from traceability.pages.words import MASKED_WORDS, PLAIN_CODES
from traceability.selectors.dependence import get_dependence
from traceability.selectors.exposure import get_exposure
from traceability.selectors.findings import get_findings
from traceability.selectors.trace import get_trace
from traceability.selectors.visibility import can_view_all, get_lot, get_lots, is_masked_near, masked_trace

_PAGE = 100


class LotsView(APIView):
    """Lots that the reader may see, by id; 100 a page, `?after=` the last id goes on."""

    @extend_schema(
        operation_id="lots",
        parameters=[
            OpenApiParameter("after", OpenApiTypes.STR, description="id of the last lot of the page before"),
            OpenApiParameter("mineral", OpenApiTypes.STR, description="code of a mineral"),
        ],
        responses={200: page_of(LotShape)},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        lots = get_lots(request.user).filter(lot_id__gt=asked.get("after", "")).order_by("lot_id")
        if mineral := asked.get("mineral"):
            lots = lots.filter(mineral_id=mineral)
        found = [_lot(lot) for lot in lots[:_PAGE]]
        return Response({"results": found, "after": found[-1]["lot"] if len(found) == _PAGE else None})


class LotView(APIView):
    """One lot with its findings."""

    @extend_schema(operation_id="lot", responses={200: LotDetailShape, 404: ProblemShape})
    def get(self, request: Request, lot: str) -> Response:
        found = _get_lot(lot, request)
        return Response({**_lot(found), "findings": _findings(found, request)})


class TraceView(APIView):
    """Where a lot's element came from (up), or what became of it (down)."""

    @extend_schema(
        parameters=[
            OpenApiParameter("direction", OpenApiTypes.STR, enum=["up", "down"]),
            OpenApiParameter("element", OpenApiTypes.STR, description="a symbol such as Nd; default dry mass"),
        ],
        responses={200: TraceShape, 400: ProblemShape, 404: ProblemShape},
    )
    def get(self, request: Request, lot: str) -> Response:
        found, direction = _get_lot(lot, request), request.query_params.get("direction", "up")
        if direction not in {"up", "down"}:
            raise ValidationError(f"'{direction}' is no direction: write up or down.")
        try:
            element = request.query_params.get("element") or None
            traced = get_trace(lot_id=found.lot_id, direction=direction, element=element)
        except UnknownElement as error:
            raise ValidationError(str(error)) from error
        return Response(masked_trace(traced, request.user))


class ExposureView(APIView):
    """Which held lots a measure of a country on an HS code would touch; for signed-in officers and auditors."""

    @extend_schema(
        parameters=[
            OpenApiParameter("country", OpenApiTypes.STR, required=True),
            OpenApiParameter("hs", OpenApiTypes.STR, required=True),
            OpenApiParameter("mineral", OpenApiTypes.STR),
            OpenApiParameter("from", OpenApiTypes.DATE, description="look at shipments from this day on"),
        ],
        responses={200: ExposureShape, 400: ProblemShape, 403: ProblemShape},
    )
    def get(self, request: Request) -> Response:
        if not can_view_all(request.user):
            raise PermissionDenied("Exposure counts lots that are not public: sign in as an officer or auditor.")
        asked = {name: request.query_params.get(name, "") for name in ("country", "hs", "mineral")}
        try:
            reach = read_reach(**asked, since=request.query_params.get("from", ""))
        except BadQuestion as error:
            raise ValidationError(str(error)) from error
        return Response(get_exposure(reach).to_json())


class DependenceView(APIView):
    """The share of every held lot that depends on a country; for signed-in officers and auditors."""

    @extend_schema(
        parameters=[
            OpenApiParameter("country", OpenApiTypes.STR, required=True),
            OpenApiParameter("element", OpenApiTypes.STR, description="a symbol such as Nd; default dry mass"),
            OpenApiParameter("material", OpenApiTypes.STR, description="such as component; default all"),
        ],
        responses={200: DependenceShape, 400: ProblemShape, 403: ProblemShape},
    )
    def get(self, request: Request) -> Response:
        if not can_view_all(request.user):
            raise PermissionDenied("Dependence counts lots that are not public: sign in as an officer or auditor.")
        asked = {name: request.query_params.get(name, "") for name in ("country", "element", "material")}
        try:
            check_country(asked["country"])
            check_material(asked["material"])
            found = get_dependence(
                country=asked["country"], element=asked["element"] or None, material=asked["material"]
            )
        except (BadQuestion, UnknownElement) as error:
            raise ValidationError(str(error)) from error
        return Response(found.to_json())


def _findings(lot: Lot, request: Request) -> list[dict[str, Any]]:
    """The findings of a lot; those that name masses say nothing of them where they are masked."""
    findings = get_findings(lot_id=lot.lot_id)
    if not is_masked_near(lot, request.user):
        return findings
    return [one if one["code"] in PLAIN_CODES else {**one, "message": MASKED_WORDS} for one in findings]


def _get_lot(lot_id: str, request: Request) -> Lot:
    try:
        return get_lot(lot_id, request.user)
    except UnknownLot as error:
        raise NotFound("There is no such lot, or it is not open to you.") from error


def _lot(lot: Lot) -> dict[str, Any]:
    return {
        "lot": lot.lot_id,
        "mineral": lot.mineral_id,
        "material": lot.material,
        "hs_code": lot.hs_code,
        "custody_model": lot.custody_model,
        "public": lot.is_public,
    }
