"""Pages: a token that says after what the next one goes on, and holds nothing on the server."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.request import Request

from traceability.domain.epcis.query import BadQuery, read_count

T = TypeVar("T")

PER_PAGE, MOST_PER_PAGE = 30, 1_000
PAGING = ("perPage", "nextPageToken")


def per_page(request: Request) -> int:
    """Items a page: what is asked for, at most ``MOST_PER_PAGE``."""
    text = request.query_params.get("perPage")
    return PER_PAGE if text is None else min(read_count("perPage", text, most=None), MOST_PER_PAGE)


def token(*parts: Any) -> str:
    text = json.dumps([part.isoformat() if isinstance(part, dt.datetime) else part for part in parts])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(request: Request, read: Callable[[list[Any]], T]) -> T | None:
    """What the token of a page says; None on the first page. Raises BadQuery for one that was not given out here."""
    text = request.query_params.get("nextPageToken")
    if not text:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(text[:2_000].encode() + b"=="))
        return read(parts)
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadQuery("The nextPageToken is none that was given out here; begin again with the first page.") from error


def link(request: Request, next_token: str | None) -> dict[str, str]:
    """The Link header to the next page; none on the last."""
    if next_token is None:
        return {}
    asked = request.query_params.copy()
    asked["nextPageToken"] = next_token
    path = request.build_absolute_uri().partition("?")[0]
    return {"Link": f'<{path}?{asked.urlencode()}>; rel="next"'}
