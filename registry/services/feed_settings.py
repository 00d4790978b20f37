"""Which feeds are watched, and how."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.services import Change, record
from registry.choices import FeedState
from registry.domain import polling
from registry.exceptions import WrongState
from registry.live import feed_state
from registry.models import Feed


@transaction.atomic
def save_feed(*, feed: Feed, by: Actor, reason: str = "") -> Feed:
    """Store a feed's settings; one just enabled is due at once. Raises django's ValidationError."""
    stored = Feed.objects.select_for_update().filter(pk=feed.pk).first()
    before = feed_state(stored) if stored else None
    if feed.is_enabled and (stored is None or not stored.is_enabled):
        feed.next_poll_at = timezone.now()
    feed.site = polling.site_of(feed.url)
    feed.full_clean()
    if stored is None:
        feed.save()
    else:
        feed.save(update_fields=[*_SETTINGS, *(_forget(feed) if stored.url != feed.url else ())])
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


def accept_move(*, feed: Feed, by: Actor) -> Feed:
    """Take over the address that a feed says it moved to. Raises WrongState or django's ValidationError."""
    if not feed.proposed_url:
        raise WrongState("This feed proposes no other address any more.")
    old, feed.url = feed.url, feed.proposed_url
    return save_feed(feed=feed, by=by, reason=f"the feed moved for good from {old}")


def look_now(*, feed: Feed) -> None:
    """Make a watched feed due at once; its site's pause is kept. Raises WrongState."""
    if not Feed.objects.filter(pk=feed.pk, is_enabled=True).update(next_poll_at=timezone.now()):
        raise WrongState("Nobody watches this feed; start to watch it first.")


#: What a person sets. The poller's own columns are never written from a form that was open while it polled.
_SETTINGS = ("feed_id", "title", "url", "site", "publisher", "country", "language", "is_enabled", "is_demo",
             "is_unverified", "note", "shortest_interval_s", "next_poll_at")  # fmt: skip


def _forget(feed: Feed) -> tuple[str, ...]:
    """What the old address answered says nothing of the new one; a look under way is discarded with its lease."""
    feed.etag = feed.last_modified = feed.body_sha256 = feed.proposed_url = feed.last_error = ""
    feed.lease, feed.leased_until, feed.failing_since, feed.failures = None, None, None, 0
    feed.state, feed.next_poll_at = FeedState.OK.value, timezone.now() if feed.is_enabled else None
    return ("etag", "last_modified", "body_sha256", "proposed_url", "last_error", "lease", "leased_until",
            "failing_since", "failures", "state")  # fmt: skip
