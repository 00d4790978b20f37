"""Turns entries that report a step of policy into flags; reports of one step join the first one's flag."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from functools import lru_cache

from django.db import connection, transaction
from django.utils import timezone

from ledger.domain.actor import WORKER
from ledger.services import Change, record
from registry.choices import FlagState
from registry.domain.news import Classification, NewsItem, classify
from registry.domain.news.classify import read
from registry.domain.news.repeats import Story
from registry.live import flag_state
from registry.models import Country, FeedEntry, FetchAttempt, Flag
from registry.services.archiving import ask_to_keep

_log = logging.getLogger(__name__)
#: Flags raised within this time may be what an entry repeats.
_LOOK_BACK = dt.timedelta(days=30)


#: So many entries are read in one transaction: on SQLite nobody else writes meanwhile.
_BATCH = 20
#: Number of the lock that flaggers take in turn on PostgreSQL: two could raise a flag each for one step.
_FLAGGING = 0x5EA0E


def flag_unread() -> int:
    """Read every entry that waits to be read; give the number of flags raised or joined."""
    raised = 0
    while True:
        waiting = list(FeedEntry.objects.filter(read_at=None).order_by("pk").values_list("pk", flat=True)[:_BATCH])
        if not waiting:
            return raised
        raised += _flag(waiting)


def _flag(waiting: list[int]) -> int:
    """Read entries together; where that fails, one by one: an entry that cannot be read costs no other its flag."""
    try:
        return _read_and_flag(waiting)
    except Exception:  # whatever one text makes the rules stumble over; alone, it is logged
        if len(waiting) > 1:
            return sum(_flag([pk]) for pk in waiting)
        _log.exception("The entry %s could not be read by the rules", waiting[0])
        FeedEntry.objects.filter(pk__in=waiting).update(read_at=timezone.now())
        return 0


@transaction.atomic
def _read_and_flag(waiting: list[int]) -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FLAGGING])
    entries = list(FeedEntry.objects.filter(pk__in=waiting, read_at=None).select_related("feed").order_by("pk"))
    raised = _count(flag_entries(entries))
    FeedEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(read_at=timezone.now())
    return raised


def _count(flags: Sequence[Flag]) -> int:
    """Note with the newest look at each feed what its entries led to."""
    feeds = Counter(flag.entry.feed_id for flag in flags)
    for feed_id, count in feeds.items():
        newest = FetchAttempt.objects.filter(feed_id=feed_id).order_by("-started_at", "-pk").first()
        if newest is not None:
            newest.flags += count
            newest.save(update_fields=["flags"])
    return len(flags)


def flag_entries(entries: Sequence[FeedEntry]) -> list[Flag]:
    """Classify entries and raise or join flags; inside a transaction. Entries with a flag keep the one they have."""
    fresh = [entry for entry in entries if not entry.flags.exists()]
    if not fresh:
        return []
    by_id = {str(entry.pk): entry for entry in fresh}
    stories, known = _stories()
    raised = []
    results = classify([news_item(entry) for entry in fresh], stories)
    # a flag before those that join it
    for result in sorted(results, key=lambda result: result.duplicate_of is not None):
        if result.flag or result.duplicate_of:
            joined = known.get(result.duplicate_of) if result.duplicate_of else None
            known[result.id] = flag = _raise(by_id[result.id], result, joined)
            raised.append(flag)
    return raised


def news_item(entry: FeedEntry) -> NewsItem:
    return NewsItem(
        id=str(entry.pk),
        title=entry.title,
        summary=entry.summary,
        lang=entry.language or entry.feed.language,
        source=entry.publisher or entry.feed.publisher or entry.feed.title,
        published=entry.published_at or entry.first_seen_at,
    )


def _stories() -> tuple[list[Story], dict[str, Flag]]:
    """Flags that stand for a step, oldest first, read anew from their entries; and the flags by story id."""
    flags = (
        Flag.objects.filter(raised_at__gte=timezone.now() - _LOOK_BACK, joined_to=None)
        .exclude(state=FlagState.DISMISSED.value)
        .select_related("entry__feed")
        .order_by("raised_at", "pk")
    )
    stories, known = [], {}
    for flag in flags:
        item = news_item(flag.entry)
        stories.append(Story(replace(_reading(item), id=flag.flag_id), item.title, item.published))
        known[flag.flag_id] = flag
    return stories, known


@lru_cache(maxsize=4096)
def _reading(item: NewsItem) -> Classification:
    """A flagged entry's text stays as it was flagged, so it is read once a process."""
    return read(item)


def _raise(entry: FeedEntry, result: Classification, joined: Flag | None) -> Flag:
    first = result.countries[0] if result.countries else None
    flag = Flag.objects.create(
        entry=entry,
        state=(FlagState.JOINED if joined else FlagState.OPEN).value,
        score=Decimal(f"{result.score:.4f}"),
        country=Country.objects.filter(code=first).first(),
        countries=list(result.countries),
        minerals=list(result.minerals),
        hs=list(result.hs),
        measure=result.measure or "",
        change_kind=result.change_kind or "",
        effective=result.effective or "",
        counterpart=list(result.counterpart) if result.counterpart else None,
        # the log holds no floats
        reasons=[{**asdict(reason), "weight": f"{reason.weight:.4f}"} for reason in result.reasons],
        joined_to=joined,
        raised_at=timezone.now(),
    )
    ask_to_keep(entry=entry)
    record(by=WORKER, change=Change("join" if joined else "raise", "flag", flag.flag_id, None, flag_state(flag)))
    return flag
