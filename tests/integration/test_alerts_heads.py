"""Signed heads by mail: asked for with a tick, confirmed, one a day, letter by letter what the log signed."""

from __future__ import annotations

import datetime as dt
import json
import re
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from alerts.languages import CODES, tongue
from alerts.messages import hook_body
from alerts.models import Contact, Delivery, Match, Notice, Subscription
from alerts.services import contacts, subscriptions
from alerts.services.heads import ask_for_heads, note_head
from alerts.services.sending import send_due
from alerts.services.subscriptions import Asked
from jobs.services import run_due
from ledger.checking import verify
from ledger.domain.actor import COMMAND
from ledger.domain.note import open_checkpoint
from ledger.models import TreeHead
from ledger.reading import announced_keys
from ledger.services import Change, record, seal_all
from registry.models import User
from tests.cast import person
from tests.integration.loaded import loaded, reference  # noqa: F401
from tests.integration.test_alerts_languages import assert_speaks
from tests.sinks import MailSink

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)


def work() -> None:
    while run_due():
        pass


def write() -> None:
    with transaction.atomic():
        record(by=COMMAND, change=Change("put", "thing", "1", None, {"n": 1}))
    seal_all()


def mails() -> list[Any]:
    paths = sorted(settings.MAIL_DIR.glob("m-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def checkpoint_of(message: Any) -> str:
    (attached,) = message.iter_attachments()
    assert re.fullmatch(r"checkpoint-\d+\.txt", attached.get_filename())
    return bytes(attached.get_payload(decode=True)).decode()


def auditor(email: str = "auditor@example.org") -> tuple[User, Contact]:
    found = person("auditor")
    contact = contacts.contact_of(person=found)
    contacts.set_address(contact=contact, email=email)
    return found, contact


def followed(**more: Any) -> Contact:
    _person, contact = auditor()
    subscriptions.confirm(subscription=ask_for_heads(endpoint=subscriptions.mail_endpoint(contact)))
    for name, value in more.items():
        setattr(contact, name, value)
    contact.save()
    return contact


def test_an_auditor_ticks_the_box_confirms_and_gets_the_head_of_the_log(client: Client) -> None:
    reader = person("auditor")
    client.force_login(reader)
    client.post("/alerts/start/")
    assert "Mail me the signed tree heads" in client.get("/alerts/").content.decode()
    refused = client.post("/alerts/heads/", follow=True).content.decode()
    assert "Give the address that the signed heads are mailed to first" in refused
    client.post("/alerts/address/", {"email": "auditor@example.org"})
    assert "Confirm it by the link" in client.post("/alerts/heads/", follow=True).content.decode()
    work()
    assert not mails()
    (asked,) = settings.MAIL_DIR.glob("s-*.eml")
    text = message_from_bytes(asked.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()
    assert "the signed heads of the log, one a day" in text
    client.post(re.findall(r"http\S+/confirm/\S+", text)[0].removeprefix(settings.SITE_URL))
    assert "Mail me the signed tree heads" not in client.get("/alerts/").content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1, minutes=1)):
        work()
    (message,) = mails()
    head = checkpoint_of(message)
    assert TreeHead.objects.filter(note=head).exists()
    assert head in message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    size = open_checkpoint(head, announced_keys()[-1][1]).size
    assert message["Subject"] == f"The log at {size:,} entries – SEAM"


def test_the_head_that_came_by_mail_tells_on_a_log_that_was_put_back() -> None:
    followed()
    note_head(on=timezone.localdate())
    work()
    kept = checkpoint_of(mails()[0])
    write()
    assert verify(kept_note=kept).ok
    other = kept.replace(open_checkpoint(kept, announced_keys()[-1][1]).root[:4], "AAAA")
    assert verify(kept_note=other).ok is (other == kept)


def test_a_day_has_one_head_however_often_it_is_looked_at() -> None:
    followed()
    today = timezone.localdate()
    assert note_head(on=today)
    work()
    for _ in range(3):
        write()
        assert not note_head(on=today)
        work()
    assert len(mails()) == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        work()
        work()
    first, second = (checkpoint_of(each) for each in mails())
    key = announced_keys()[-1][1]
    assert open_checkpoint(second, key).size > open_checkpoint(first, key).size


def test_nothing_is_noted_where_nobody_asked_and_nothing_sent_after_stopping() -> None:
    assert not note_head(on=timezone.localdate())
    contact = followed()
    subscriptions.stop_all(contact=contact)
    assert not note_head(on=timezone.localdate())
    assert not Notice.objects.exists()


def test_heads_need_an_account_and_are_never_narrowed(client: Client) -> None:
    client.post("/subscribe/", {"email": "a@example.org", "topic": "heads"})
    assert not Subscription.objects.exists()
    _person, contact = auditor()
    endpoint = subscriptions.mail_endpoint(contact)
    made = subscriptions.add(endpoint=endpoint, asked=Asked(topic="heads", country="TH", mineral="tin"))
    assert (made.country, made.mineral) == ("", "")


def test_who_follows_heads_is_told_of_nothing_else_and_others_not_of_heads() -> None:
    from tests.integration.test_alerts_told import follow, log_act

    followed()
    follow("other@example.org", country="TH")
    log_act()
    note_head(on=timezone.localdate())
    work()
    by_reader = {each["To"]: each for each in mails()}
    assert by_reader.keys() == {"auditor@example.org", "other@example.org"}
    assert by_reader["auditor@example.org"]["Subject"].startswith("The log at")
    assert not list(by_reader["other@example.org"].iter_attachments())


@pytest.mark.parametrize("code", CODES)
def test_it_speaks_the_readers_language(code: str) -> None:
    followed(language=code)
    note_head(on=timezone.localdate())
    work()
    (message,) = mails()
    assert_speaks(message, code)
    assert tongue(code).say("heads", "title", size="1")[:5] in message["Subject"]


def test_over_smtp_and_by_webhook_no_letter_of_it_changes(mail: MailSink) -> None:
    followed()
    note_head(on=timezone.localdate())
    work()
    send_due(seconds=2)
    got = [message_from_bytes(data, policy=policy.default) for _to, data in mail.got]
    (message,) = [each for each in got if str(each["Subject"]).startswith("The log at")]
    assert message["To"] == "auditor@example.org"
    head = checkpoint_of(message)
    assert TreeHead.objects.filter(note=head).exists()
    delivery = Delivery.objects.get()
    body = json.loads(hook_body(delivery, list(Match.objects.select_related("bulletin"))))
    assert body["data"]["items"][0]["checkpoint"] == head
