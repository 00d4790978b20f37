"""How the EPCIS bindings say no: RFC 7807 in the names of the standard's exceptions, with a sentence."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from traceability.domain.epcis.query import BadQuery, TooComplex

JSON = dict[str, Any]


class Refusal(Exception):
    """A refusal with its status and the name of the standard's exception."""

    def __init__(self, status: int, name: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.name = status, name


def invalid(detail: str) -> Refusal:
    return Refusal(400, "ValidationException", detail)


def not_found(detail: str) -> Refusal:
    return Refusal(404, "NoSuchResourceException", detail)


def problem(status: int, name: str, detail: str) -> JSON:
    """As RFC 7807 has it."""
    return {"type": f"epcisException:{name}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def answer(error: Exception, context: JSON) -> JsonResponse | None:
    """The exception handler of the bindings; None for what is our own fault."""
    refusal = _refusal(error)
    if refusal is None:
        return None
    set_rollback()
    body = problem(refusal.status, refusal.name, str(refusal))
    response = JsonResponse(body, status=refusal.status, content_type="application/problem+json")
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def _refusal(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, TooComplex):
        return Refusal(413, "QueryTooComplexException", str(error))
    if isinstance(error, BadQuery):
        return Refusal(400, "QueryParameterException", str(error))
    if isinstance(error, Http404 | exceptions.NotFound):
        return not_found("Nothing stands here. What does is described in docs/epcis.md.")
    if isinstance(error, PermissionDenied):
        return Refusal(403, "SecurityException", "This is not open to you.")
    if isinstance(error, exceptions.APIException):
        name = _NAMES.get(error.status_code, "ImplementationException")
        return Refusal(error.status_code, name, _SENTENCES.get(error.status_code) or str(error.detail))
    return None


_NAMES = {
    400: "ValidationException",
    401: "SecurityException",
    403: "SecurityException",
    406: "NotAcceptableException",
    415: "UnsupportedMediaTypeException",
}
_SENTENCES = {
    401: "Sign in first: by name and password (HTTP Basic), or in the browser.",
    406: "Answers are JSON alone: send Accept: application/json or application/ld+json.",
}
