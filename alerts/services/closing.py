"""Settling: when a change has rested, its net is put into a bulletin, once; nothing where it came back."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.composing import compose
from alerts.domain.items import Kind
from alerts.models import Bulletin, Notice
from jobs.registry import Payload, handler
from jobs.services import PutOff, enqueue
from ledger.domain.actor import WORKER
from ledger.services import Change, record
from scoring.models import Trigger

#: An act waits so long for its scores to be worked out, so that both come in one message.
WAIT_FOR_SCORES = dt.timedelta(minutes=4)


@handler("alerts.settle", longest_seconds=60)
def settle(payload: Payload) -> None:
    close_thread(thread=payload["thread"])


@transaction.atomic
def close_thread(*, thread: str) -> Bulletin | None:
    """Make the bulletin of a thread's open notices. Raises PutOff where they have not rested or scores are missing."""
    notices = list(Notice.objects.select_for_update().filter(thread=thread, bulletin=None).order_by("pk"))
    if not notices:
        return None
    _check_rested(notices)
    items = compose(notices)
    bulletin = Bulletin.objects.create(
        thread=thread,
        items=[item.to_json() for item in items],
        happened_at=notices[-1].noted_at,
        settled_at=timezone.now(),
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(bulletin=bulletin)
    if items:
        enqueue(kind="alerts.fan_out", key=bulletin.bulletin_id, payload={"bulletin": bulletin.bulletin_id})
    after = {"thread": thread, "notices": [notice.key for notice in notices], "items": [item.title for item in items]}
    record(by=WORKER, change=Change("announce", "bulletin", bulletin.bulletin_id, None, after))
    return bulletin


def _check_rested(notices: list[Notice]) -> None:
    now = timezone.now()
    rests = dt.timedelta(seconds=settings.ALERT_SETTLE_SECONDS)
    newest, first = notices[-1].noted_at, notices[0].noted_at
    # each further change starts the rest anew, up to ten times its length; a clock set back does not lengthen it
    if now < newest + rests and now < first + 10 * rests and newest <= now:
        raise PutOff(min(newest + rests, first + 10 * rests))
    acts = {notice.payload["instrument_id"] for notice in notices if notice.kind == Kind.INSTRUMENT.value}
    waiting = Trigger.objects.filter(handled_at=None, instrument_id__in=acts).exists()
    if waiting and first <= now < first + WAIT_FOR_SCORES:
        raise PutOff(now + dt.timedelta(seconds=1))
