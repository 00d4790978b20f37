"""Polls feeds politely and for ever: claims, fetches and reads many at a time, stores, flags, and looks again later."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import connections
from django.utils import timezone

from jobs.registry import handler, periodic
from registry import feeds as reading
from registry import http
from registry.exceptions import BadInput, FeedUnreadable, FetchFailed
from registry.models import Feed, FetchAttempt
from registry.services import feed_claims
from registry.services.feed_looks import Look, store
from registry.services.flagging import flag_unread
from registry.services.site_turns import hops

_log = logging.getLogger(__name__)
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
#: One run polls for so long; what is left is due at the next.
_RUN_SECONDS = 240.0
#: So many servers are waited for at once, and as many feeds again are claimed ahead, to be begun without a pause.
_THREADS, _AT_ONCE = 32, 64
_PAUSE_SECONDS = 0.25
#: After the first answer of a batch the others are waited for so long, to be stored with it.
_GATHER_SECONDS = 0.05


@dataclass
class Polled:
    """What a round of polls came to. ``entries`` counts new and changed ones."""

    polled: int = 0
    failed: int = 0
    entries: int = 0
    flags: int = 0

    def add(self, attempts: Iterable[FetchAttempt]) -> None:
        for attempt in attempts:
            self.polled += 1
            self.failed += bool(attempt.error_class)
            self.entries += attempt.new + attempt.changed

    def to_json(self) -> dict[str, int]:
        return {"polled": self.polled, "failed": self.failed, "entries": self.entries, "flags": self.flags}


@handler("registry.poll_feeds", urgent=False, longest_seconds=600)
def run(payload: dict[str, object]) -> None:
    poll_due()


periodic("registry.poll_feeds", seconds=5)


def poll_due(*, seconds: float = _RUN_SECONDS) -> Polled:
    """Poll every feed that is due, longest due first; a site that was asked a moment ago is waited for.

    Servers are waited for in threads; the database is spoken to by this thread, and by the others only for a turn at a
    site that a redirect leads to.
    """
    polled, until, began = Polled(), time.monotonic() + seconds, timezone.now()
    in_hand, done = set[Future[Look]](), set[Future[Look]]()
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="feed") as threads:
        while True:
            if time.monotonic() < until and len(in_hand) < _AT_ONCE:
                claimed = feed_claims.claim_due(most=_AT_ONCE - len(in_hand), before=began)
                in_hand |= {threads.submit(_look_in_thread, feed) for feed in claimed}
            # stored while the threads are at the next ones
            polled.add(_stored([future.result() for future in done]))
            done = set()
            if in_hand:
                wait(in_hand, timeout=_PAUSE_SECONDS, return_when=FIRST_COMPLETED)
                done, in_hand = wait(in_hand, timeout=_GATHER_SECONDS)
            elif time.monotonic() < until and feed_claims.is_waiting(before=began):
                time.sleep(_PAUSE_SECONDS)
            else:
                break
    polled.flags = flag_unread()
    return polled


def poll_feed(*, feed_id: str) -> Polled:
    """Poll one feed now, due or not. Raises BadInput where there is none or another worker has it in hand."""
    feed = Feed.objects.filter(feed_id=feed_id).first()
    if feed is None:
        raise BadInput(f"There is no feed '{feed_id}'; its id stands in the list of feeds.")
    for _ in range(40):
        claimed = feed_claims.claim_one(feed=feed)
        if claimed is not None:
            polled = Polled()
            polled.add(_stored([look_at(claimed)]))
            polled.flags = flag_unread()
            return polled
        time.sleep(_PAUSE_SECONDS)
    raise BadInput(f"Feed '{feed_id}' is being polled by another worker; try again in a minute.")


def _stored(looks: list[Look]) -> list[FetchAttempt]:
    """Store looks together; where that fails, one by one, so that one feed's content costs no other its look."""
    if not looks:
        return []
    try:
        return store(looks=looks)
    except Exception:  # whatever one feed brings; alone, it is logged
        if len(looks) == 1:
            _log.exception("The look at feed %s could not be stored", looks[0].feed.feed_id)
            return []
        return [attempt for look in looks for attempt in _stored([look])]


# ------------------------------------------------------------------ one look


def _look_in_thread(feed: Feed) -> Look:
    """A look that was led to another site has spoken to the database: its thread keeps no connection."""
    try:
        return look_at(feed)
    finally:
        connections.close_all()


def look_at(feed: Feed) -> Look:
    """Fetch and read a feed; nothing is stored, and no error leaves but as part of the attempt."""
    attempt = FetchAttempt(feed=feed, started_at=timezone.now())
    started = time.monotonic()
    look = Look(feed, attempt)
    try:
        look = _look(feed, attempt)
    except FetchFailed as error:
        look = _refused(feed, attempt, None, error)
    except Exception as error:  # an error of ours costs this look, not the others
        _log.exception("The look at feed %s broke off", feed.feed_id)
        attempt.error_class, attempt.message = "Unforeseen", f"Reading it broke off: {type(error).__name__}."
    attempt.ms = int((time.monotonic() - started) * 1000)
    return look


def _look(feed: Feed, attempt: FetchAttempt) -> Look:
    with hops() as before_hop:
        response = http.fetch(
            feed.url, etag=feed.etag, last_modified=feed.last_modified, accept=_ACCEPT, before_hop=before_hop
        )
    attempt.status, attempt.bytes = response.status, response.wire_bytes
    if response.status not in (200, 203, 226, 304):
        told = _STATUS.get(response.status, f"The server answers with status {response.status}.")
        return _refused(feed, attempt, response, FetchFailed(told))
    if response.unchanged:
        return Look(feed, attempt, response)
    digest = hashlib.sha256(response.body).hexdigest()
    if digest == feed.body_sha256:
        return Look(feed, attempt, response)
    try:
        return Look(feed, attempt, response, _parse(feed, response), digest)
    except FeedUnreadable as error:
        return _refused(feed, attempt, response, error)


def _refused(feed: Feed, attempt: FetchAttempt, response: http.Response | None, error: Exception) -> Look:
    attempt.error_class, attempt.message = type(error).__name__, _plain(str(error))
    return Look(feed, attempt, response)


def _plain(message: str) -> str:
    return message.replace("\x00", "").encode("utf-8", "replace").decode()[:500]


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
        memory=reading.Memory(feed.memory.get("keys", {}), feed.memory.get("ttl_minutes")),
    )


#: Hours ahead of UTC of the countries whose feeds may leave the zone out.
_ZONES = {"BN": 8.0, "MM": 6.5, "MY": 8.0, "PH": 8.0, "SG": 8.0, "TL": 9.0}
