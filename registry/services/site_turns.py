"""Turns at sites that a redirect or an entry leads to: the pause of the feeds' own sites is kept there too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from registry.domain import polling
from registry.exceptions import TooSlow
from registry.models import SiteTurn
from registry.services import feed_claims

_AGAIN_SECONDS = 0.25


@dataclass
class Hops:
    """What to do before each hop of one look: wait the site's pause, or for a turn at another site."""

    taken: list[str] = field(default_factory=list)

    def __call__(self, url: str, target: str, deadline: float) -> None:
        """Called by ``http.fetch``. Raises TooSlow where the other site is not free before the deadline."""
        if feed_claims.is_ours(target):
            return
        site = polling.site_of(target)
        if site == polling.site_of(url) or site in self.taken:
            _pause(deadline)
        else:
            self.ask(site, deadline)

    def ask(self, site: str, deadline: float) -> None:
        """Take the turn at a site, waiting for it. Raises TooSlow."""
        while not _take(site):
            if time.monotonic() + _AGAIN_SECONDS >= deadline:
                raise TooSlow(f"It leads to {site}, which is being read through other feeds; it is tried again later.")
            time.sleep(_AGAIN_SECONDS)
        self.taken.append(site)


@contextmanager
def hops() -> Iterator[Hops]:
    """The hops of one look; its turns end with it, and each site's pause begins."""
    one = Hops()
    try:
        yield one
    finally:
        if one.taken:
            SiteTurn.objects.filter(site__in=one.taken).update(free_at=timezone.now() + polling.SITE_PAUSE)


def _pause(deadline: float) -> None:
    seconds = polling.SITE_PAUSE.total_seconds()
    if time.monotonic() + seconds >= deadline:
        raise TooSlow("Its redirects take longer than a look may last.")
    time.sleep(seconds)


@transaction.atomic
def _take(site: str) -> bool:
    """Take the turn if the site is free; it comes back by itself when its holder is killed."""
    feed_claims.take_claimers_turn()
    if feed_claims.busy_sites({site}):
        return False
    SiteTurn.objects.update_or_create(site=site, defaults={"free_at": timezone.now() + feed_claims.LEASE})
    return True
