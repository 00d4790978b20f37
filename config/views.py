"""Liveness, readiness, metrics, and the demonstration feed that the site serves to itself."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from alerts.selectors import get_health
from config.api_docs import get_operations
from jobs.models import Job
from ledger import guards
from ledger.models import Pending
from ledger.selectors import get_head
from registry.models import FetchAttempt, Flag

DEMO_FEEDS = Path(__file__).parent / "demo" / "feeds"
_BANGKOK = dt.timezone(dt.timedelta(hours=7))
#: The worker looks for work every few seconds; silent for longer than this, it is not there.
_WORKER_SILENT = dt.timedelta(seconds=60)


def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api_docs.html", {"groups": get_operations()})


def has_to_pause(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The answer to a sign-in after too many wrong passwords."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "registry/login.html", {"pause_minutes": minutes}, status=429)


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Database, migrations, guards of the log, and a worker seen lately; 503 names what is missing."""
    checks = {
        "migrations": _all_migrated(),
        "guards": not guards.missing(),
        "worker": _worker_seen(),
    }
    ready = all(checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges for Prometheus, read from the database, so that any process may answer."""
    registry, head, alerts = CollectorRegistry(), get_head(), get_health()
    open_jobs = Job.objects.filter(finished_at=None)
    due, failing = open_jobs.filter(due_at__lte=timezone.now()), open_jobs.exclude(last_error="")
    figures: dict[str, tuple[str, float]] = {
        "seam_log_sealed_entries": ("Entries in the sealed tree", head.size if head else 0),
        "seam_log_pending_entries": ("Entries that wait to be sealed", Pending.objects.count()),
        "seam_jobs_due": ("Jobs that are due", due.count()),
        "seam_jobs_failing": (
            "Jobs that failed at least once and are tried again",
            failing.count(),
        ),
        "seam_alerts_oldest_seconds": ("Age of the oldest message that waits to be handed over", alerts.seconds),
        "seam_alerts_waiting": ("Messages that wait to be handed over", alerts.waiting),
        "seam_alerts_dead": ("Messages given up", alerts.dead),
        "seam_flags_open": ("Flags that wait for an officer", Flag.objects.filter(state="open").count()),
    }
    for name, (meaning, value) in figures.items():
        Gauge(name, meaning, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@csrf_exempt
def mail_report(request: HttpRequest, provider: str) -> Any:
    """What the mail provider reports of bounces and complaints; nothing stands here until its secret is set."""
    if "WEBHOOK_SECRET" not in settings.ANYMAIL:
        raise Http404
    return resolve(f"/{provider}/tracking/", "anymail.urls").func(request)


def demo_feed(request: HttpRequest, name: str) -> HttpResponse:
    """A demonstration feed, its news dated on the day it was first read, so that it stays the same news."""
    path = DEMO_FEEDS / f"{name}.xml"
    if path.name not in {each.name for each in DEMO_FEEDS.glob("*.xml")}:
        raise Http404
    body = path.read_text(encoding="utf-8")
    for placeholder, text in _dates(_first_read(request)).items():
        body = body.replace("{{ %s }}" % placeholder, text)  # noqa: UP031  (braces are the placeholder's own)
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


def _first_read(request: HttpRequest) -> dt.datetime:
    url = f"{settings.SITE_URL}{request.path}"
    first = (
        FetchAttempt.objects.filter(feed__url=url).order_by("started_at").values_list("started_at", flat=True).first()
    )
    return first or timezone.now()


def _dates(at: dt.datetime) -> dict[str, str]:
    """News of this morning in Bangkok, so that the writer's day and the register's are one, whatever the hour."""
    read_at = timezone.localtime(at).replace(microsecond=0)
    morning = min(read_at, dt.datetime.combine(read_at.date(), dt.time(9), tzinfo=_BANGKOK)).astimezone(_BANGKOK)
    if morning.date() != read_at.date():  # just after the register's midnight, where that comes before Bangkok's
        morning = dt.datetime.combine(read_at.date(), dt.time(0), tzinfo=_BANGKOK)
    return {
        "day": f"{morning.day} {morning:%B %Y}",
        "iso": morning.date().isoformat(),
        "instant": morning.isoformat(),
        "rfc822": format_datetime(morning.astimezone(_BANGKOK)),
    }


def _all_migrated() -> bool:
    executor: Any = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _worker_seen() -> bool:
    """Whether the sequencer's job was run, and so put off anew, lately."""
    return Job.objects.filter(kind="ledger.seal", due_at__gt=timezone.now() - _WORKER_SILENT).exists()
