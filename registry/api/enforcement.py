"""Enforcement records as JSON; read-only, with `on` and `as_of` as on the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.paging import PAGE, page_of, paged
from registry.api.shapes import ProblemShape, Shape, VersionShape, version_json
from registry.api.views import read_asked
from registry.domain.enforcement import EnforcementState, fact_id_of
from registry.enforcing import get_found_records, get_known_record
from registry.models import EnforcementVersion
from registry.paths import enforcement_path

_ON = OpenApiParameter("on", OpenApiTypes.DATE, description="day, default today; what happened later is left out")
_AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="what was known at this instant, default now")
_WORDS = {
    "country": "code of a country where it happened or that it touches, such as MM",
    "kind": "what happened, such as suspension; action and incident name all of a group",
    "mineral": "code of a mineral, such as rare_earths",
    "standing": "where the matter stands, such as confirmed",
    "year": "year in which it happened",
    "q": "words of the title, place, party or source",
}
_FILTERS = [OpenApiParameter(name, OpenApiTypes.STR, description=words) for name, words in _WORDS.items()]


class EnforcementShape(Shape[Any]):
    record_id = serializers.CharField()
    version = serializers.IntegerField()
    country = serializers.CharField()
    kind = serializers.CharField()
    is_incident = serializers.BooleanField()
    title = serializers.CharField()
    since = serializers.DictField(allow_null=True, help_text="date no finer than stated, and its basis")
    until = serializers.DictField(allow_null=True)
    in_effect = serializers.CharField(allow_null=True, help_text="yes, perhaps or no; null where it does not last")
    standing = serializers.CharField(allow_null=True)
    instrument = serializers.CharField(allow_null=True, help_text="id of the act it was taken under")
    facility = serializers.CharField(allow_null=True)
    area = serializers.CharField(allow_blank=True)
    party = serializers.CharField(allow_blank=True)
    minerals = serializers.ListField(child=serializers.CharField())
    touches = serializers.ListField(child=serializers.CharField(), help_text="other countries")
    amount = serializers.CharField(allow_null=True, help_text="decimal as text")
    currency = serializers.CharField(allow_blank=True, help_text="ISO 4217")
    quantity_t = serializers.CharField(allow_null=True, help_text="metric tons, decimal as text")
    reading = serializers.CharField(
        allow_null=True, help_text="what it says of enforcement as a whole: read by gate G1"
    )
    fact = serializers.CharField(allow_null=True, help_text="id of the fact that gate G1 reads of it")
    entry = serializers.IntegerField(help_text="the log entry that recorded this version")
    details = serializers.DictField(help_text="source, what it says, note")
    page = serializers.CharField()


class EnforcementDetailShape(EnforcementShape):
    versions = VersionShape(many=True)


def enforcement_json(version: EnforcementVersion, on: dt.date) -> dict[str, Any]:
    state = EnforcementState.from_json(version.content)
    effect = state.in_effect(on)
    return {
        **version.content,
        "is_incident": state.is_incident,
        "in_effect": effect.value if effect else None,
        "fact": fact_id_of(state.record_id) if state.reading else None,
        "entry": version.recorded_entry_id,
        "details": version.details,
        "page": enforcement_path(state.record_id),
    }


class EnforcementView(APIView):
    """Enforcement actions and incidents as known at an instant, of what had happened by a day."""

    @extend_schema(
        operation_id="enforcement",
        parameters=[_ON, _AS_OF, *_FILTERS, *PAGE],
        responses={200: page_of(EnforcementShape), 400: ProblemShape},
    )
    def get(self, request: Request) -> Response:
        asked = read_asked(request)
        found = get_found_records(asked, request.query_params).versions
        page, after = paged(found, lambda version: str(version.content["record_id"]), request.query_params)
        return Response({"results": [enforcement_json(each, asked.on) for each in page], "after": after})


class EnforcementRecordView(APIView):
    """One enforcement record as known at an instant, with all its approved versions."""

    @extend_schema(
        operation_id="enforcement_record",
        parameters=[_ON, _AS_OF],
        responses={200: EnforcementDetailShape, 400: ProblemShape, 404: ProblemShape},
    )
    def get(self, request: Request, record_id: str) -> Response:
        asked = read_asked(request)
        versions, shown = get_known_record(record_id, asked.as_of)
        if shown is None:
            raise NotFound(f"No enforcement record '{record_id}' was known then: see /api/v1/enforcement/.")
        found = enforcement_json(shown, asked.on)
        return Response({**found, "versions": [version_json(each) for each in versions]})
