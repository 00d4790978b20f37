"""Capturing: a document as a job, one event at once. Whoever may import lots may capture."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.domain.actor import Door
from ledger.domain.canonical import instant_text
from traceability.domain.epcis.words import EVENT_TYPES
from traceability.domain.importing.problems import Code
from traceability.epcis.base import EpcisView, capture_headers, importer, names
from traceability.epcis.documents import CLOSED, PAGES
from traceability.epcis.paging import link, per_page, read_token, token
from traceability.epcis.problems import Refusal, invalid, not_found
from traceability.exceptions import CannotRead, ImportRefused
from traceability.exchange.epcis import query_document
from traceability.exchange.epcis_json import events_of, parse
from traceability.exchange.epcis_refusals import refusals
from traceability.models import CaptureJob, Event
from traceability.selectors.epcis import load_written
from traceability.services.capturing import capture_event, take_document

_TYPES = ("application/json", "application/ld+json")
_BEHAVIOURS = ("GS1-Capture-Error-Behaviour", "GS1-EPCIS-Capture-Error-Behaviour")
#: Errors of one event that are told at once.
_TOLD = 10
REPORTED = {202: None, **dict.fromkeys((400, 401, 403, 406, 413, 415), OpenApiTypes.OBJECT)}


class CaptureView(EpcisView):
    """Sends an EPCISDocument in: it becomes a job, whose address `Location` has. Lists such jobs, the newest first."""

    def answer_headers(self) -> dict[str, str]:
        return {**super().answer_headers(), **capture_headers()}

    @extend_schema(request=OpenApiTypes.OBJECT, responses=REPORTED)
    def post(self, request: Request) -> Response:
        user = importer(request)
        check_behaviour(request)
        body = read_body(request)
        count = len(_events(body))
        if count > settings.CAPTURE_MAX_EVENTS:
            raise too_much(f"The document has {count} events; at most {settings.CAPTURE_MAX_EVENTS} are taken at once.")
        job = take_document(body=body, event_count=count, by=user.actor(Door.API))
        return Response(status=202, headers={"Location": f"/epcis/v2/capture/{job.capture_id}"})

    @extend_schema(parameters=PAGES, responses={200: OpenApiTypes.OBJECT, **CLOSED})
    def get(self, request: Request) -> Response:
        importer(request)
        before, count = read_token(request, _key), per_page(request)
        jobs = CaptureJob.objects.order_by("-pk")
        if before is not None:
            jobs = jobs.filter(pk__lt=CaptureJob.objects.filter(capture_id=before).values("pk"))
        found = list(jobs[: count + 1])
        following = token(found[count - 1].capture_id) if len(found) > count else None
        return Response([job_json(job) for job in found[:count]], headers=link(request, following))


class CaptureJobView(EpcisView):
    """How far a capture has come, and what was wrong with it."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT, **CLOSED})
    def get(self, request: Request, capture_id: str) -> Response:
        importer(request)
        job = CaptureJob.objects.filter(capture_id=capture_id).first()
        if job is None:
            raise not_found("There is no such capture.")
        return Response(job_json(job))


def job_json(job: CaptureJob) -> dict[str, Any]:
    """As the standard has it; what SEAM adds is under its own prefix."""
    found: dict[str, Any] = {
        "captureID": job.capture_id,
        "createdAt": instant_text(job.created_at),
        "running": job.finished_at is None,
        "success": job.success,
        "captureErrorBehaviour": "rollback",
        "errors": job.errors,
    }
    if job.finished_at:
        found["finishedAt"] = instant_text(job.finished_at)
    told = {"sha256": job.sha256, "accepted": job.accepted, "unchanged": job.unchanged, "notes": job.notes}
    return found | {f"seam:{name}": value for name, value in told.items()}


def capture_one(request: Request) -> Response:
    """One event, stored at once; sent again it is the same event."""
    user = importer(request)
    check_behaviour(request)
    event = _event(read_body(request))
    try:
        event_id, notes = capture_event(event=event, by=user.actor(Door.API))
    except ImportRefused as refused:
        told = " ".join(problem["detail"] for problem in refusals(refused.problems)[:_TOLD])
        is_known = refused.problems[0].code is Code.CONFLICT
        status, name = (409, "ResourceAlreadyExistsException") if is_known else (400, "ValidationException")
        raise Refusal(status, name, told) from refused
    keys = list(Event.objects.filter(event_id=event_id).values_list("pk", flat=True))
    events, writing = load_written(keys, user, names())
    document = query_document(events, writing, created_at=timezone.now(), query="SimpleEventQuery")
    stored = document["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]
    location = f"/epcis/v2/events/{quote(stored['eventID'], safe='')}"
    body = {"@context": document["@context"], **stored, **({"seam:notes": notes} if notes else {})}
    return Response(body, status=201, headers={"Location": location})


def read_body(request: Request, most: int | None = None) -> bytes:
    """The body of a request, if it is JSON and has not more bytes than a document may, or than ``most``."""
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise Refusal(415, "UnsupportedMediaTypeException", "Send JSON: Content-Type application/json or ld+json.")
    if "Transfer-Encoding" in request.headers:
        raise Refusal(411, "ValidationException", "Send the body with its Content-Length; one in chunks is not read.")
    most = most or settings.CAPTURE_MAX_MB * 1_000_000
    body: bytes = request.read(most + 1)
    if len(body) > most:
        raise too_much(f"The body is larger than {most:,} bytes; send it in several parts.")
    return body


def check_behaviour(request: Request) -> None:
    for name in _BEHAVIOURS:
        if request.headers.get(name, "rollback").lower() != "rollback":
            raise invalid(f"{name} has to be rollback: the register stores all events of a document, or none.")


def too_much(detail: str) -> Refusal:
    return Refusal(413, "CaptureLimitExceededException", detail)


def _events(body: bytes) -> list[dict[str, Any]]:
    try:
        return events_of(parse(body))
    except CannotRead as error:
        raise invalid(str(error)) from error


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = parse(body)
    except CannotRead as error:
        raise invalid(str(error)) from error
    if not isinstance(event, dict):
        raise invalid("The body is no event; write one JSON object.")
    if event.get("type") not in EVENT_TYPES:
        raise invalid("The body is no EPCIS event: `type` has to say which; a document goes to /epcis/v2/capture.")
    return event


def _key(parts: list[Any]) -> str:
    (found,) = parts
    if not isinstance(found, str) or "\0" in found:
        raise ValueError(parts)
    return found
