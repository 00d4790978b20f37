"""Which feeds are watched, and how."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.services import Change, record
from registry.live import feed_state
from registry.models import Feed


@transaction.atomic
def save_feed(*, feed: Feed, by: Actor, reason: str = "") -> Feed:
    """Store a feed's settings; one just enabled is due at once. Raises django's ValidationError."""
    before = _stored(feed)
    if feed.is_enabled and feed.next_poll_at is None:
        feed.next_poll_at = timezone.now()
    feed.full_clean()
    feed.save()
    change = Change("add" if before is None else "change", "feed", feed.feed_id, before, feed_state(feed))
    record(by=by, change=change, reason=reason)
    return feed


@transaction.atomic
def set_enabled(*, feed: Feed, enabled: bool, by: Actor, reason: str = "") -> None:
    """Start or stop watching a feed; nothing happens where it stands so already."""
    feed = Feed.objects.select_for_update().get(pk=feed.pk)
    if feed.is_enabled == enabled:
        return
    before = feed_state(feed)
    feed.is_enabled, feed.next_poll_at = enabled, timezone.now() if enabled else None
    feed.save(update_fields=["is_enabled", "next_poll_at"])
    action = "enable" if enabled else "disable"
    record(by=by, change=Change(action, "feed", feed.feed_id, before, feed_state(feed)), reason=reason)


def _stored(feed: Feed) -> JSON:
    return feed_state(Feed.objects.get(pk=feed.pk)) if feed.pk else None
