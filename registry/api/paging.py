"""Lists a page at a time: `?after=` the last id of the page before, so that a page stays whole while rows are added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

T = TypeVar("T")
LIMIT, MOST = 100, 500

PAGE = [
    OpenApiParameter("after", OpenApiTypes.STR, description="id of the last item of the page before"),
    OpenApiParameter("limit", OpenApiTypes.INT, description=f"items a page, 1 to {MOST}; default {LIMIT}"),
]


def read_limit(params: Mapping[str, Any]) -> int:
    text = str(params.get("limit") or LIMIT)
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ValidationError(f"limit is '{text}'; write a number from 1 to {MOST}.")
    return int(text)


def paged(rows: Sequence[T], key: Callable[[T], str], params: Mapping[str, Any]) -> tuple[Sequence[T], str | None]:
    """One page of ``rows`` by ``key``, and the ``after`` of the next; None on the last."""
    after, limit = str(params.get("after") or ""), read_limit(params)
    rest = sorted((row for row in rows if key(row) > after), key=key)
    page = rest[:limit]
    return page, key(page[-1]) if len(rest) > limit else None


def page_of(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The documented shape of a page."""
    after = serializers.CharField(allow_null=True, help_text="give it as ?after= for the next page; null on the last")
    name = item.__name__.removesuffix("Shape") + "Page"
    return inline_serializer(name, {"results": item(many=True), "after": after})
