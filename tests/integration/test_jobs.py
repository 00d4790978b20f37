"""Work is done at least once, by one worker at a time, whatever happens between."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from jobs import registry
from jobs.leases import LEASE, Renewal
from jobs.models import Job
from jobs.services import drain, enqueue, run_due

pytestmark = pytest.mark.django_db

RUNS: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_HANDLERS", {})
    monkeypatch.setattr(registry, "_PERIODIC", {})
    RUNS.clear()
    registry.handler("test.note", derives=True)(RUNS.append)


def _ask(key: str = "", **payload: Any) -> None:
    with transaction.atomic():
        enqueue(kind="test.note", key=key, payload=payload)


def test_what_is_asked_for_is_done_once() -> None:
    _ask(n=1)
    assert drain() == 1
    assert drain() == 0
    assert RUNS == [{"n": 1}]


def test_asking_twice_before_it_is_done_is_one_run() -> None:
    _ask("same")
    _ask("same")
    drain()
    assert len(RUNS) == 1


def test_asking_while_it_runs_means_once_more() -> None:
    def run(payload: dict[str, Any]) -> None:
        RUNS.append(payload)
        if len(RUNS) == 1:
            _ask("same")

    registry.handler("test.note", derives=True)(run)
    _ask("same")
    drain()
    assert len(RUNS) == 2


def test_a_failed_job_is_kept_and_tried_again_later() -> None:
    def fail(payload: dict[str, Any]) -> None:
        raise RuntimeError("no luck")

    registry.handler("test.note", derives=True)(fail)
    _ask("x")
    drain()
    job = Job.objects.get(key="x")
    assert job.finished_at is None
    assert job.last_error == "RuntimeError: no luck"
    assert job.due_at > timezone.now()


def test_a_job_whose_worker_died_is_claimed_again_when_its_lease_ends() -> None:
    _ask("x")
    Job.objects.update(leased_until=timezone.now() + dt.timedelta(minutes=5), attempts=2)
    assert run_due() == 0
    Job.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    assert run_due() == 1


def test_a_lease_is_renewed_while_its_holder_works_and_only_by_it() -> None:
    _ask("x")
    mine, other = uuid.uuid4(), uuid.uuid4()
    soon = timezone.now() + dt.timedelta(seconds=1)
    Job.objects.update(lease=mine, leased_until=soon)
    job = Job.objects.get()
    Renewal(job.pk, other, longest=60).renew()
    assert Job.objects.get().leased_until == soon
    Renewal(job.pk, mine, longest=60).renew()
    assert Job.objects.get().leased_until > soon + LEASE / 2  # type: ignore[operator]


def test_work_of_a_transaction_that_fails_is_not_asked_for() -> None:
    def fail() -> None:
        with transaction.atomic():
            enqueue(kind="test.note", key="x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Job.objects.exists()


def test_a_periodic_job_is_armed_once_and_put_off_after_each_run() -> None:
    registry.periodic("test.note", seconds=60)
    assert run_due() == 1
    assert run_due() == 0
    job = Job.objects.get(kind="test.note")
    assert job.due_at > timezone.now() + dt.timedelta(seconds=50)


def test_a_finished_job_leaves_room_for_the_next_of_its_key() -> None:
    for _ in range(2):
        _ask("same")
        drain()
    assert len(RUNS) == 2
