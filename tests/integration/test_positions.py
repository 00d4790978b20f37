"""Every score, every event of a lot and every alert shows where it stands in the log, and leads to its proof."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from alerts.composing import compose
from alerts.domain.items import Kind
from alerts.gathering import gather
from alerts.models import Bulletin, Notice
from alerts.services.contacts import contact_of
from alerts.services.owners import portal_of
from alerts.services.subscriptions import Asked, add
from ledger.domain.actor import COMMAND
from ledger.models import Entry
from ledger.services import Change, record, seal_all
from registry.live import flag_state
from registry.models import Feed, FeedEntry, Flag
from scoring.domain.methodology import Domain
from scoring.models import Score
from tests.cast import person
from tests.integration.loaded import loaded, reference  # noqa: F401
from tests.integration.test_alerts_told import follow, log_act, mails, work
from traceability.models import Event
from traceability.services.sharing import set_public

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
CHAIN = Path(__file__).parents[2] / "config" / "demo" / "chain"


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def marks(page: str) -> set[int]:
    """The entries that a page shows as proved, each with a link to its proof."""
    return {int(number) for number in re.findall(r'<a class="proof" href="/log/(\d+)/"', page)}


def of_score(country: str, domain: str) -> int:
    return Score.objects.current().get(country=country, domain=domain).recorded_entry_id


def test_each_level_of_a_country_shows_the_entry_that_recorded_it(client: Client) -> None:
    page = client.get("/countries/MY/").content.decode()
    assert {of_score("MY", domain) for domain in Domain} <= marks(page)
    for domain in Domain:
        assert of_score("MY", domain) in marks(client.get(f"/countries/MY/{domain}/").content.decode())
    explained = client.get("/api/v1/scores/MY/access/explain/").json()
    assert explained["entry"] == of_score("MY", "access")
    proof = client.get(f"/log/{explained['entry']}/").content.decode()
    assert "Proved" in proof
    assert 'href="/countries/MY/access/"' in proof


def test_a_level_of_another_day_was_never_recorded_and_shows_none(client: Client) -> None:
    page = client.get("/countries/MY/access/?on=2026-06-01").content.decode()
    assert of_score("MY", "access") not in marks(page)
    assert client.get("/api/v1/scores/MY/access/explain/?on=2026-06-01").json()["entry"] is None
    left_out = client.get("/api/v1/scores/MY/access/explain/?without=my.ree.estimated").json()
    assert left_out["entry"] is None


def test_each_event_of_a_lot_shows_its_entry(client: Client) -> None:
    call_command("import_lots", str(CHAIN), "--format", "json", stdout=io.StringIO())
    with transaction.atomic():
        set_public(lot_ids=["VN-ORE-0041"], is_public=True, by=COMMAND, reason="a test")
    seal_all()
    page = client.get("/lots/VN-ORE-0041/").content.decode()
    events = Event.objects.filter(lines__lot__lot_id="VN-ORE-0041").distinct()
    recorded = {event.event_id: event.recorded_entry_id for event in events if event.event_id in page}
    assert {"VN-COM-0041", "VN-SHP-0041", "MY-RCV-0041"} <= recorded.keys()
    assert set(recorded.values()) <= marks(page)


def test_each_change_of_a_mail_and_of_a_digest_names_its_entry() -> None:
    follow()
    follow("daily@example.org", cadence="daily")
    version = log_act()
    seal_all()
    work()
    (mail,) = mails()
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    change = Entry.objects.get(object_type="score_change").pk
    for entry in (change, version.recorded_entry_id):  # the act is told in short below the score that it moved
        assert f"/log/{entry}/" in text
        assert f"/log/{entry}/" in html


def test_a_flag_that_officers_are_told_of_names_its_entry() -> None:
    feed = Feed.objects.create(feed_id="f", title="Wire", url="https://wire.example/feed")
    from django.utils import timezone

    now = timezone.now()
    entry = FeedEntry.objects.create(
        feed=feed, key="1", title="Ban", content_sha256="0" * 64, first_seen_at=now, changed_at=now
    )
    flag = Flag.objects.create(entry=entry, score="0.9", country_id="TH", measure="export_ban", raised_at=now)
    with transaction.atomic():
        raised = record(by=COMMAND, change=Change("raise", "flag", flag.flag_id, None, flag_state(flag)))
    notice = Notice(kind=Kind.FLAG.value, key="x", payload={"flag_id": flag.flag_id}, noted_at=now)
    (item,) = compose([notice], gather([notice]))
    assert item.entry == raised.pk


def test_the_log_of_what_was_sent_shows_the_entry_of_each_change(client: Client) -> None:
    reader = person("auditor")
    client.force_login(reader)
    client.post("/alerts/start/")
    add(endpoint=portal_of(contact_of(person=reader)), asked=Asked(country="TH"))
    log_act()
    work()
    seal_all()
    change = Entry.objects.get(object_type="score_change").pk
    assert change in marks(client.get("/alerts/log/").content.decode())
    assert change in marks(client.get("/alerts/").content.decode())
    bulletin = Bulletin.objects.exclude(items=[]).latest("pk")
    announced = Entry.objects.get(object_type="bulletin", object_id=bulletin.bulletin_id).pk
    assert announced in marks(client.get(f"/alerts/log/{bulletin.bulletin_id}/").content.decode())


@pytest.mark.parametrize("name", ["scores.atom", "instruments.atom", "scores.json", "instruments.json"])
def test_each_entry_of_a_feed_names_its_place_in_the_log(client: Client, name: str) -> None:
    log_act()
    work()
    assert f"{settings.SITE_URL.rstrip('/')}/log/" in client.get(f"/feeds/{name}").content.decode()
