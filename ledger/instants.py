"""The instant of a sealing, taken so that an answer given for a past instant stays.

A head counts for every `as_of` from its instant on, but is seen only once it is committed: asked between the two, an
answer would miss it and be another later. So the sequencer takes its instant under a lock which it holds until after
the commit, and who asks about an instant that no head has passed yet waits for that lock once. A sealing that begins
afterwards carries a later instant. The clock is the database's; on SQLite, one machine, that of the machine.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

LOCK_FILE = "sealing.lock"
#: Any number that nothing else locks.
_INSTANT_LOCK = 69_620
#: A clock of this machine may run ahead of the database's by this much, seconds.
_AHEAD = 1.0


@contextmanager
def instants() -> Iterator[Callable[[], dt.datetime]]:
    """Stands around the sequencer's transaction. What it gives takes lock and instant; call it last of all."""
    with ExitStack() as held:

        def take() -> dt.datetime:
            if connection.vendor == "postgresql":
                _execute("SELECT pg_advisory_xact_lock(%s)")
            else:
                held.enter_context(_file_lock(fcntl.LOCK_EX))
            return clock()

        yield take


def settle(at: dt.datetime) -> None:
    """Return once no sealing can carry an instant at or before ``at`` any more, unless it is committed already."""
    behind = (at - clock()).total_seconds()
    if behind >= 0:
        time.sleep(min(behind + 1e-6, _AHEAD))
    if connection.vendor == "postgresql":
        _execute("SELECT pg_advisory_xact_lock_shared(%s)")
    else:
        with _file_lock(fcntl.LOCK_SH):
            pass


def clock() -> dt.datetime:
    """The one clock that instants are taken from."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: dt.datetime = cursor.fetchone()[0]
    return now


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_INSTANT_LOCK])


@contextmanager
def _file_lock(how: int) -> Iterator[None]:
    path: Path = settings.DATA_DIR / LOCK_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, how)
        yield
