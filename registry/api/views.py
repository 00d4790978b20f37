"""Countries, minerals, facts and instruments as JSON; read-only, with `on` and `as_of` as on the pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api import shapes
from registry.api.paging import PAGE, page_of, paged
from registry.browsing import (
    get_known_facts,
    get_known_instrument,
    mineral_rows,
)
from registry.domain.asked import AskedDay, BadDay, asked_day
from registry.listing import get_instrument_versions
from registry.models import Country, Material
from registry.pages.minerals import facts_of
from registry.selectors import get_members

_ON = OpenApiParameter("on", OpenApiTypes.DATE, description="day, default today")
_AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="what was known at this instant, default now")
_COUNTRY = OpenApiParameter("country", OpenApiTypes.STR, description="code of a country or body, such as TH")
_MINERAL = OpenApiParameter("mineral", OpenApiTypes.STR, description="code of a mineral, such as rare_earths")
_MEMBER = OpenApiParameter("member", OpenApiTypes.STR, enum=["true"], description="only members of ASEAN on the day")
_REFUSED = {400: shapes.ProblemShape}
_MISSING = {404: shapes.ProblemShape}


def read_asked(request: Request) -> AskedDay:
    try:
        return asked_day(request.query_params.dict(), timezone.now())
    except BadDay as error:
        raise ValidationError(str(error)) from error


class CountriesView(APIView):
    """Countries and bodies of the register, by code; whether each is a member of ASEAN on the day."""

    @extend_schema(operation_id="countries", parameters=[_ON, _MEMBER, *PAGE],
                   responses={200: page_of(shapes.CountryShape), **_REFUSED})  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = read_asked(request)
        wanted = request.query_params.get("member", "")
        if wanted not in ("", "true"):
            raise ValidationError(f"member is '{wanted}'; write true, or leave it out.")
        countries = get_members(asked.on) if wanted else list(Country.objects.all())
        page, after = paged(countries, lambda each: each.code, request.query_params)
        return Response({"results": [shapes.country_json(each, asked.on) for each in page], "after": after})


class CountryView(APIView):
    """One country or body."""

    @extend_schema(
        operation_id="country", parameters=[_ON], responses={200: shapes.CountryShape, **_REFUSED, **_MISSING}
    )
    def get(self, request: Request, code: str) -> Response:
        country = Country.objects.filter(code=code.upper()).first()
        if country is None:
            raise NotFound(f"No country or body has the code '{code}': see /api/v1/countries/.")
        return Response(shapes.country_json(country, read_asked(request).on))


class MineralsView(APIView):
    """Every mineral: what the region mines of it, where facts are on record, how many instruments are about it."""

    @extend_schema(operation_id="minerals", parameters=[_ON, _AS_OF, *PAGE],
                   responses={200: page_of(shapes.MineralShape), **_REFUSED})  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = sorted(mineral_rows(read_asked(request)), key=lambda row: row.code)
        page, after = paged(rows, lambda row: row.code, request.query_params)
        return Response({"results": [shapes.mineral_json(row) for row in page], "after": after})


class MineralView(APIView):
    """One mineral with the HS codes of its materials."""

    @extend_schema(
        operation_id="mineral",
        parameters=[_ON, _AS_OF],
        responses={200: shapes.MineralDetailShape, **_REFUSED, **_MISSING},
    )
    def get(self, request: Request, code: str) -> Response:
        row = next((row for row in mineral_rows(read_asked(request)) if row.code == code), None)
        if row is None:
            raise NotFound(f"No mineral has the code '{code}': see /api/v1/minerals/.")
        materials = Material.objects.filter(mineral_id=code).values("material", "stage", "hs_code", "description")
        return Response({**shapes.mineral_json(row), "materials": list(materials)})


class FactsView(APIView):
    """Accepted facts as known at an instant, each with its source and its log entry."""

    @extend_schema(
        operation_id="facts",
        parameters=[_AS_OF, _COUNTRY, _MINERAL, OpenApiParameter("kind", OpenApiTypes.STR), *PAGE],
        responses={200: page_of(shapes.FactShape), **_REFUSED},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        about = {name: asked[name] for name in ("country", "kind") if asked.get(name)}
        facts = get_known_facts(read_asked(request).as_of, **about)
        found = facts_of(asked["mineral"], facts) if asked.get("mineral") else facts
        page, after = paged(found, lambda version: version.fact_id, asked)
        return Response({"results": [shapes.fact_json(each) for each in page], "after": after})


class FactView(APIView):
    """One fact as known at an instant."""

    @extend_schema(operation_id="fact", parameters=[_AS_OF], responses={200: shapes.FactShape, **_REFUSED, **_MISSING})
    def get(self, request: Request, fact_id: str) -> Response:
        known = get_known_facts(read_asked(request).as_of, fact_id=fact_id)
        if not known:
            raise NotFound(f"No fact '{fact_id}' was known then: see /api/v1/facts/.")
        return Response(shapes.fact_json(known[0]))


class InstrumentsView(APIView):
    """Approved instruments as known at an instant, with their status on a day."""

    @extend_schema(
        operation_id="instruments",
        parameters=[
            _ON, _AS_OF, _COUNTRY, _MINERAL,
            OpenApiParameter("kind", OpenApiTypes.STR, description="code of a measure, such as export_ban"),
            OpenApiParameter("status", OpenApiTypes.STR, enum=["in_force", "other"]),
            OpenApiParameter("stage", OpenApiTypes.STR, description="stage of the chain, such as mining_extraction"),
            OpenApiParameter("type", OpenApiTypes.STR, description="type of instrument, such as law"),
            OpenApiParameter("q", OpenApiTypes.STR, description="words of the title, number, source or counterpart"),
            *PAGE,
        ],
        responses={200: page_of(shapes.InstrumentShape), **_REFUSED},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked, status = read_asked(request), request.query_params.get("status", "")
        if status not in ("", "in_force", "other"):
            raise ValidationError(f"status is '{status}'; write in_force or other.")
        found = get_instrument_versions(asked, request.query_params)
        page, after = paged(found, lambda version: version.instrument.instrument_id, request.query_params)
        return Response({"results": [shapes.instrument_json(each, asked.on) for each in page], "after": after})


class InstrumentView(APIView):
    """One instrument as known at an instant, with all its approved versions."""

    @extend_schema(
        operation_id="instrument",
        parameters=[_ON, _AS_OF],
        responses={200: shapes.InstrumentDetailShape, **_REFUSED, **_MISSING},
    )
    def get(self, request: Request, instrument_id: str) -> Response:
        asked = read_asked(request)
        versions, shown = get_known_instrument(instrument_id, asked.as_of)
        if shown is None:
            raise NotFound(f"No instrument '{instrument_id}' was known then: see /api/v1/instruments/.")
        found: dict[str, Any] = shapes.instrument_json(shown, asked.on)
        return Response({**found, "versions": [shapes.version_json(each) for each in versions]})
