"""Asking for work, and doing what is due: claimed by a conditional UPDATE, right on every database."""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from jobs import registry, waking
from jobs.leases import LEASE, Renewal
from jobs.models import Job

logger = logging.getLogger(__name__)


class PutOff(Exception):
    """Raised by a job that finds itself too early: it is done at ``due_at``, and that is no failure."""

    def __init__(self, due_at: dt.datetime) -> None:
        super().__init__(f"not before {due_at}")
        self.due_at = due_at


#: No lease runs longer; one that ends later was taken before the clock was set back, and is void.
LONGEST_LEASE = dt.timedelta(hours=1)
#: A periodic job put off by more than its rest and this was put off by a clock that was ahead.
_CLOCK_SLACK = dt.timedelta(minutes=1)
#: A failed job is tried again after 2, 4, 8 … seconds, at most this, for ever: nothing is dropped.
LONGEST_BACKOFF = dt.timedelta(minutes=15)
KEEP_FINISHED = dt.timedelta(days=7)
#: Keys of one statement.
_MOST_KEYS = 500


def enqueue(
    *, kind: str, key: str = "", payload: dict[str, Any] | None = None, due_at: dt.datetime | None = None
) -> None:
    """Ask for work inside the transaction that makes it necessary; without a key, each asking is work of its own."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"enqueue({kind!r}) belongs into the transaction that makes the work necessary")
    due_at = due_at or timezone.now()
    key = key or uuid.uuid4().hex
    if not _ask_again(kind, key, due_at):
        found = registry.get_handler(kind)
        job = Job(kind=kind, key=key, payload=payload or {}, due_at=due_at, urgent=found.urgent if found else True)
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:  # another transaction asked for the same at the same time
            _ask_again(kind, key, due_at)
    waking.wake_on_commit()


def run_due(*, seconds: float = 20.0) -> int:
    """Do what is due, for at most about ``seconds``; returns how many jobs ran."""
    _arm_periodic()
    ran, started = 0, time.monotonic()
    while time.monotonic() - started < seconds and (job := _claim(None)):
        _run(job)
        ran += 1
    return ran


def drain(*, kinds: Collection[str] | None = None, seconds: float = 300.0) -> int:
    """Do, in this process, all derivations that are due, and wait for those another worker has in hand."""
    kinds = registry.derived_kinds() if kinds is None else set(kinds)
    ran, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        if job := _claim(kinds):
            _run(job)
            ran += 1
        elif _open_jobs(kinds).filter(due_at__lte=timezone.now(), attempts__lte=1).exists():
            time.sleep(0.05)  # leased elsewhere
        else:
            break
    return ran


def failing_derivations() -> list[Job]:
    """Derivations that failed and wait to be tried again, the one that is due first at the head."""
    failed = _open_jobs(registry.derived_kinds()).filter(attempts__gte=1, lease=None).exclude(last_error="")
    return list(failed.order_by("due_at"))


def asked_so_far(*, kind: str) -> dict[str, int]:
    """How often the open jobs of a kind were asked for, by key. Read it before reading what they are about."""
    return dict(_open_jobs({kind}).filter(lease=None).values_list("key", "revision"))


def finish_together(*, kind: str, asked: Mapping[str, int]) -> int:
    """Finish jobs whose work was done with another's, in its transaction; what was asked for again since stays open."""
    by_revision: dict[int, list[str]] = defaultdict(list)
    for key, revision in asked.items():
        by_revision[revision].append(key)
    finished = 0
    for revision, keys in by_revision.items():
        for start in range(0, len(keys), _MOST_KEYS):
            part = _open_jobs({kind}).filter(key__in=keys[start : start + _MOST_KEYS], revision=revision, lease=None)
            finished += part.update(finished_at=timezone.now())
    return finished


def clear_finished() -> int:
    return Job.objects.filter(finished_at__lt=timezone.now() - KEEP_FINISHED).delete()[0]


@registry.handler("jobs.clear", urgent=False)
def _clear(payload: dict[str, Any]) -> None:
    clear_finished()


registry.periodic("jobs.clear", seconds=86_400)


def _ask_again(kind: str, key: str, due_at: dt.datetime) -> bool:
    open_jobs = _open_jobs({kind}).filter(key=key)
    # Sooner wins; `revision` tells a run in progress that it has to be done once more.
    open_jobs.filter(due_at__gt=due_at).update(due_at=due_at)
    return bool(open_jobs.update(revision=F("revision") + 1))


def _open_jobs(kinds: Collection[str] | None) -> Any:
    jobs = Job.objects.filter(finished_at=None)
    return jobs if kinds is None else jobs.filter(kind__in=kinds)


def _claim(kinds: Collection[str] | None) -> Job | None:
    """Lease the most urgent job that is due, or None. Losing a race means looking again."""
    while True:
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now) | Q(leased_until__gt=now + LONGEST_LEASE)
        job: Job | None = _open_jobs(kinds).filter(free, due_at__lte=now).order_by("-urgent", "due_at", "pk").first()
        if job is None:
            return None
        token = uuid.uuid4()
        claimed = Job.objects.filter(pk=job.pk, lease=job.lease, finished_at=None).update(
            lease=token, leased_until=now + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            job.lease, job.attempts = token, job.attempts + 1
            return job


def _run(job: Job) -> None:
    found = registry.get_handler(job.kind)
    try:
        if found is None:
            raise LookupError(f"nothing here does '{job.kind}'")
        with Renewal(job.pk, job.lease, longest=found.longest_seconds):
            found.run(job.payload)
    except PutOff as later:
        _free(job, later.due_at, attempts=0)
    except Exception as error:  # a failing job must not stop the others: it is logged, kept and tried again
        logger.exception("job %s %s failed at attempt %s", job.kind, job.key, job.attempts)
        _put_back(job, error)
    else:
        _finish(job)


def _finish(job: Job) -> None:
    mine = Job.objects.filter(pk=job.pk, lease=job.lease)
    now = timezone.now()
    rest = registry.get_periodic(job.kind) if job.key == registry.PERIODIC_KEY else None
    if rest is not None:
        mine.update(
            lease=None, leased_until=None, attempts=0, last_error="", due_at=now + dt.timedelta(seconds=rest.seconds)
        )
    elif not mine.filter(revision=job.revision).update(finished_at=now, lease=None, leased_until=None, last_error=""):
        mine.update(lease=None, leased_until=None, attempts=0, due_at=now)


def _put_back(job: Job, error: Exception) -> None:
    longest = min(2.0**job.attempts, LONGEST_BACKOFF.total_seconds())
    due_at = timezone.now() + dt.timedelta(seconds=random.uniform(longest / 2, longest))
    _free(job, due_at, last_error=f"{type(error).__name__}: {error}"[:2000])


def _free(job: Job, due_at: dt.datetime, **columns: Any) -> None:
    Job.objects.filter(pk=job.pk, lease=job.lease).update(lease=None, leased_until=None, due_at=due_at, **columns)


def _arm_periodic() -> None:
    """Make sure that each periodic job has its one open row, and that none waits for a clock that was set back."""
    rows = Job.objects.filter(finished_at=None, key=registry.PERIODIC_KEY)
    armed = dict(rows.values_list("kind", "due_at"))
    now = timezone.now()
    for found in sorted(registry.all_periodic(), key=lambda found: found.kind):
        if found.kind not in armed:
            with transaction.atomic():
                enqueue(kind=found.kind, key=registry.PERIODIC_KEY)
        elif armed[found.kind] > now + dt.timedelta(seconds=found.seconds) + _CLOCK_SLACK:
            rows.filter(kind=found.kind).update(due_at=now)
