"""What instruments and facts rest on: recorded by hand, or from the news entry that raised a flag."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.services import Change, record
from registry.models import FeedEntry, Source
from registry.prefilling import published_on
from registry.states import source_details


@transaction.atomic
def save_source(*, source: Source, by: Actor, reason: str = "") -> Source:
    """Store a source. Raises django's ValidationError where a value cannot stand."""
    before = _stored(source)
    source.key = source.key or _new_key(source)
    source.full_clean()
    source.save()
    change = Change("add" if before is None else "change", "source", source.key, before, source_details(source))
    record(by=by, change=change, reason=reason)
    return source


@transaction.atomic
def cite_entry(*, entry: FeedEntry, by: Actor) -> Source:
    """The source that a news entry is, as it read when it was flagged; made once, found again."""
    key = f"news-{entry.feed.feed_id}-{entry.content_sha256[:16]}"
    known = Source.objects.filter(key=key).first()
    return known or save_source(source=_source_of(entry, key), by=by, reason="cited from the news")


def _source_of(entry: FeedEntry, key: str) -> Source:
    return Source(
        key=key,
        kind="news",
        title=entry.title[:500],
        publisher=entry.publisher or entry.feed.publisher or entry.feed.title,
        url=entry.url if len(entry.url) <= 1000 else "",
        date=published_on(entry),
        sha256=entry.content_sha256,
        retrieved_at=entry.changed_at,
        is_demo=entry.feed.is_demo,
    )


def _stored(source: Source) -> JSON:
    return source_details(Source.objects.get(pk=source.pk)) if source.pk else None


def _new_key(source: Source) -> str:
    stem = slugify(f"{source.publisher} {source.date} {source.title}")[:100].strip("-") or "source"
    taken = set(Source.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{number}" for number in range(2, 1000))) if key not in taken)
