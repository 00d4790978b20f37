"""What-ifs, comparisons and series as JSON; nothing is stored."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.domain.asked import AskedDay
from scoring.api.views import AS_OF, METHOD, OBJECT, ON
from scoring.arguments import read_point
from scoring.day import Day
from scoring.domain.dependence import Indicator, indicators
from scoring.domain.overlay import Operation, as_operations, read_operations
from scoring.exceptions import ScoringError
from scoring.over_time import comparison_json, series_json
from scoring.readings import get_sensitivity
from scoring.selectors import evidence_json
from scoring.supposing import get_supposition, supposition_json

_OPS = OpenApiParameter("ops", OpenApiTypes.STR, description="operations as a JSON list, see docs/methodology.md")


class WhatIfView(APIView):
    """What would follow from supposed operations: moves, ranks, gates, lots touched. Never stored, never official."""

    authentication_classes = ()

    @extend_schema(parameters=[_OPS, ON, AS_OF, METHOD], responses={200: OBJECT, 400: OBJECT})
    def get(self, request: Request) -> Response:
        try:
            return _suppose(request.query_params, read_operations(request.query_params.get("ops", "")))
        except ScoringError as error:
            raise ValidationError(str(error)) from error

    @extend_schema(request=OBJECT, responses={200: OBJECT, 400: OBJECT})
    def post(self, request: Request) -> Response:
        """The same with a body: ``{"operations": [...], "on", "as_of", "methodology"}``."""
        if not isinstance(request.data, dict):
            raise ValidationError("Send an object with 'operations'.")
        asked = {name: str(value) for name, value in request.data.items() if name != "operations" and value}
        try:
            return _suppose(asked, as_operations(request.data.get("operations")))
        except ScoringError as error:
            raise ValidationError(str(error)) from error


def _suppose(asked: Any, operations: tuple[Operation, ...]) -> Response:
    now = timezone.now()
    point = read_point(asked, now)
    return Response(supposition_json(get_supposition(point, operations), as_of=point.as_of or now))


class CompareView(APIView):
    """Why two points in time differ, with the cause told apart: correction, world, method."""

    @extend_schema(
        parameters=[
            OpenApiParameter("from_on", OpenApiTypes.DATE, description="day of the earlier point, default today"),
            OpenApiParameter("from_as_of", OpenApiTypes.DATETIME),
            OpenApiParameter("from_methodology", OpenApiTypes.STR),
            ON,
            AS_OF,
            METHOD,
        ],
        responses={200: OBJECT, 400: OBJECT},
    )
    def get(self, request: Request) -> Response:
        asked, now = request.query_params, timezone.now()
        try:
            before, after = read_point(asked, now, "from_"), read_point(asked, now)
            return Response(comparison_json(before, after, now=now))
        except ScoringError as error:
            raise ValidationError(str(error)) from error


class SeriesView(APIView):
    """Every move of a country's levels, with the day and the sentence; days ahead hold if nothing else happens."""

    @extend_schema(parameters=[AS_OF], responses={200: OBJECT, 400: OBJECT, 404: OBJECT})
    def get(self, request: Request, country: str) -> Response:
        day, code = _day(request), country.upper()
        if code not in day.members:
            raise NotFound(f"'{country}' was no member of ASEAN on {day.asked.on}.")
        as_of = (day.asked.as_of or day.asked.now).isoformat()
        return Response({"country": code, "as_of": as_of, "moves": series_json(day, code)})


class SensitivityView(APIView):
    """How far ranks move under other weights, other ways to join the domains, and the other readings."""

    @extend_schema(parameters=[ON, AS_OF], responses={200: OBJECT, 400: OBJECT})
    def get(self, request: Request) -> Response:
        day = _day(request)
        rows = [{**asdict(row), "official_rank": row.rank} for row in get_sensitivity(day)]
        return Response({"methodology": day.rules.code, "on": day.asked.on.isoformat(), "countries": rows})


class DependenceView(APIView):
    """Indicators beside the scores: concentration of destinations, foreign ownership by stage, what leaves raw."""

    @extend_schema(
        parameters=[ON, AS_OF, OpenApiParameter("country", OpenApiTypes.STR)], responses={200: OBJECT, 400: OBJECT}
    )
    def get(self, request: Request) -> Response:
        day, wanted = _day(request), request.query_params.get("country", "").upper()
        found = indicators(day.basis.evidence, day.asked.on)
        rows = [_indicator(each, day) for each in found if not wanted or wanted in each.countries]
        return Response({"on": day.asked.on.isoformat(), "indicators": rows})


def _indicator(each: Indicator, day: Day) -> dict[str, Any]:
    bounds = each.bounds
    return {
        "indicator": each.name,
        "countries": list(each.countries),
        "mineral": each.mineral,
        "stage": each.stage,
        "low": str(bounds.low) if bounds else None,
        "high": str(bounds.high) if bounds else None,
        "words": each.words,
        "facts": [evidence_json(fact, day.basis, day.asked.on) for fact in each.facts],
    }


def _day(request: Request) -> Day:
    now = timezone.now()
    try:
        point = read_point(request.query_params, now)
    except ScoringError as error:
        raise ValidationError(str(error)) from error
    return Day(AskedDay(point.on, point.as_of, now))
