"""An auditor's watch: findings in lots, and measures that touch them."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from alerts.models import Delivery, Match, Notice, Subscription
from alerts.selectors import items_of
from alerts.services import contacts, subscriptions
from alerts.services.owners import portal_of
from alerts.services.subscriptions import Asked
from jobs.services import run_due
from ledger.domain.actor import Actor, Door
from registry.models import Instrument, Measure, Membership, StatusEvent, User
from registry.services.instruments import Draft, publish, save_draft
from tests.cast import signed_in
from tests.chains import clean
from tests.integration.test_traceability_findings import gaining, part, report

pytestmark = pytest.mark.django_db
OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def watch(name: str, role: str = "auditor", lots: tuple[str, ...] = ()) -> Any:
    person = User.objects.create(username=name)
    Membership.objects.create(user=person, role=role)
    contact = contacts.contact_of(person=person)
    return subscriptions.add(endpoint=portal_of(contact), asked=Asked(topic="lots", lots=lots))


def work() -> None:
    """Until no change waits to be told: telling is put off by a second while scores and borders are worked out."""
    for _ in range(60):
        while run_due():
            pass
        if not Notice.objects.filter(bulletin=None).exists():
            return
        time.sleep(0.1)


def told(subscription: Any) -> list[str]:
    rows = Delivery.objects.filter(endpoint=subscription.endpoint, state="sent").order_by("pk")
    return [items_of(row)[0].title for row in rows]


def export_ban(country: str, hs: str) -> None:
    instrument = Instrument(country_id=country, title="A ban", scope="cm_specific", pillar="regulation")
    day = timezone.localdate().isoformat()
    measure = Measure(code="export_ban", minerals=["rare_earths"], hs=[hs], start=day)
    draft = Draft(instrument, [measure], [StatusEvent(status="in_force", since=day)])
    publish(instrument=save_draft(draft=draft, by=OFFICER, reason="news"), by=REVIEWER, reason="checked")


def test_findings_of_an_import_are_one_message_to_those_who_watch_their_lots() -> None:
    everything, this, other = watch("a"), watch("b", lots=("OX",)), watch("c", lots=("V1",))
    report(gaining())
    work()
    (message,) = Delivery.objects.filter(endpoint=everything.endpoint)
    assert {item.lots for item in items_of(message)} > {("OX",)}
    (message,) = Delivery.objects.filter(endpoint=this.endpoint)
    assert [item.lots for item in items_of(message)] == [("OX",)]
    assert told(this)[0].startswith("OX: ")
    assert told(other) == []


def test_a_finding_is_told_when_it_opens_and_not_again_when_it_is_found_again() -> None:
    watching = watch("a")
    report(gaining())
    work()
    report(gaining())
    work()
    assert len(told(watching)) == 1


def test_a_measure_is_told_to_those_whose_lots_it_touches_with_the_lots() -> None:
    report(clean())
    mine, another, closed = watch("a", lots=("MAG", "NONE")), watch("b", lots=("NONE",)), watch("c", role="officer")
    closed.contact.person.is_active = False
    closed.contact.person.save()
    export_ban("VN", "2530")
    work()
    assert told(mine) == ["Vietnam: A ban, on record"]
    assert Match.objects.get(subscription=mine).touched == ["MAG"]
    assert told(another) == told(closed) == []


def test_a_measure_that_touches_nothing_is_not_told() -> None:
    report(clean())
    watching = watch("a")
    export_ban("ID", "2604")
    work()
    assert told(watching) == []


def test_a_signed_in_reader_follows_a_lot_from_its_page_with_one_press() -> None:
    report(clean())
    client, stranger = signed_in("auditor"), Client()
    assert "Follow this lot" in client.get("/lots/OX/").content.decode()
    assert stranger.post("/alerts/follow/", {"lot": "OX"}).url.startswith("/accounts/login/")
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(User.objects.get(username="auditor"))
    form = re.search(r'action="/alerts/follow/".*?</form>', checked.get("/lots/OX/").content.decode(), re.DOTALL)
    assert form
    values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    assert checked.post("/alerts/follow/", values).url == "/lots/OX/"
    subscription = Subscription.objects.get()
    assert (subscription.lots, subscription.topic, subscription.endpoint.way) == (["OX"], "lots", "portal")
    page = client.get("/lots/OX/").content.decode()
    assert "Follow it no more" in page
    assert "Follow this lot" in client.get("/lots/MAG/").content.decode()
    client.post("/alerts/follow/", {"lot": "OX", "do": "stop"})
    assert "Follow this lot" in client.get("/lots/OX/").content.decode()
    client.post("/alerts/follow/", {"lot": "OX", "do": "follow"})
    assert Subscription.objects.get().stopped_at is None, "the same wish again, not a second one"
    report(gaining_later())
    work()
    assert any("OX" in words for words in told(subscription)), told(subscription)


def gaining_later() -> dict[str, Any]:
    """A correction after which more oxide came out of the separation than went in."""
    wrong = next(one for one in gaining()["events"] if one.event_id == "E07")
    return {**part(clean()), "events": [replace(wrong, event_id="E07b", corrects_event_id="E07")]}
