"""Telling a worker that there is work. Only a wake-up: what is lost here is found by the next sweep."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger(__name__)

_wake: Callable[[], None] | None = None


def wake_with(send: Callable[[], None]) -> None:
    """Set how a worker is woken; `jobs.tasks` sets its Celery task."""
    global _wake
    _wake = send


def wake_on_commit() -> None:
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    if _wake is None:
        return
    try:
        _wake()
    except Exception as error:  # the broker is away: the work is a row, and the sweep finds it
        logger.warning("no worker could be woken (%s); the next sweep will find the work", error)
