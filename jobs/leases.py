"""Keeping a lease while its job runs, so that the job of a killed worker is free again within half a minute."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.utils import timezone

from jobs.models import Job

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=30)
_RENEW_EVERY = LEASE.total_seconds() / 3


class Renewal:
    """Renews a job's lease from a thread of its own until the job ends, or has taken ``longest`` seconds.

    A job that hangs is left to others after that; a renewal that comes too late does no harm, since jobs are
    safe to run twice.
    """

    def __init__(self, pk: int, lease: uuid.UUID | None, *, longest: int) -> None:
        self.pk, self.lease = pk, lease
        self.until = time.monotonic() + longest
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._renew, name=f"lease-{pk}", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.ended.set()

    def _renew(self) -> None:
        try:
            while not self.ended.wait(_RENEW_EVERY) and time.monotonic() < self.until:
                self.renew()
        finally:
            connection.close()

    def renew(self) -> None:
        try:
            Job.objects.filter(pk=self.pk, lease=self.lease).update(leased_until=timezone.now() + LEASE)
        except DatabaseError as error:  # the job itself may hold SQLite's lock: the next renewal comes soon
            logger.warning("the lease of job %s could not be renewed: %s", self.pk, error)
