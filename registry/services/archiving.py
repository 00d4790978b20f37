"""Keeps what a flag rests on: the entry as it was read, and the page it leads to before that can change or go."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.registry import handler
from jobs.services import enqueue
from registry import http
from registry.choices import DocumentRole
from registry.domain import polling
from registry.exceptions import BadInput, FeedUnreadable, FetchFailed
from registry.feeds import page_text
from registry.models import FeedEntry, InstrumentDocument
from registry.services.documents import fill, keep, path_of
from registry.services.feed_claims import is_ours
from registry.services.site_turns import hops

KIND = "registry.keep_page"
#: A page that does not answer is tried again after these hours, then given up.
_AGAIN_HOURS = (1, 6, 24)


def ask_to_keep(*, entry: FeedEntry) -> None:
    """Have the page of a flagged entry kept; inside the transaction that raises the flag. Invented news has none."""
    if entry.url and not entry.feed.is_demo:
        enqueue(kind=KIND, key=f"{entry.pk}", payload={"entry": entry.pk, "tried": 0})


@handler(KIND, urgent=False, longest_seconds=120)
def run(payload: dict[str, Any]) -> None:
    entry = FeedEntry.objects.filter(pk=payload["entry"]).first()
    if entry is not None and not entry.page_sha256 and not keep_page(entry=entry):
        _again(entry, int(payload.get("tried", 0)))


def _again(entry: FeedEntry, tried: int) -> None:
    if tried < len(_AGAIN_HOURS):
        due_at = timezone.now() + dt.timedelta(hours=_AGAIN_HOURS[tried])
        with transaction.atomic():
            enqueue(kind=KIND, payload={"entry": entry.pk, "tried": tried + 1}, due_at=due_at)


def keep_page(*, entry: FeedEntry) -> bool:
    """Fetch the page an entry leads to and keep it: a PDF as it is, a web page as its text. Says whether it is kept."""
    try:
        content, name = _page(entry.url)
    except (FetchFailed, FeedUnreadable, BadInput) as error:
        entry.page_note = str(error).replace("\x00", "")[:500]
        entry.save(update_fields=["page_note"])
        return False
    entry.page_sha256, entry.page_name, entry.page_read_at = keep(content), name, timezone.now()
    entry.page_note = ""
    entry.save(update_fields=["page_sha256", "page_name", "page_read_at", "page_note"])
    return True


def _page(url: str) -> tuple[bytes, str]:
    with hops() as before_hop:
        if not is_ours(url):
            before_hop.ask(polling.site_of(url), time.monotonic() + http.TOTAL_SECONDS)
        response = http.fetch(url, accept="text/html, application/pdf, */*;q=0.1", before_hop=before_hop)
    if response.status != 200:
        raise BadInput(f"The page was not kept: the server answers with status {response.status}.")
    if response.body.startswith(b"%PDF-"):
        return response.body, "page.pdf"
    text = page_text(response.body, response.headers.get("content-type", ""))
    if not text:
        raise BadInput("The page was not kept: it is no text and no PDF.")
    return f"{response.final_url}\n\n{text}\n".encode(), "page.txt"


# ------------------------------------------------------------------ the documents of a record


def documents_of(*, entry: FeedEntry) -> list[InstrumentDocument]:
    """The entry as it was read, and its page where it was kept, as documents of a record that is made of it."""
    found = [fill(document=_document(entry), name="entry.txt", content=_as_text(entry))]
    found[0].retrieved_at = entry.changed_at
    if entry.page_sha256 and path_of(entry.page_sha256).exists():
        page = fill(document=_document(entry), name=entry.page_name, content=path_of(entry.page_sha256).read_bytes())
        page.retrieved_at = entry.page_read_at or page.retrieved_at
        found.append(page)
    return found


def _document(entry: FeedEntry) -> InstrumentDocument:
    url = entry.url if len(entry.url) <= 1000 else ""
    return InstrumentDocument(role=DocumentRole.PRESS_RELEASE.value, language=entry.language, url=url)


def _as_text(entry: FeedEntry) -> bytes:
    published = entry.published_at.isoformat() if entry.published_at else "not stated"
    lines = (
        entry.title,
        "",
        f"Feed: {entry.feed.title} ({entry.feed.url})",
        f"Publisher: {entry.publisher or entry.feed.publisher or 'not stated'}",
        f"Address: {entry.url or 'not stated'}",
        f"Published: {published}{' (unsure)' if entry.is_date_unsure else ''}",
        f"Read: {entry.changed_at.isoformat()}",
        f"SHA-256 of title, text and address as read: {entry.content_sha256}",
        "",
        entry.summary,
    )
    return ("\n".join(lines).strip() + "\n").encode()
