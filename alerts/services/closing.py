"""Settling: when a change has rested, its net is put into a bulletin, once; nothing where it came back.

A burst is settled in batches: whoever comes to settle one thread settles all that have rested with it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from alerts.composing import compose
from alerts.domain.items import Kind
from alerts.gathering import gather
from alerts.models import Bulletin, Notice
from jobs.registry import Payload, handler
from jobs.services import PutOff, asked_so_far, enqueue, finish_together
from ledger.domain.actor import WORKER
from ledger.services import Change, record_many
from scoring.models import Trigger

KIND = "alerts.settle"
#: An act waits so long for its scores to be worked out, so that both come in one message.
WAIT_FOR_SCORES = dt.timedelta(minutes=4)
#: Threads settled in one transaction.
MOST_THREADS = 100


@handler(KIND, longest_seconds=60)
def settle(payload: Payload) -> None:
    close_thread(thread=payload["thread"])


def close_thread(*, thread: str) -> None:
    """Make the bulletins of a thread and of others that have rested too. Raises PutOff where this one has not."""
    if not Notice.objects.filter(thread=thread, bulletin=None).exists():
        return
    later = _close(thread)
    if later is not None:
        raise PutOff(later)


@transaction.atomic
def _close(thread: str) -> dt.datetime | None:
    """Close what has rested; returns when to look again at the thread asked for, None where it is closed."""
    now = timezone.now()
    asked = asked_so_far(kind=KIND)
    rested, later = _rested(now)
    chosen = ([thread] if thread in rested else []) + [each for each in rested if each != thread]
    notices = _open_notices(chosen[:MOST_THREADS])
    for waiting in _without_scores(notices, now):
        del notices[waiting]
    if notices:
        _announce(notices)
        finish_together(kind=KIND, asked={key: asked[key] for key in notices if key in asked})
    if thread in notices:
        return None
    return later.get(thread, now + dt.timedelta(seconds=1))


def _rested(now: dt.datetime) -> tuple[list[str], dict[str, dt.datetime]]:
    """The threads that have rested, oldest first, and when the others will have.

    Each further change starts the rest anew, up to ten times its length; a clock set back does not lengthen it.
    """
    rests = dt.timedelta(seconds=settings.ALERT_SETTLE_SECONDS)
    rows = Notice.objects.filter(bulletin=None).values("thread").order_by()
    rested, later = [], {}
    for row in rows.annotate(start=Min("pk"), first=Min("noted_at"), newest=Max("noted_at")).order_by("start"):
        until = min(row["newest"] + rests, row["first"] + 10 * rests)
        if now < until and row["newest"] <= now:
            later[row["thread"]] = until
        else:
            rested.append(row["thread"])
    return rested, later


def _open_notices(threads: Sequence[str]) -> dict[str, list[Notice]]:
    """Locked; what another worker closes meanwhile is left out."""
    found: dict[str, list[Notice]] = defaultdict(list)
    for notice in Notice.objects.select_for_update().filter(thread__in=threads, bulletin=None).order_by("pk"):
        found[notice.thread].append(notice)
    return dict(found)


def _without_scores(notices: Mapping[str, Sequence[Notice]], now: dt.datetime) -> list[str]:
    """Threads with an act whose scores are still being worked out."""
    acts = {
        thread: {each.payload["instrument_id"] for each in rows if each.kind == Kind.INSTRUMENT.value}
        for thread, rows in notices.items()
        if rows[0].noted_at <= now < rows[0].noted_at + WAIT_FOR_SCORES
    }
    every = set().union(*acts.values())
    open_ones = set(
        Trigger.objects.filter(handled_at=None, instrument_id__in=every).values_list("instrument_id", flat=True)
    )
    return [thread for thread, its in acts.items() if its & open_ones]


def _announce(notices: Mapping[str, Sequence[Notice]]) -> None:
    """A bulletin for each thread, its entry in the log, and one fan-out for all."""
    known = gather([each for rows in notices.values() for each in rows])
    now = timezone.now()
    bulletins = [
        Bulletin(
            thread=thread,
            items=[item.to_json() for item in compose(rows, known)],
            happened_at=rows[-1].noted_at,
            settled_at=now,
        )
        for thread, rows in notices.items()
    ]
    Bulletin.objects.bulk_create(bulletins)
    changes = []
    for bulletin, rows in zip(bulletins, notices.values(), strict=True):
        for notice in rows:
            notice.bulletin = bulletin
        after = {
            "thread": bulletin.thread,
            "notices": [notice.key for notice in rows],
            "items": [item["title"] for item in bulletin.items],
        }
        changes.append(Change("announce", "bulletin", bulletin.bulletin_id, None, after))
    Notice.objects.bulk_update([each for rows in notices.values() for each in rows], ["bulletin"], batch_size=200)
    record_many(by=WORKER, changes=changes)
    told = [bulletin.bulletin_id for bulletin in bulletins if bulletin.items]
    if told:
        enqueue(kind="alerts.fan_out", key=told[0], payload={"bulletins": told})
