"""Polls feeds politely and for ever: claims one, fetches, reads, stores what is new, flags, and sets the next look."""

from __future__ import annotations

import datetime as dt
import random
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from jobs.registry import handler, periodic
from registry import feeds as reading
from registry import http
from registry.choices import FeedState
from registry.domain import polling
from registry.exceptions import BadInput, FeedUnreadable, FetchFailed
from registry.models import Feed, FeedEntry, FetchAttempt
from registry.services.flagging import flag_entries

_LEASE = dt.timedelta(minutes=1)
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
#: One run polls for so long; what is left is due at the next.
_RUN_SECONDS = 240.0
_random = random.Random()  # jitter, no secret


@dataclass
class Polled:
    """What a round of polls came to. ``entries`` counts new and changed ones."""

    polled: int = 0
    failed: int = 0
    entries: int = 0
    flags: int = 0

    def add(self, attempt: FetchAttempt) -> None:
        self.polled += 1
        self.failed += bool(attempt.error_class)
        self.entries += attempt.new + attempt.changed
        self.flags += attempt.flags

    def to_json(self) -> dict[str, int]:
        return {"polled": self.polled, "failed": self.failed, "entries": self.entries, "flags": self.flags}


@handler("registry.poll_feeds", urgent=False, longest_seconds=600)
def run(payload: dict[str, object]) -> None:
    poll_due()


periodic("registry.poll_feeds", seconds=5)


def poll_due(*, seconds: float = _RUN_SECONDS) -> Polled:
    """Poll every feed that is due, longest due first; a site that was asked a moment ago is waited for."""
    polled, started, seen = Polled(), time.monotonic(), set[int]()
    while time.monotonic() - started < seconds:
        due = list(_due().exclude(pk__in=seen))
        if not due:
            break
        claimed = next((feed for feed in due if _claim(feed, must_be_due=True)), None)
        if claimed is None:
            if not any(_is_waiting(feed) for feed in due):
                break
            time.sleep(0.25)
            continue
        seen.add(claimed.pk)
        polled.add(_poll(claimed))
    return polled


def poll_feed(*, feed_id: str) -> Polled:
    """Poll one feed now, due or not. Raises BadInput where there is none or another worker has it in hand."""
    feed = Feed.objects.filter(feed_id=feed_id).first()
    if feed is None:
        raise BadInput(f"There is no feed '{feed_id}'; its id stands in the list of feeds.")
    for _ in range(40):
        if _claim(feed, must_be_due=False):
            polled = Polled()
            polled.add(_poll(feed))
            return polled
        time.sleep(0.25)
    raise BadInput(f"Feed '{feed_id}' is being polled by another worker; try again in a minute.")


# ------------------------------------------------------------------ claiming


def _due() -> QuerySet[Feed]:
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return Feed.objects.filter(free, Q(next_poll_at=None) | Q(next_poll_at__lte=now), is_enabled=True).order_by(
        "next_poll_at", "pk"
    )


@transaction.atomic
def _claim(feed: Feed, *, must_be_due: bool) -> bool:
    """Take the lease by a conditional UPDATE, unless its site is being asked or was a moment ago.

    The site's feeds are locked together, so that two workers cannot both find the site free.
    """
    if not _is_ours(feed.url):
        list(_of_site(feed).select_for_update().order_by("pk").values_list("pk"))
        if _site_busy(feed):
            return False
    now = timezone.now()
    rows = Feed.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), pk=feed.pk)
    if must_be_due:
        rows = rows.filter(Q(next_poll_at=None) | Q(next_poll_at__lte=now), is_enabled=True)
    lease = uuid.uuid4()
    if not rows.update(lease=lease, leased_until=now + _LEASE, last_attempt_at=now):
        return False
    feed.refresh_from_db()
    return True


def _is_ours(url: str) -> bool:
    """Hosts of FETCH_ALLOW are the operator's own: no pause between requests to them."""
    parts = urlsplit(url)
    return http.is_allowed(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def _of_site(feed: Feed) -> QuerySet[Feed]:
    return Feed.objects.filter(url__icontains=polling.site_of(feed.url))


def _site_busy(feed: Feed) -> bool:
    """Whether a request to the feed's site is under way or was made within the pause."""
    now = timezone.now()
    site = polling.site_of(feed.url)
    recent = Q(leased_until__gte=now) | Q(last_attempt_at__gt=now - polling.SITE_PAUSE)
    return any(polling.site_of(url) == site for url in _of_site(feed).filter(recent).values_list("url", flat=True))


def _is_waiting(feed: Feed) -> bool:
    return not _is_ours(feed.url) and _site_busy(feed)


# ------------------------------------------------------------------ one poll


def _poll(feed: Feed) -> FetchAttempt:
    """Fetch and read outside any transaction, then store everything that follows in one."""
    attempt = FetchAttempt(feed=feed, started_at=timezone.now())
    response: http.Response | None = None
    parsed: reading.ParsedFeed | None = None
    started = time.monotonic()
    try:
        response = http.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified, accept=_ACCEPT)
        attempt.status, attempt.bytes = response.status, response.wire_bytes
        _check_status(response)
        parsed = None if response.unchanged else _parse(feed, response)
    except (FetchFailed, FeedUnreadable) as error:
        attempt.error_class, attempt.message = type(error).__name__, str(error)[:500]
    attempt.ms = int((time.monotonic() - started) * 1000)
    with transaction.atomic():
        return _store(feed, attempt, response, parsed)


