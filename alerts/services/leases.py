"""Whether a worker that has something in hand is still there, told without trusting any clock on the wall.

A worker ends a batch within `BATCH_SECONDS` by its own steady clock. Who meets a lease that another holds waits
`dead_after()` by its own steady clock from when it first saw it: if it is still there then, its holder is not.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from uuid import UUID

from django.conf import settings

#: After so long a worker begins no further hand-over of a batch.
BATCH_SECONDS = 5.0

_seen: dict[UUID, float] = {}


def dead_after() -> float:
    """Seconds: the batch, one last hand-over in all its steps, and some air."""
    return BATCH_SECONDS + 4.0 * float(settings.ALERT_TIMEOUT_SECONDS) + 1.0


def dead(leases: Collection[UUID]) -> list[UUID]:
    """Those of the leases now out that this process has seen for longer than any holder could live."""
    now = time.monotonic()
    for gone in _seen.keys() - set(leases):
        del _seen[gone]
    for lease in leases:
        _seen.setdefault(lease, now)
    return [lease for lease in leases if now - _seen[lease] > dead_after()]
