"""The newest signed head of the log, once a day, to those who asked for it: a head that they keep tells on a log that
was cut off, put back or forked, whoever holds its key."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from alerts.choices import Topic
from alerts.domain.items import Kind
from alerts.models import Endpoint, Subscription
from alerts.services.outbox import note
from alerts.services.subscriptions import Asked, add
from jobs.registry import Payload, handler, periodic
from ledger.selectors import get_head


@handler("alerts.heads", urgent=False)
def tell_head(payload: Payload) -> None:
    note_head(on=timezone.localdate())


# Looked at hourly, so that a day on which the worker was away at midnight has its head too.
periodic("alerts.heads", seconds=3_600)


@transaction.atomic
def note_head(*, on: dt.date) -> bool:
    """Note the newest signed head as that of a day: noted twice, it is told once. False: nothing was noted."""
    head = get_head()
    if head is None or not head.note or not _is_watched():
        return False
    return note(kind=Kind.HEAD, key=on.isoformat(), thread="heads", payload={"size": head.size})


def ask_for_heads(*, endpoint: Endpoint) -> Subscription:
    """The wish of somebody who has proved who they are; mail to an address never confirmed is confirmed first."""
    return add(endpoint=endpoint, asked=Asked(topic=Topic.HEADS.value))


def _is_watched() -> bool:
    live = Subscription.objects.filter(topic=Topic.HEADS.value, stopped_at=None, confirmed_at__isnull=False)
    return live.exists()
