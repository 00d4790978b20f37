"""Events by query, by their id, and below the resources that they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from traceability.domain.epcis.query import read_query
from traceability.epcis import captures
from traceability.epcis.base import EpcisView, capture_headers, names
from traceability.epcis.documents import PARAMETERS, PROBLEMS
from traceability.epcis.paging import PAGING, link, per_page, read_token, token
from traceability.epcis.problems import Refusal, not_found
from traceability.exchange.epcis import query_document
from traceability.selectors.epcis import Mark, count_events, get_event_keys, get_event_page, load_written

Pairs = Iterable[tuple[str, Sequence[str]]]


class EventsView(EpcisView):
    """The events that the reader may see and a question asks for, as an EPCISQueryDocument; `Link` leads to the next
    page. One event is sent in here and stored at once."""

    def answer_headers(self) -> dict[str, str]:
        return {**super().answer_headers(), **capture_headers()}

    @extend_schema(parameters=PARAMETERS, responses={200: OpenApiTypes.OBJECT, **PROBLEMS})
    def get(self, request: Request) -> Response:
        return answer_events(request, given(request))

    @extend_schema(request=OpenApiTypes.OBJECT, responses={**captures.REPORTED, 201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        return captures.capture_one(request)


class EventView(EpcisView):
    """One event, by its id."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT, **PROBLEMS})
    def get(self, request: Request, event_id: str) -> Response:
        keys = get_event_keys(event_id, request.user, names())
        if not keys:
            raise not_found("There is no such event, or it is not open to you.")
        events, writing = load_written(keys, request.user, names())
        return Response(query_document(events, writing, created_at=timezone.now(), query="SimpleEventQuery"))


def given(request: Request) -> list[tuple[str, list[str]]]:
    """The parameters of a question in an address: several values stand between bars, or one by one."""
    lists = request.query_params.lists()
    return [(name, "|".join(values).split("|")) for name, values in lists if name not in PAGING]


def answer_events(request: Request, pairs: Pairs, *, query_name: str = "SimpleEventQuery") -> Response:
    query, user = read_query(pairs), request.user
    if query.most is not None and count_events(query, user, names(), most=query.most) > query.most:
        raise Refusal(
            413, "QueryTooLargeException", f"More than {query.most} events answer this; ask for less at once."
        )
    mark, left = read_token(request, _mark) or (None, query.limit)
    count = per_page(request) if left is None else min(per_page(request), left)
    page = get_event_page(query, user, names(), count=count, after=mark)
    left = None if left is None else left - len(page.events)
    following = token(*page.next, left) if page.next and left != 0 else None
    document = query_document(page.events, page.writing, created_at=timezone.now(), query=query_name)
    return Response(document, headers=link(request, following))


def _mark(parts: list[Any]) -> tuple[Mark, int | None]:
    at, entry, left = parts
    when = dt.datetime.fromisoformat(at)
    if when.tzinfo is None or not 0 < int(entry) < 2**63 or (left is not None and not 0 < int(left) < 10**9):
        raise ValueError(parts)
    when.astimezone(dt.UTC)
    return (when, int(entry)), None if left is None else int(left)
