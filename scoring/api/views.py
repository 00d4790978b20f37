"""The scorecard, its reasons and changes, as JSON; read-only."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import ProblemShape
from scoring.api.shapes import ByMineralShape, ChangesShape, ExplanationShape, ScorecardShape
from scoring.arguments import read_point
from scoring.exceptions import ScoringError, UnknownSubject
from scoring.live import change_state
from scoring.selectors import get_by_mineral, get_card_json, get_changes, get_explanation

ON = OpenApiParameter("on", OpenApiTypes.DATE, description="day, default today")
AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="what was known at this instant, default now")
METHOD = OpenApiParameter("methodology", OpenApiTypes.STR, description="code of a methodology")
WITHOUT = OpenApiParameter("without", OpenApiTypes.STR, many=True, description="id of a fact to leave out; repeatable")
OBJECT = OpenApiTypes.OBJECT


class ScorecardView(APIView):
    """The scorecard on a day, worked out from the facts known at an instant."""

    @extend_schema(parameters=[ON, AS_OF, METHOD, WITHOUT], responses={200: ScorecardShape, 400: ProblemShape})
    def get(self, request: Request) -> Response:
        asked, now = request.query_params, timezone.now()
        try:
            card = get_card_json(read_point(asked, now), now=now, without=asked.getlist("without"))
        except ScoringError as error:
            raise ValidationError(str(error)) from error
        return Response(card)


class ByMineralView(APIView):
    """Levels by country, domain and mineral, where the rules name minerals; each gate asked of one mineral alone."""

    @extend_schema(
        parameters=[
            ON,
            AS_OF,
            METHOD,
            WITHOUT,
            OpenApiParameter("country", OpenApiTypes.STR, description="ISO 3166-1 alpha-2"),
            OpenApiParameter("mineral", OpenApiTypes.STR, description="code, such as nickel"),
        ],
        responses={200: ByMineralShape, 400: ProblemShape},
    )
    def get(self, request: Request) -> Response:
        asked, now = request.query_params, timezone.now()
        wanted = {name: asked.get(name, "") for name in ("country", "mineral")}
        try:
            point = read_point(asked, now)
            return Response(get_by_mineral(point, now=now, without=asked.getlist("without"), **wanted))
        except ScoringError as error:
            raise ValidationError(str(error)) from error


class ExplainView(APIView):
    """Why a country has its level in a domain: gates, facts, sources."""

    @extend_schema(
        parameters=[ON, AS_OF, METHOD, WITHOUT],
        responses={200: ExplanationShape, 400: ProblemShape, 404: ProblemShape},
    )
    def get(self, request: Request, country: str, domain: str) -> Response:
        asked, now = request.query_params, timezone.now()
        try:
            point, without = read_point(asked, now), asked.getlist("without")
            result = get_explanation(point, country=country, domain=domain, now=now, without=without)
        except UnknownSubject as error:
            raise NotFound(str(error)) from error
        except ScoringError as error:
            raise ValidationError(str(error)) from error
        return Response(result)


class ChangesView(APIView):
    """Score changes, newest first, each with its cause; at most 100."""

    @extend_schema(
        parameters=[OpenApiParameter("country", OpenApiTypes.STR, description="ISO 3166-1 alpha-2")],
        responses={200: ChangesShape},
    )
    def get(self, request: Request) -> Response:
        changes = get_changes(country=request.query_params.get("country"))[:100]
        return Response({"results": [_change(change) for change in changes]})


def _change(change: Any) -> dict[str, Any]:
    return {
        "id": change.change_id,
        "recorded_at": change.recorded_at.isoformat(),
        "entry": change.recorded_entry_id,
        **{key: value for key, value in change_state(change).items() if key != "on"},
        "on": change.on.isoformat(),
    }
