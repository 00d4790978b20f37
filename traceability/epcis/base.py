"""What all views of the bindings share: who asks, in which form and version, and the headers of every answer."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from rest_framework.authentication import BasicAuthentication, SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.models import User
from traceability.domain.epcis.names import Names
from traceability.epcis import problems
from traceability.epcis.documents import Described
from traceability.epcis.problems import Refusal, invalid, not_found
from traceability.exchange.epcis import EXTENSION
from traceability.selectors.visibility import can_import

VERSION = "2.0.0"
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,5}", re.ASCII)
#: An address longer than this is a query that should be a named one.
_LONGEST_ADDRESS = 8_000
#: Ways of writing EPCs that leave them as they were captured.
_FORMATS = ("No_Preference", "Always_GS1_Digital_Link", "Never_Translates")


class LinkedData(JSONRenderer):
    media_type = "application/ld+json"


class _NoOverride:
    URL_FORMAT_OVERRIDE = None


class Negotiation(DefaultContentNegotiation):
    """By the Accept header alone: `format` would be a query parameter that nobody knows."""

    settings = _NoOverride  # type: ignore[assignment]


class EpcisView(APIView):
    """Programs sign in by HTTP Basic, browsers by their session. Reading needs no account."""

    authentication_classes = (BasicAuthentication, SessionAuthentication)
    content_negotiation_class = Negotiation
    renderer_classes = (JSONRenderer, LinkedData)
    parser_classes = ()
    schema: Any = Described()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if len(request.get_full_path()) > _LONGEST_ADDRESS:
            raise Refusal(414, "URITooLongException", "The address is too long; make the question a named query.")
        if "\0" in request.path:
            raise not_found("No name has a NUL in it.")
        check_versions(request)

    def get_exception_handler(self) -> Any:
        return problems.answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        found = super().finalize_response(request, response, *args, **kwargs)
        for name, value in self.answer_headers().items():
            found.headers.setdefault(name, value)
        return found

    def answer_headers(self) -> dict[str, str]:
        return common_headers()

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Versions, limits and methods: what a program looks at first."""
        return Response(status=204)


def names() -> Names:
    return Names(settings.SITE_URL.rstrip("/"))


def common_headers() -> dict[str, str]:
    fixed = (f"GS1-{name}-{what}" for name in ("EPCIS", "CBV") for what in ("Version", "Min", "Max"))
    return {
        **dict.fromkeys(fixed, VERSION),
        "GS1-EPC-Format": "Never_Translates",
        "GS1-Extensions": f"{EXTENSION}={names().site}/ns/epcis#",
    }


def capture_headers() -> dict[str, str]:
    return {
        "GS1-EPCIS-Capture-Limit": str(settings.CAPTURE_MAX_EVENTS),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.CAPTURE_MAX_MB * 1_000_000),
        "GS1-Capture-Error-Behaviour": "rollback",
    }


def check_versions(request: Request) -> None:
    """Refuse who asks for, or sends, another version of the standard, or EPCs in another form."""
    mine = _parts(VERSION)
    for name in ("EPCIS", "CBV"):
        low, high = (_version(request, f"GS1-{name}-{what}") for what in ("Min", "Max"))
        if (low and low > mine) or (high and high < mine):
            raise Refusal(406, "NotAcceptableException", f"{name} {VERSION} is spoken here, and no other version.")
        sent = _version(request, f"GS1-{name}-Version") if request.method == "POST" else None
        if sent and sent[:2] != mine[:2]:
            raise Refusal(406, "NotAcceptableException", f"{name} {VERSION} is read here, and no other version.")
    form = request.headers.get("GS1-EPC-Format", "Never_Translates")
    if form not in _FORMATS:
        raise Refusal(
            406,
            "NotAcceptableException",
            "Lots are named by web address here, not as EPC URN: ask for Never_Translates.",
        )


def _version(request: Request, name: str) -> tuple[int, ...] | None:
    text = request.headers.get(name)
    if text is None:
        return None
    if not _VERSION.fullmatch(text):
        raise invalid(f"The header {name} is no version; write it as {VERSION}.")
    return _parts(text)


def _parts(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def importer(request: Request) -> User:
    """The person who asks, if they may import lots."""
    user = signed_in(request)
    if not can_import(user):
        raise Refusal(
            403, "SecurityException", "Capturing is for auditors, as imports are: an administrator gives that role."
        )
    return user


def signed_in(request: Request) -> User:
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
