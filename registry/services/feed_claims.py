"""Which worker polls which feed: a lease taken by a conditional UPDATE, one feed of a site at a time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.addresses import PORTS, is_allowed
from registry.domain import polling
from registry.models import Feed, SiteTurn

#: Longer than waiting for a thread and a look may take (each: fetching 30 s, a place to parse 10 s, parsing 15 s); then
#: a killed worker's is free.
LEASE = dt.timedelta(minutes=2)
#: Number of the lock that claimers take in turn on PostgreSQL; SQLite has one writer anyway.
_CLAIMING = 0x5EA0F


def claim_due(*, most: int, before: dt.datetime) -> list[Feed]:
    """Take at most ``most`` feeds that are due, longest due first, no two of one site, none asked since ``before``."""
    return _claim(due(before=before).order_by("next_poll_at", "pk")[: 2 * most + 50], most)


def claim_one(*, feed: Feed) -> Feed | None:
    """Take one feed, due or not; None where it, or its site, is in another worker's hand or was a moment ago."""
    return next(iter(_claim(_free().filter(pk=feed.pk), 1)), None)


def due(*, before: dt.datetime) -> QuerySet[Feed]:
    """Feeds that are due, but for those asked since ``before``: a run looks at a feed once."""
    is_due = Q(next_poll_at=None) | Q(next_poll_at__lte=timezone.now())
    return _free().filter(is_due, Q(last_attempt_at=None) | Q(last_attempt_at__lt=before), is_enabled=True)


def is_waiting(*, before: dt.datetime) -> bool:
    """Whether a feed is due that only its site's pause holds back."""
    return due(before=before).exists()


def is_ours(url: str) -> bool:
    """Hosts of FETCH_ALLOW are the operator's own: no pause between requests to them."""
    parts = urlsplit(url)
    return is_allowed(parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0))


def _free() -> QuerySet[Feed]:
    return Feed.objects.filter(Q(leased_until=None) | Q(leased_until__lt=timezone.now()))


@dataclass
class _Candidate:
    pk: int
    url: str
    site: str


@transaction.atomic
def _claim(wanted: QuerySet[Feed], most: int) -> list[Feed]:
    """Choose and lease in one transaction that no other claimer's overlaps."""
    take_claimers_turn()
    candidates = [_Candidate(*row) for row in wanted.values_list("pk", "url", "site")]
    chosen = [one.pk for one in _one_a_site(candidates, _busy_sites(candidates))[:most]]
    if not chosen:
        return []
    now = timezone.now()
    taken = Feed.objects.filter(pk__in=chosen)
    taken.update(lease=uuid.uuid4(), leased_until=now + LEASE, last_attempt_at=now)
    return list(taken.order_by("next_poll_at", "pk"))


def take_claimers_turn() -> None:
    """Without this two workers could each find a site free and ask it at once, through different feeds."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMING])


def _busy_sites(feeds: Sequence[_Candidate]) -> set[str]:
    """Sites that are being asked or were within the pause. A feed stored without its site gets it here."""
    for feed in feeds:
        if not feed.site:
            feed.site = polling.site_of(feed.url)
            Feed.objects.filter(pk=feed.pk).update(site=feed.site)
    return busy_sites({feed.site for feed in feeds})


def busy_sites(sites: Collection[str]) -> set[str]:
    """Which of these sites are being asked or were within the pause: through a feed, or because something led there."""
    now = timezone.now()
    asked = Q(leased_until__gte=now) | Q(last_attempt_at__gt=now - polling.SITE_PAUSE)
    turns = SiteTurn.objects.filter(site__in=sites, free_at__gt=now)
    return {
        *Feed.objects.filter(asked, site__in=sites).values_list("site", flat=True),
        *turns.values_list("site", flat=True),
    }


def _one_a_site(feeds: Sequence[_Candidate], busy: set[str]) -> list[_Candidate]:
    chosen = []
    for feed in feeds:
        if is_ours(feed.url):
            chosen.append(feed)
        elif feed.site not in busy:
            busy.add(feed.site)
            chosen.append(feed)
    return chosen
