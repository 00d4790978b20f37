"""What a look at a feed leaves: its entries, its row among the attempts, and when to look again."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from registry.choices import FeedState
from registry.domain import polling
from registry.feeds import ParsedEntry, ParsedFeed
from registry.http import Response
from registry.models import Feed, FeedEntry, FetchAttempt
from registry.services.feed_claims import is_ours
from registry.signals import feed_needs_person

_random = random.Random()  # jitter, no secret
_MOST_VALIDATOR = 1_000
_ASKED_TO_WAIT = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Look:
    """What came of one request: ``response`` None where none came, ``parsed`` None where nothing was to be read."""

    feed: Feed
    attempt: FetchAttempt
    response: Response | None = None
    parsed: ParsedFeed | None = None
    body_sha256: str = ""


#: What a look may write; settings that an officer may be editing meanwhile are left alone. ``memory`` comes with what
#: was read anew: it is large, and most looks find nothing.
_OWN = ["interval_s", "next_poll_at", "leased_until", "lease", "etag", "last_modified", "body_sha256",
        "state", "failures", "failing_since", "last_attempt_at", "last_success_at", "last_error",
        "proposed_url"]  # fmt: skip


@transaction.atomic
def store(*, looks: Sequence[Look]) -> list[FetchAttempt]:
    """Store looks, each under the lease it was made with; a feed taken over or readdressed meanwhile is left alone.

    The looks stay as they are, so that they can be stored again where it fails. Gives the attempts stored.
    """
    held = dict(Feed.objects.filter(pk__in=[look.feed.pk for look in looks]).values_list("pk", "lease"))
    ours = [
        replace(look, feed=copy(look.feed), attempt=copy(look.attempt))
        for look in looks
        if held.get(look.feed.pk) == look.feed.lease
    ]
    called = {look.feed.pk for look in ours if look.feed.state == FeedState.NEEDS_PERSON}
    known, fresh = _known(ours), []
    for look in ours:
        if look.parsed is not None:
            fresh += _sort_entries(look.feed, look.parsed, look.attempt, known)
        _set_next(look)
    _insert(fresh)
    _update([look.feed for look in ours if look.parsed is None], _OWN)
    _update([look.feed for look in ours if look.parsed is not None], [*_OWN, "memory"])
    for look in ours:
        if look.feed.state == FeedState.NEEDS_PERSON and look.feed.pk not in called:
            feed_needs_person.send(sender=Feed, feed=look.feed)
    return FetchAttempt.objects.bulk_create([look.attempt for look in ours])


def _update(feeds: Sequence[Feed], columns: Sequence[str]) -> None:
    """Write the looks' columns, one prepared statement for all feeds: a tenth of the cost of ``bulk_update``."""
    fields: list[Any] = [Feed._meta.get_field(name) for name in columns]
    places = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    rows = [[*(_prepared(field, feed) for field in fields), feed.pk] for feed in feeds]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {Feed._meta.db_table} SET {places} WHERE id = %s", rows)


def _prepared(field: Any, row: Feed | FeedEntry) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _known(looks: Sequence[Look]) -> dict[tuple[int, str], FeedEntry]:
    """What is stored already of the entries that the looks bring, by feed and key."""
    keys = [entry.key for look in looks if look.parsed for entry in look.parsed.entries]
    if not keys:
        return {}
    rows = FeedEntry.objects.filter(feed__in=[look.feed.pk for look in looks], key__in=keys)
    return {(row.feed_id, row.key): row for row in rows}


def _sort_entries(
    feed: Feed, parsed: ParsedFeed, attempt: FetchAttempt, known: dict[tuple[int, str], FeedEntry]
) -> list[FeedEntry]:
    """Store what changed; give what is new, to be stored."""
    now, fresh = timezone.now(), []
    for found in parsed.entries:
        entry = known.get((feed.pk, found.key))
        if entry is None:
            fresh.append(_new_entry(feed, found, now))
        elif entry.content_sha256 != found.content_sha256:
            _change_entry(entry, found, now)
            attempt.changed += 1
    attempt.entries, attempt.new = parsed.count, len(fresh)
    return fresh


def _insert(entries: Sequence[FeedEntry]) -> None:
    """Add entries by one prepared statement."""
    fields: list[Any] = [field for field in FeedEntry._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    rows = [[_prepared(field, entry) for field in fields] for entry in entries]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {FeedEntry._meta.db_table} ({columns}) VALUES ({places})", rows)


def _new_entry(feed: Feed, found: ParsedEntry, now: dt.datetime) -> FeedEntry:
    return FeedEntry(
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


def _change_entry(entry: FeedEntry, found: ParsedEntry, now: dt.datetime) -> None:
    if entry.flags.exists():
        return  # the flag's ledger entry names what was read; the text it was raised on stays
    entry.title, entry.summary, entry.url = found.title, found.summary, found.url
    entry.content_sha256, entry.changed_at, entry.revision = found.content_sha256, now, entry.revision + 1
    entry.read_at = None
    entry.save()


# ------------------------------------------------------------------ the next look


def _set_next(look: Look) -> None:
    feed = look.feed
    if look.attempt.error_class:
        _failed(feed, look.attempt, look.response)
    else:
        _answered(look)
    feed.lease, feed.leased_until, feed.last_attempt_at = None, None, timezone.now()


def _answered(look: Look) -> None:
    feed, attempt, response, parsed = look.feed, look.attempt, look.response, look.parsed
    now, shortest = timezone.now(), dt.timedelta(seconds=feed.shortest_interval_s)
    interval = polling.next_interval(
        dt.timedelta(seconds=feed.interval_s), news=bool(attempt.new + attempt.changed), shortest=shortest
    )
    if parsed is not None:
        feed.memory = asdict(parsed.memory)
    ttl = feed.memory.get("ttl_minutes")
    asked = polling.asked_for(response.headers, now, ttl) if response else interval
    wait = interval if shortest < polling.SHORTEST else max(interval, asked)
    feed.interval_s = int(interval.total_seconds())
    feed.next_poll_at = now + polling.with_jitter(wait, _random)
    feed.state, feed.failures, feed.failing_since, feed.last_error = FeedState.OK.value, 0, None, ""
    feed.last_success_at, feed.body_sha256 = now, look.body_sha256 or feed.body_sha256
    if response is not None:
        # a 304 may bring new validators, or none: then the old ones stay
        feed.etag = _validator(response.etag) or (feed.etag if response.unchanged else "")
        feed.last_modified = _validator(response.last_modified) or (feed.last_modified if response.unchanged else "")
        _propose_move(feed, response)


def _validator(value: str) -> str:
    """Kept byte for byte, or not at all."""
    return value if len(value) <= _MOST_VALIDATOR and value.isprintable() else ""


def _propose_move(feed: Feed, response: Response) -> None:
    """A permanent redirect is proposed to an officer, never followed in silence, and no longer when it is gone."""
    moved = response.hops and all(status in (301, 308) for status, _ in response.hops)
    feed.proposed_url = response.final_url[:1000] if moved else ""


def _failed(feed: Feed, attempt: FetchAttempt, response: Response | None) -> None:
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
    if attempt.status in _ASKED_TO_WAIT and asked and not is_ours(feed.url):
        _spare_site(feed, now + asked)


def _spare_site(feed: Feed, until: dt.datetime) -> None:
    """A site that asks us to wait is asked through none of its feeds before."""
    sooner = Q(next_poll_at=None) | Q(next_poll_at__lt=until)
    Feed.objects.filter(sooner, site=feed.site).exclude(pk=feed.pk).update(next_poll_at=until)
