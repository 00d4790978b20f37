"""The one Celery task: look for work that is due."""

from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections

from jobs import waking
from jobs.services import run_due


@shared_task(name="jobs.tasks.run_due_jobs", ignore_result=True, expires=60)  # type: ignore[untyped-decorator]
def run_due_jobs() -> None:
    close_old_connections()
    run_due()


def _wake() -> None:
    # No retries: a web request must not wait for a broker that is away.
    run_due_jobs.apply_async(retry=False, expires=60)


waking.wake_with(_wake)
