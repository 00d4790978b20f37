"""Named queries, for officers and auditors. Nobody is told when an event answers one: subscriptions are 501."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.domain.actor import Door
from registry.models import User
from traceability.domain.epcis.query import BadQuery, read_query
from traceability.domain.epcis.written import given_as_json
from traceability.domain.importing.values import BadValue, identifier
from traceability.epcis.base import EpcisView, signed_in
from traceability.epcis.captures import read_body
from traceability.epcis.documents import CLOSED, PAGES
from traceability.epcis.events import answer_events, given
from traceability.epcis.paging import link, per_page, read_token, token
from traceability.epcis.problems import Refusal
from traceability.exceptions import CannotRead, NameTaken
from traceability.exchange.epcis_json import parse
from traceability.models import NamedQuery
from traceability.selectors.visibility import can_import, can_view_all
from traceability.services.named_queries import forget_query, name_query

#: A question that names more than this is none.
_LARGEST = 64_000
#: What only a subscription has.
_SUBSCRIBED = {"second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek", "reportIfEmpty", "stream",
               "initialRecordTime"}  # fmt: skip


class QueriesView(EpcisView):
    """Named queries by name; a new one."""

    @extend_schema(parameters=PAGES, responses={200: OpenApiTypes.OBJECT, **CLOSED})
    def get(self, request: Request) -> Response:
        reader(request)
        after, count = read_token(request, read_name) or "", per_page(request)
        found = list(NamedQuery.objects.filter(name__gt=after).order_by("name")[: count + 1])
        following = token(found[count - 1].name) if len(found) > count else None
        return Response([query_json(named) for named in found[:count]], headers=link(request, following))

    @extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT, **CLOSED})
    def post(self, request: Request) -> Response:
        user = reader(request)
        name, query = read_definition(read_body(request, most=_LARGEST))
        try:
            named = name_query(name=name, query=query, by=user.actor(Door.API))
        except NameTaken as error:
            raise Refusal(409, "ResourceAlreadyExistsException", str(error)) from error
        location = f"/epcis/v2/queries/{quote(name, safe='')}"
        return Response(query_json(named), status=201, headers={"Location": location})


class QueryView(EpcisView):
    """One named query; deleted by whoever named it, or by an auditor."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT, **CLOSED})
    def get(self, request: Request, name: str) -> Response:
        reader(request)
        return Response(query_json(find(name)))

    @extend_schema(responses={204: None, **CLOSED})
    def delete(self, request: Request, name: str) -> Response:
        user, named = reader(request), find(name)
        if named.by != user.public_id and not can_import(user):
            raise Refusal(403, "SecurityException", "A query is deleted by whoever named it, or by an auditor.")
        forget_query(named=named, by=user.actor(Door.API))
        return Response(status=204)


class QueryEventsView(EpcisView):
    """The events that answer a named query now."""

    @extend_schema(parameters=PAGES, responses={200: OpenApiTypes.OBJECT, **CLOSED})
    def get(self, request: Request, name: str) -> Response:
        reader(request)
        named = find(name)
        if "Upgrade" in request.headers or _SUBSCRIBED & request.query_params.keys():
            raise no_subscriptions()
        if more := given(request):
            raise BadQuery(f"A named query takes perPage and nextPageToken alone, not {more[0][0][:40]}.")
        return answer_events(request, given_as_json(named.query), query_name=named.name)


class SubscriptionsView(EpcisView):
    """Not supported, and so not in the OpenAPI document."""

    schema = None

    def get(self, request: Request, name: str, subscription: str = "") -> Response:
        raise no_subscriptions()

    post = delete = get


def no_subscriptions() -> Refusal:
    how = "ask the query again with GE_recordTime, or follow a lot by mail or webhook (docs/alerts.md)"
    return Refusal(501, "ImplementationException", f"There are no subscriptions to queries here; {how}.")


def reader(request: Request) -> User:
    """A query may name lots that are not open to all."""
    user = signed_in(request)
    if not can_view_all(user):
        raise Refusal(403, "SecurityException", "Named queries are for officers and auditors.")
    return user


def find(name: str) -> NamedQuery:
    named = NamedQuery.objects.filter(name=name).first()
    if named is None:
        raise Refusal(404, "NoSuchNameException", "There is no query of that name; /epcis/v2/queries lists them.")
    return named


def query_json(named: NamedQuery) -> dict[str, Any]:
    return {"name": named.name, "query": named.query}


def read_definition(body: bytes) -> tuple[str, dict[str, Any]]:
    """The name and the question of a body. Raises Refusal or BadQuery."""
    try:
        found = parse(body)
    except CannotRead as error:
        raise bad_definition(str(error)) from error
    if not isinstance(found, dict) or set(found) != {"name", "query"}:
        raise bad_definition('Write {"name": "…", "query": {…}}, and nothing else.')
    name, query = found["name"], found["query"]
    if not isinstance(name, str) or not isinstance(query, dict):
        raise bad_definition("`name` has to be a text and `query` an object.")
    try:
        name = identifier(name) if name else ""
    except BadValue as error:
        raise bad_definition(f"name: {error}.") from error
    if not name:
        raise bad_definition("`name` is empty.")
    query = _whole(query)
    read_query(given_as_json(query))
    return name, query


def _whole(value: Any) -> Any:
    """Numbers as whole ones: no parameter that is answered here has another."""
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if not isinstance(value, Decimal):
        return value
    if not value.is_finite() or value.adjusted() > 9 or value != value.to_integral_value():
        raise BadQuery("A query has a number that is no whole one, or too large.")
    return int(value)


def bad_definition(detail: str) -> Refusal:
    return Refusal(400, "QueryValidationException", detail)


def read_name(parts: list[Any]) -> str:
    (found,) = parts
    return identifier(found) if isinstance(found, str) else ""
