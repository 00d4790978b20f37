"""The resources at the top, and what stands below each of their members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from traceability.domain.epcis.names import named
from traceability.domain.epcis.words import MEANINGS, term
from traceability.epcis.base import EpcisView, names
from traceability.epcis.documents import PAGES, PROBLEMS
from traceability.epcis.events import answer_events, given
from traceability.epcis.paging import link, per_page, read_token, token
from traceability.epcis.problems import Refusal, not_found
from traceability.exchange.epcis import context
from traceability.selectors.epcis import get_lot_ids, get_places_of_events

TOP = ("events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "capture", "queries")
#: What stands below a member of each resource of words: the parameter that asks for it, and its place in a meaning.
WORDS = {
    "eventTypes": ("eventType", "type"),
    "bizSteps": ("EQ_bizStep", "step"),
    "dispositions": ("EQ_disposition", "disposition"),
}
#: The same of resources of things, by the parameter that asks for it.
THINGS = {"epcs": "MATCH_anyEPC", "bizLocations": "EQ_bizLocation", "readPoints": "EQ_readPoint"}


class TopView(EpcisView):
    """The resources there are."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return collection(TOP)


class WordsView(EpcisView):
    """The types, business steps or dispositions that events here have."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, resource: str) -> Response:
        return collection(words_of(resource))


class ThingsView(EpcisView):
    """The lots (as EPCs), or the facilities (as locations or read points), of events that the reader may see."""

    @extend_schema(parameters=PAGES, responses={200: OpenApiTypes.OBJECT, **PROBLEMS})
    def get(self, request: Request, resource: str) -> Response:
        after, count = read_token(request, _id) or "", per_page(request)
        ids = _ids(resource, request.user, after, count + 1)
        write = names().lot if resource == "epcs" else names().facility
        following = token(ids[count - 1]) if len(ids) > count else None
        return collection([write(one) for one in ids[:count]], link(request, following))


class MemberView(EpcisView):
    """What stands below a member of a resource: its events."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT, **PROBLEMS})
    def get(self, request: Request, resource: str, member: str) -> Response:
        check_member(resource, member, request.user)
        return collection(["events"])


class MemberEventsView(EpcisView):
    """The events of a member of a resource; every parameter of `/events` narrows them further."""

    @extend_schema(parameters=PAGES,
                   responses={200: OpenApiTypes.OBJECT, **PROBLEMS})  # fmt: skip
    def get(self, request: Request, resource: str, member: str) -> Response:
        check_member(resource, member, request.user)
        name = THINGS.get(resource) or WORDS[resource][0]
        return answer_events(request, [*given(request), (name, [member])])


class TokenView(EpcisView):
    """A token holds nothing here that could be given up."""

    @extend_schema(responses={501: OpenApiTypes.OBJECT})
    def delete(self, request: Request, token: str) -> Response:
        raise Refusal(501, "ImplementationException", "A nextPageToken holds nothing here; let it be forgotten.")


class NothingView(EpcisView):
    """Any other address below the bindings."""

    schema = None

    def get(self, request: Request, rest: str) -> Response:
        raise not_found(f"Nothing stands at {request.path[:200]}. What does is listed at /epcis/v2/.")

    post = delete = put = patch = get


def collection(members: Sequence[str], headers: dict[str, str] | None = None) -> Response:
    body = {"@context": context(names().site), "type": "Collection", "member": list(members)}
    return Response(body, headers=headers)


def words_of(resource: str) -> list[str]:
    return sorted({getattr(meaning, WORDS[resource][1]) for meaning in MEANINGS.values()})


def check_member(resource: str, member: str, user: Any) -> None:
    """Raises Refusal for what is none, or is of no event that the reader may see."""
    if resource in WORDS:
        is_there = term(member) in words_of(resource)
    else:
        wanted = named(member)
        is_there = _ids(resource, user, "", 1, only=wanted) == [wanted]
    if not is_there:
        raise not_found(f"There is no such member of {resource}, or it is not open to you.")


def _ids(resource: str, user: Any, after: str, count: int, only: str | None = None) -> list[str]:
    if resource == "epcs":
        return get_lot_ids(user, after=after, count=count, only=only)
    return get_places_of_events(user, shipped=resource == "readPoints", after=after, count=count, only=only)


def _id(parts: list[Any]) -> str:
    (found,) = parts
    if not isinstance(found, str) or "\0" in found:
        raise ValueError(parts)
    return found.encode("utf-8").decode()
