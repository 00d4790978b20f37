"""EPCIS documents captured as imports are: checked as a whole, stored as a whole or not at all."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from jobs.registry import handler
from jobs.services import enqueue
from ledger.domain.actor import Actor, Door
from traceability.domain.epcis.names import Names
from traceability.exceptions import ImportRefused
from traceability.exchange.epcis_json import events_of, parse
from traceability.exchange.epcis_reading import Reported, read_events
from traceability.exchange.epcis_refusals import notes, refusals, validation
from traceability.exchange.epcis_words import in_our_words, prefix_of
from traceability.models import CaptureJob
from traceability.services.importing import Imported, import_lots

logger = logging.getLogger(__name__)

CAPTURE = "traceability.capture"
_REASON = "captured as EPCIS"
JSON = dict[str, Any]


def take_document(*, body: bytes, event_count: int, by: Actor) -> CaptureJob:
    """Keep a document that is one, and ask for its capture."""
    job = CaptureJob(by=by.public_id, sha256=hashlib.sha256(body).hexdigest(), event_count=event_count)
    job.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    job.path.write_bytes(body)
    with transaction.atomic():
        job.save(force_insert=True)
        enqueue(kind=CAPTURE, key=job.capture_id, payload={"capture": job.capture_id})
    return job


def capture_event(*, event: JSON, by: Actor) -> tuple[str, list[str]]:
    """Store one event: its id, and what was not kept of it. Raises ImportRefused."""
    reported = _read([in_our_words(event, prefix_of(event.get("@context")))])
    try:
        _import(reported, by, _REASON)
    except IntegrityError:  # somebody sent the same at the same time, and now it is there
        _import(reported, by, _REASON)
    return reported.tables["events"][0][1][0], notes(reported.not_kept)


@handler(CAPTURE, derives=True, longest_seconds=3_600)
def run_capture(payload: dict[str, Any]) -> None:
    """Safe to run twice: a capture that is finished is left alone, and its end is stored with its events."""
    job = CaptureJob.objects.filter(capture_id=payload["capture"], finished_at=None).first()
    if job is None:
        return
    try:
        with transaction.atomic():
            _capture(job)
    except ImportRefused as refused:
        _fail(job, refusals(refused.problems))
    except (OperationalError, IntegrityError):
        raise  # the database is busy or away, or somebody sent the same at the same time: the job is tried again
    except Exception:  # whatever else it is, it is our fault: the sender must not wait for ever
        logger.exception("capture %s failed", job.capture_id)
        fault = validation("The document could not be captured; it is our fault. Nothing of it was stored.", 500)
        _fail(job, [{**fault, "type": "epcisException:ImplementationException"}])
    job.path.unlink(missing_ok=True)


def _capture(job: CaptureJob) -> None:
    document = parse(job.path.read_bytes())
    prefix = prefix_of(document.get("@context"))
    reported = _read([in_our_words(event, prefix) for event in events_of(document)])
    imported = _import(reported, Actor(job.by, Door.API), f"{_REASON}, {job.capture_id}")
    job.accepted, job.unchanged = dict(imported.accepted), dict(imported.unchanged)
    job.derivation, job.notes = imported.derivation, notes(reported.not_kept)
    if document.get("epcisHeader"):
        job.notes.append("epcisHeader is not read: parties and facilities are imported first (docs/epcis.md).")
    _finish(job)


def _read(events: Sequence[JSON]) -> Reported:
    return read_events(events, Names(settings.SITE_URL.rstrip("/")))


def _import(reported: Reported, by: Actor, reason: str) -> Imported:
    return import_lots(
        sheets=reported.sheets(), found_before=reported.problems, by=by, now=timezone.now(), reason=reason
    )


def _fail(job: CaptureJob, errors: list[JSON]) -> None:
    job.success, job.errors = False, errors
    _finish(job)


def _finish(job: CaptureJob) -> None:
    job.finished_at = timezone.now()
    job.save()
