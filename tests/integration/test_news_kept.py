"""What a flag rests on is kept by its hash before it can change or go, and shown when the link has died."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from jobs.models import Job
from jobs.services import drain
from ledger.domain.actor import COMMAND
from registry import feeds
from registry.feeds import page_text
from registry.models import Feed, FeedEntry, Flag, Instrument, User
from registry.services import archiving
from registry.services.archiving import keep_page
from registry.services.feed_settings import save_feed
from registry.services.feeds import poll_feed
from registry.services.people import create_person
from tests import hostile
from tests.hostile import http, rss
from tests.integration.test_desk_instruments import at_desk, draft_from

pytestmark = pytest.mark.django_db
PAGE = (
    "<html><head><title>Order</title><style>p {}</style><script>alert(1)</script></head><body><h1>Order 12</h1>"
    "<p>Exports of tin ore are <b>banned</b> &amp; end.</p><p onclick='x()'>Bằng lệnh này.</p></body></html>"
)
TEXT = "Order\nOrder 12\nExports of tin ore are banned & end.\nBằng lệnh này."


@pytest.fixture
def web(settings, tmp_path) -> Iterator[hostile.Server]:
    settings.DATA_DIR = tmp_path
    with hostile.server() as server:
        settings.FETCH_ALLOW = [f"127.0.0.1:{server.port}"]
        yield server


@pytest.fixture
def officer() -> User:
    return create_person(username="officer", password="not-a-real-one", role="officer", country="TH", by=COMMAND)


@pytest.fixture
def reviewer() -> User:
    return create_person(username="reviewer", password="not-a-real-one", role="reviewer", country="TH", by=COMMAND)


def flagged(web: hostile.Server, page: bytes, **feed: object) -> Flag:
    """A flag raised on an entry that leads to a page of the local server."""
    link = web.put("/order", page)
    entry = f"<guid>1</guid><title>Thailand bans tin ore exports from 1 May 2027</title><link>{link}</link>"
    url = web.put("/feed", http(rss(entry)))
    save_feed(feed=Feed(feed_id="wire", title="Wire", url=url, is_enabled=True, **feed), by=COMMAND)
    poll_feed(feed_id="wire")
    return Flag.objects.get()


def html(body: str = PAGE) -> bytes:
    return http(body.encode(), "Content-Type: text/html; charset=utf-8")


def test_the_page_of_a_flag_is_kept_when_it_is_raised_and_shown_when_the_link_has_died(web, officer, reviewer):
    flag = flagged(web, html())
    drain(kinds=[archiving.KIND])
    entry = FeedEntry.objects.get()
    kept = archiving.path_of(entry.page_sha256).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == entry.page_sha256
    assert kept.decode() == f"{entry.url}\n\n{TEXT}\n"
    assert timezone.now() - entry.page_read_at < dt.timedelta(minutes=5)

    web.routes.clear()  # the link dies
    instrument = draft_from(at_desk(officer), flag)
    assert instrument.source.url == entry.url
    documents = {document.name: document for document in instrument.documents.all()}
    assert set(documents) == {"entry.txt", "page.txt"}
    assert documents["page.txt"].sha256 == entry.page_sha256
    assert documents["page.txt"].retrieved_at == entry.page_read_at
    assert documents["entry.txt"].retrieved_at == entry.changed_at

    address = f"/documents/{entry.page_sha256}/"
    assert b"".join(at_desk(officer).get(address).streaming_content) == kept
    assert Client().get(address).status_code == 404
    at_desk(officer).post(f"/admin/registry/instrument/{instrument.pk}/step/submit/")
    at_desk(reviewer).post(f"/admin/registry/instrument/{instrument.pk}/step/approve/")
    assert b"".join(Client().get(address).streaming_content) == kept
    page = Client().get(f"/instruments/{instrument.instrument_id}/").content.decode()
    assert address in page


def test_what_was_read_of_the_entry_is_kept_with_its_hash_where_the_page_does_not_answer(web, officer):
    flag = flagged(web, http(status="404 Not Found"))
    drain(kinds=[archiving.KIND])
    entry = FeedEntry.objects.get()
    assert (entry.page_sha256, entry.page_note) == (
        "",
        "The page was not kept: the server answers with status 404.",
    )
    inbox = at_desk(officer).get(f"/admin/registry/flag/?flag={flag.flag_id}").content.decode()
    assert "the server answers with status 404" in inbox
    instrument = draft_from(at_desk(officer), flag)
    (document,) = instrument.documents.all()
    text = archiving.path_of(document.sha256).read_text()
    assert "Thailand bans tin ore exports from 1 May 2027" in text
    assert entry.content_sha256 in text
    assert f"Address: {entry.url}" in text


def test_a_page_that_did_not_answer_is_tried_again_three_times_and_then_left(web):
    flagged(web, http(status="503 Busy"))
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for hours in (0, 1, 6, 24, 48):
            clock.shift(dt.timedelta(hours=hours, minutes=1))
            drain(kinds=[archiving.KIND])
    assert sum("GET /order " in head for head in web.asked) == 4
    assert not Job.objects.filter(kind=archiving.KIND, finished_at=None).exists()


def test_a_page_that_answers_later_is_kept_then(web):
    flagged(web, http(status="503 Busy"))
    drain(kinds=[archiving.KIND])
    web.put("/order", html())
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1, minutes=1)):
        drain(kinds=[archiving.KIND])
    entry = FeedEntry.objects.get()
    assert (bool(entry.page_sha256), entry.page_note) == (True, "")


def test_a_pdf_is_kept_as_it_is(web):
    pdf = b"%PDF-1.7\nsmall"
    flagged(web, http(pdf, "Content-Type: application/octet-stream"))
    drain(kinds=[archiving.KIND])
    entry = FeedEntry.objects.get()
    assert (entry.page_name, archiving.path_of(entry.page_sha256).read_bytes()) == ("page.pdf", pdf)


def test_a_page_on_a_private_address_is_not_fetched(web):
    flagged(web, html())
    entry = FeedEntry.objects.get()
    entry.url = "http://169.254.169.254/latest/meta-data/"
    assert not keep_page(entry=entry)
    assert "not on the open internet" in entry.page_note


def test_the_pages_of_invented_news_are_not_asked_for(web):
    flagged(web, html(), is_demo=True)
    assert not Job.objects.filter(kind=archiving.KIND).exists()


def test_accepting_twice_keeps_a_document_once(web, officer):
    flag = flagged(web, html())
    drain(kinds=[archiving.KIND])
    instrument = draft_from(at_desk(officer), flag)
    again = archiving.documents_of(entry=flag.entry)
    assert {document.sha256 for document in again} <= set(instrument.documents.values_list("sha256", flat=True))
    assert Instrument.objects.get().documents.count() == 2


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (PAGE.encode(), "text/html", TEXT),
        (PAGE.encode("utf-16-le"), "text/html", ""),
        ("Lệnh".encode(), "text/plain; charset=no-such", "Lệnh"),
        ("é".encode("latin-1"), "text/html; charset=iso-8859-1", "é"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png", ""),
        (b"<p>" * 5_000 + b"deep", "text/html", "deep"),
    ],
)
def test_a_page_is_kept_as_its_words(body: bytes, content_type: str, text: str):
    assert page_text(body, content_type) == text


def test_a_page_made_to_take_minutes_costs_its_copy_and_no_worker(web, monkeypatch):
    monkeypatch.setattr(feeds, "WALL_SECONDS", 1.0)
    flagged(web, html("<div>" * 600_000))
    drain(kinds=[archiving.KIND])
    entry = FeedEntry.objects.get()
    assert not entry.page_sha256
    assert "longer" in entry.page_note or "more time" in entry.page_note
    web.put("/order", html())
    assert keep_page(entry=entry)
