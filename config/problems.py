"""How the site says no: JSON with a sentence below /api/, a page with a number everywhere else."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import defaults
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)


class JSONBody(JSONParser):
    """JSON bodies of the API; one nested deeper than the reader goes is refused as any other that is no JSON."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply to be read as JSON.") from error


def problem(status: int, detail: str) -> dict[str, Any]:
    return {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}


def api_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """A refusal of the API as one sentence, whatever shape its exception has."""
    response = exception_handler(error, context)
    if response is not None:
        response.data = problem(response.status_code, " ".join(_sentences(response.data)))
    return response


def _sentences(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [
            text if name in ("detail", "non_field_errors") else f"{name}: {text}"
            for name, value in data.items()
            for text in _sentences(value)
        ]
    return [text for item in data for text in _sentences(item)] if isinstance(data, list) else [str(data)]


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        detail = f"Nothing stands at {request.path}. What does is listed at /api/docs/."
        return JsonResponse(problem(404, detail), status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault: a number to report, which stands in the log of the server beside the traceback."""
    number = secrets.token_hex(4)
    logger.error("error %s on %s %s", number, request.method, request.path)
    detail = f"This could not be answered. It is our fault; the operator finds it by the number {number}."
    if request.path.startswith("/api/"):
        return JsonResponse(problem(500, detail), status=500)
    if request.path.startswith("/epcis/"):
        body = {"type": "epcisException:ImplementationException", **problem(500, detail)}
        return JsonResponse(body, status=500, content_type="application/problem+json")
    when = f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC"
    return render(
        None, "500.html", {"number": number, "when": when}, status=500
    )  # no request: its context reads the database
