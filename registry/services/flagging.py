"""Turns entries that report a step of policy into flags; reports of one step join the first one's flag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, replace
from decimal import Decimal

from django.utils import timezone

from ledger.domain.actor import WORKER
from ledger.services import Change, record
from registry.choices import FlagState
from registry.domain.news import Classification, NewsItem, classify
from registry.domain.news.classify import read
from registry.domain.news.repeats import Story
from registry.live import flag_state
from registry.models import Country, FeedEntry, Flag

#: Flags raised within this time may be what an entry repeats.
_LOOK_BACK = dt.timedelta(days=30)


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
        stories.append(Story(replace(read(item), id=flag.flag_id), item.title, item.published))
        known[flag.flag_id] = flag
    return stories, known


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
    record(by=WORKER, change=Change("join" if joined else "raise", "flag", flag.flag_id, None, flag_state(flag)))
    return flag