def _check_status(response: http.Response) -> None:
    if response.status not in (200, 203, 226, 304):
        raise FetchFailed(_STATUS.get(response.status, f"The server answers with status {response.status}."))


_STATUS = {
    401: "The server asks for a password (401).",
    403: "The server refuses to be read (403).",
    404: "Nothing stands at this address (404).",
    410: "The feed is gone for good (410).",
    429: "The server asks us to come less often (429).",
    503: "The server is busy (503).",
}


def _parse(feed: Feed, response: http.Response) -> reading.ParsedFeed:
    return reading.parse(
        response.body,
        content_type=response.headers.get("content-type", ""),
        url=response.final_url,
        now=timezone.now(),
        zone=_ZONES.get(feed.country_id or "", 7.0),
    )


#: Hours ahead of UTC of the countries whose feeds may leave the zone out.
_ZONES = {"BN": 8.0, "MM": 6.5, "MY": 8.0, "PH": 8.0, "SG": 8.0, "TL": 9.0}


def _store(
    feed: Feed, attempt: FetchAttempt, response: http.Response | None, parsed: reading.ParsedFeed | None
) -> FetchAttempt:
    if parsed is not None:
        attempt.entries = len(parsed.entries)
        touched = _store_entries(feed, parsed, attempt)
        attempt.flags = len(flag_entries(touched))
    attempt.save(force_insert=True)
    if attempt.error_class:
        _failed(feed, attempt, response)
    else:
        _answered(feed, attempt, response, parsed)
    feed.lease, feed.leased_until = None, None
    # settings that an officer may be editing meanwhile are left alone
    feed.save(update_fields=_OWN)
    return attempt


_OWN = ["interval_s", "next_poll_at", "leased_until", "lease", "etag", "last_modified", "state", "failures",
        "failing_since", "last_attempt_at", "last_success_at", "last_error", "proposed_url"]  # fmt: skip


def _store_entries(feed: Feed, parsed: reading.ParsedFeed, attempt: FetchAttempt) -> list[FeedEntry]:
    """Store new entries and changed ones; return both."""
    known = {entry.key: entry for entry in feed.entries.filter(key__in=[entry.key for entry in parsed.entries])}
    now, touched = timezone.now(), []
    for found in parsed.entries:
        entry = known.get(found.key)
        if entry is None:
            touched.append(_new_entry(feed, found, now))
            attempt.new += 1
        elif entry.content_sha256 != found.content_sha256:
            _change_entry(entry, found, now)
            touched.append(entry)
            attempt.changed += 1
    return touched


def _new_entry(feed: Feed, found: reading.ParsedEntry, now: dt.datetime) -> FeedEntry:
    return FeedEntry.objects.create(
        feed=feed,
        key=found.key,
        url=found.url,
        title=found.title,
        summary=found.summary,
        language=found.language,
        publisher=found.publisher,
        published_at=found.published,
        published_raw=found.published_raw,
        is_date_unsure=found.unsure,
        content_sha256=found.content_sha256,
        first_seen_at=now,
        changed_at=now,
    )


def _change_entry(entry: FeedEntry, found: reading.ParsedEntry, now: dt.datetime) -> None:
    if entry.flags.exists():
        return  # the flag's ledger entry names what was read; the text it was raised on stays
    entry.title, entry.summary, entry.url = found.title, found.summary, found.url
    entry.content_sha256, entry.changed_at, entry.revision = found.content_sha256, now, entry.revision + 1
    entry.save()


# ------------------------------------------------------------------ the next look


def _answered(
    feed: Feed, attempt: FetchAttempt, response: http.Response | None, parsed: reading.ParsedFeed | None
) -> None:
    now, shortest = timezone.now(), dt.timedelta(seconds=feed.shortest_interval_s)
    interval = polling.next_interval(
        dt.timedelta(seconds=feed.interval_s), news=bool(attempt.new + attempt.changed), shortest=shortest
    )
    asked = polling.asked_for(response.headers, now, parsed.ttl_minutes if parsed else None) if response else interval
    wait = interval if shortest < polling.SHORTEST else max(interval, asked)
    feed.interval_s = int(interval.total_seconds())
    feed.next_poll_at = now + polling.with_jitter(wait, _random)
    feed.state, feed.failures, feed.failing_since, feed.last_error = FeedState.OK.value, 0, None, ""
    feed.last_success_at = now
    if response is not None:
        # a 304 may bring new validators, or none: then the old ones stay
        feed.etag = response.etag or (feed.etag if response.unchanged else "")
        feed.last_modified = response.last_modified or (feed.last_modified if response.unchanged else "")
        _propose_move(feed, response)


def _propose_move(feed: Feed, response: http.Response) -> None:
    """A permanent redirect is proposed to an officer, never followed in silence."""
    if response.hops and all(status in (301, 308) for status, _ in response.hops):
        feed.proposed_url = response.final_url[:1000]


def _failed(feed: Feed, attempt: FetchAttempt, response: http.Response | None) -> None:
    now = timezone.now()
    feed.failures += 1
    feed.failing_since = feed.failing_since or now
    feed.last_error = attempt.message
    long = now - feed.failing_since >= polling.NEEDS_PERSON_AFTER or attempt.status == 410
    feed.state = (FeedState.NEEDS_PERSON if long else FeedState.DEGRADED).value
    shortest = max(dt.timedelta(seconds=feed.shortest_interval_s), dt.timedelta(seconds=10))
    wait = polling.back_off(feed.failures, shortest, _random)
    asked = polling.asked_for(response.headers, now) if response else dt.timedelta(0)
    feed.next_poll_at = now + max(wait, asked)
