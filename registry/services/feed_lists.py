"""Feeds taken in many at a time: OPML, the starter list of official sources, and what a web page names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from registry import feeds as reading
from registry import http
from registry.addresses import check_url
from registry.domain.feed_lists import Outline, feed_links, read_opml, write_opml
from registry.exceptions import BadInput, FeedUnreadable, FetchFailed
from registry.models import Feed
from registry.services.facts import Tally
from registry.services.feed_settings import save_feed

_MOST_PAGE = 2_000_000


@dataclass
class Imported:
    """What became of a list: feeds added (not watched yet), known before, and refused with the reason."""

    added: list[Feed] = field(default_factory=list)
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def import_opml(*, data: bytes, by: Actor) -> Imported:
    """Take over the feeds of an OPML file; none is watched before an officer says so. Raises BadInput."""
    try:
        outlines = read_opml(data)
    except ValueError as error:
        raise BadInput(str(error)) from error
    if not outlines:
        raise BadInput("The file names no feed: each needs an outline with xmlUrl.")
    imported = Imported()
    held = set(Feed.objects.values_list("url", flat=True))
    for outline in outlines:
        if outline.url in held:
            imported.known += 1
        else:
            _take(outline, imported, by)
    return imported


def _take(outline: Outline, imported: Imported, by: Actor) -> None:
    feed = Feed(feed_id=new_feed_id(outline.title), title=outline.title[:200], url=outline.url,
                language=outline.language[:10])  # fmt: skip
    try:
        check_url(outline.url)
        imported.added.append(save_feed(feed=feed, by=by, reason="imported from OPML"))
    except FetchFailed as error:
        imported.refused.append((outline.url, str(error)))
    except ValidationError as error:
        imported.refused.append((outline.url, " ".join(error.messages)))


def export_opml() -> str:
    """All feeds but the demonstration's, as OPML."""
    feeds = Feed.objects.filter(is_demo=False).order_by("title")
    return write_opml("SEAM feeds", [Outline(feed.title, feed.url, feed.language) for feed in feeds])


def new_feed_id(title: str) -> str:
    """A readable id that no feed has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-") or "feed"
    taken = set(Feed.objects.filter(feed_id__startswith=stem).values_list("feed_id", flat=True))
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


@transaction.atomic
def load_starters(*, by: Actor) -> Tally:
    """Add the official sources that are not there yet, unverified and not watched; what is there stays as it is."""
    tally = Tally()
    held = set(Feed.objects.values_list("feed_id", flat=True))
    urls = set(Feed.objects.values_list("url", flat=True))
    for row in _starters():
        if row["id"] in held or row["url"] in urls:
            tally.unchanged += 1
            continue
        feed = Feed(feed_id=row["id"], title=row["title"], url=row["url"], publisher=row["publisher"],
                    country_id=row.get("country"), language=row.get("language", ""), is_unverified=True,
                    note=row["where"])  # fmt: skip
        save_feed(feed=feed, by=by, reason="starter list of official sources")
        tally.created += 1
    return tally


def _starters() -> list[dict[str, Any]]:
    text = files("registry").joinpath("data", "feeds.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)["feeds"]
    return rows


def discover(*, url: str) -> list[Outline]:
    """The feeds at or behind an address: itself, or those its page names. Raises FetchFailed or BadInput."""
    response = http.fetch(url.strip(), accept="text/html, application/rss+xml, application/atom+xml, */*;q=0.1")
    if response.status != 200:
        raise BadInput(f"The server answers with status {response.status}.")
    found = feed_links(_text(response), response.final_url)
    if found:
        return found
    try:
        parsed = reading.parse(response.body, url=response.final_url, now=timezone.now())
    except FeedUnreadable as error:
        raise BadInput("No feed stands at this address, and the page names none.") from error
    return [Outline(parsed.title or response.final_url, response.final_url, parsed.language)]


def _text(response: http.Response) -> str:
    """The page as text, if it is one; links are ASCII, so the encoding matters little."""
    start = response.body[:1000].lstrip().lower()
    return (
        response.body[:_MOST_PAGE].decode("utf-8", "replace") if b"<rss" not in start and b"<feed" not in start else ""
    )
