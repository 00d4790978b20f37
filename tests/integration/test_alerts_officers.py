"""A feed that fails for a week is told to its officers: by mail if they confirmed an address, else at their page."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from alerts.choices import Way
from alerts.models import Delivery
from alerts.services import officers, subscriptions
from alerts.services.contacts import contact_of
from alerts.services.subscriptions import Asked
from jobs.services import drain, run_due
from ledger.domain.actor import COMMAND
from registry.models import Feed, FetchAttempt, User
from registry.services.feed_claims import claim_one
from registry.services.feed_looks import Look, store
from registry.services.feed_settings import save_feed
from registry.services.people import create_person

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def officer(name: str, country: str | None = "TH", role: str = "officer", email: str = "") -> User:
    person = create_person(username=name, password="not-a-real-one", role=role, country=country, by=COMMAND)
    if email:
        contact = contact_of(person=person)
        contact.email = email
        contact.save()
        subscriptions.confirm(subscription=subscriptions.ask(email=email, asked=Asked(country="TH")))
    return person


def wire() -> Feed:
    feed = Feed(
        feed_id="wire", title="Straits wire", url="https://wire.example.org/feed", country_id="TH", is_enabled=True
    )
    return save_feed(feed=feed, by=COMMAND)


def fail(feed: Feed, status: int = 500) -> None:
    claimed = claim_one(feed=feed)
    attempt = FetchAttempt(feed=claimed, started_at=timezone.now(), status=status, error_class="FetchFailed")
    attempt.message = f"The server answers with status {status}."
    store(looks=[Look(claimed, attempt)])
    feed.refresh_from_db()


def mails() -> list[Any]:
    while run_due():
        pass
    paths = sorted(settings.MAIL_DIR.glob("m-*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def test_the_officers_of_a_feeds_country_are_told_once_after_seven_days():
    officer("mailed", email="mailed@example.org")
    portal, regional = officer("portal"), officer("regional", country=None)
    elsewhere, reader = officer("vn", country="VN"), officer("reader", role="auditor")
    feed = wire()
    with time_machine.travel(START, tick=False) as clock:
        for day in (0, 3, 6):
            clock.move_to(START + dt.timedelta(days=day))
            fail(feed)
        drain(kinds=[officers.KIND])
        assert not Delivery.objects.exists()
        for day in (7, 8, 9):
            clock.move_to(START + dt.timedelta(days=day, minutes=1))
            fail(feed)
        drain(kinds=[officers.KIND])
        told = {delivery.endpoint.contact.person: delivery.endpoint.way for delivery in Delivery.objects.all()}
        (mail,) = mails()
    assert told == {
        User.objects.get(username="mailed"): Way.MAIL.value,
        portal: Way.PORTAL.value,
        regional: Way.PORTAL.value,
    }
    assert not {elsewhere, reader} & set(told)
    assert mail["To"] == "mailed@example.org"
    assert "The feed Straits wire needs you" in mail["Subject"]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "The server answers with status 500." in text
    assert f"/admin/registry/feed/{feed.pk}/change/" in text


def test_a_feed_that_is_gone_is_told_at_once_and_a_new_failure_later_anew():
    officer("portal")
    feed = wire()
    with time_machine.travel(START, tick=False) as clock:
        fail(feed, 410)
        drain(kinds=[officers.KIND])
        assert Delivery.objects.count() == 1
        clock.shift(dt.timedelta(days=2))
        claimed = claim_one(feed=feed)
        store(looks=[Look(claimed, FetchAttempt(feed=claimed, started_at=timezone.now(), status=304))])
        clock.shift(dt.timedelta(days=2))
        fail(feed, 410)
        drain(kinds=[officers.KIND])
    assert Delivery.objects.count() == 2
