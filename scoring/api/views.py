"""The scorecard, its reasons, changes and the register, as JSON; read-only."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.selectors import get_versions
from scoring.arguments import read_day, read_instant
from scoring.exceptions import ScoringError
from scoring.live import change_state
from scoring.methodologies import CURRENT
from scoring.selectors import card_json, explain, get_card, get_changes

_ON = OpenApiParameter("on", OpenApiTypes.DATE, description="day, default today")
_AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="what was known at this instant, default now")
_METHOD = OpenApiParameter("methodology", OpenApiTypes.STR, description="code of a methodology")
_OBJECT = OpenApiTypes.OBJECT


class ScorecardView(APIView):
    """The scorecard on a day, worked out from the facts known at an instant."""

    @extend_schema(parameters=[_ON, _AS_OF, _METHOD], responses={200: _OBJECT, 400: _OBJECT})
    def get(self, request: Request) -> Response:
        asked = request.query_params
        try:
            on, as_of = read_day(asked.get("on"), timezone.localdate()), read_instant(asked.get("as_of"))
            card = get_card(on=on, as_of=as_of, code=asked.get("methodology", CURRENT))
        except ScoringError as error:
            raise ValidationError(str(error)) from error
        return Response(card_json(card, as_of=as_of or timezone.now()))


class ExplainView(APIView):
    """Why a country has its level in a domain: gates, facts, sources."""

    @extend_schema(parameters=[_ON, _AS_OF, _METHOD], responses={200: _OBJECT, 400: _OBJECT})
    def get(self, request: Request, country: str, domain: str) -> Response:
        asked = request.query_params
        try:
            on, as_of = read_day(asked.get("on"), timezone.localdate()), read_instant(asked.get("as_of"))
            code = asked.get("methodology", CURRENT)
            result = explain(country=country.upper(), domain=domain, on=on, as_of=as_of, code=code)
        except ScoringError as error:
            raise ValidationError(str(error)) from error
        return Response({**result, "as_of": result["as_of"] or timezone.now().isoformat()})


class ChangesView(APIView):
    """Score changes, newest first, each with its cause; at most 100."""

    @extend_schema(
        parameters=[OpenApiParameter("country", OpenApiTypes.STR, description="ISO 3166-1 alpha-2")],
        responses={200: _OBJECT},
    )
    def get(self, request: Request) -> Response:
        changes = get_changes(country=request.query_params.get("country"))[:100]
        return Response({"results": [_change(change) for change in changes]})


class InstrumentsView(APIView):
    """Every approved instrument as known at an instant."""

    @extend_schema(parameters=[_AS_OF], responses={200: _OBJECT, 400: _OBJECT})
    def get(self, request: Request) -> Response:
        try:
            as_of = read_instant(request.query_params.get("as_of"))
        except ScoringError as error:
            raise ValidationError(str(error)) from error
        versions = get_versions(as_of=as_of)
        return Response({"results": [{**version.content, "details": version.details} for version in versions]})


def _change(change: Any) -> dict[str, Any]:
    return {
        "id": change.change_id,
        "recorded_at": change.recorded_at.isoformat(),
        "entry": change.recorded_entry_id,
        **{key: value for key, value in change_state(change).items() if key != "on"},
        "on": change.on.isoformat(),
    }
