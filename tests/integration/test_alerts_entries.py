"""What became of each message stands in the log, and what was given up is sent again from the desk."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from alerts.choices import DeliveryState
from alerts.domain.retrying import WAITS
from alerts.models import Delivery
from alerts.selectors import get_inbox, items_of
from alerts.services import contacts, sending, subscriptions
from alerts.services.sending import send_due
from alerts.services.subscriptions import Asked
from ledger.models import Entry
from registry.models import User
from tests.cast import signed_in
from tests.integration.test_alerts_sent import account, deliveries, state, waiting, webhook
from tests.sinks import HookSink, MailSink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("addresses_known")]


def entries(delivery: Delivery) -> list[str]:
    rows = Entry.objects.filter(object_type="delivery", object_id=delivery.delivery_id).order_by("pk")
    return [entry.action for entry in rows]


def given_up(mail: MailSink) -> Delivery:
    """A message that the server put off for three days."""
    mail.answer_rcpt = lambda address: "450 greylisted"
    (delivery,) = deliveries("a@example.org")
    at = timezone.now()
    for wait in (0, *WAITS):
        at += dt.timedelta(seconds=wait * 1.3 + 1)
        with time_machine.travel(at):
            send_due(seconds=5)
    assert state(delivery) is DeliveryState.DEAD
    mail.answer_rcpt = lambda address: "250 OK"
    return delivery


def test_each_message_that_was_handed_over_is_one_entry_without_its_address(mail: MailSink) -> None:
    made = deliveries("a@example.org", "b@example.org", "c@example.org")
    assert send_due(seconds=5) == 3
    assert [entries(delivery) for delivery in made] == [["deliver"]] * 3
    entry = Entry.objects.get(action="deliver", object_id=made[0].delivery_id)
    told = json.loads(entry.after)
    assert told == {"way": "mail", "tells": made[0].key, "reader": made[0].endpoint.contact.contact_id}
    assert not Entry.objects.filter(after__contains="example.org").exists()


def test_a_message_that_may_have_come_twice_is_an_entry_of_its_own(mail: MailSink) -> None:
    mail.answer_data = lambda address: "" if len(mail.got) == 0 else "250 OK"
    (delivery,) = deliveries("a@example.org")
    send_due(seconds=5)
    assert entries(delivery) == []
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        assert send_due(seconds=5) == 1
    assert entries(delivery) == ["repeat", "deliver"]


def test_without_its_entry_a_message_is_not_sent_and_still_is_never_handed_over_again(
    mail: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    (delivery,) = deliveries("a@example.org")

    def refuse(*arguments: Any, **names: Any) -> None:
        raise RuntimeError("the log takes nothing")

    with monkeypatch.context() as patched:
        patched.setattr(sending, "record_many", refuse)
        with pytest.raises(RuntimeError):
            send_due(seconds=5)
    assert (state(delivery), entries(delivery)) == (DeliveryState.WAITING, [])
    assert delivery.handed_at is not None
    # as after the death of its worker: another closes what it had handed over
    Delivery.objects.update(lease=None)
    assert send_due(seconds=5) == 1
    assert (state(delivery), delivery.sent_at) == (DeliveryState.SENT, delivery.handed_at)
    assert (entries(delivery), delivery.repeats) == (["deliver"], 0)
    assert len(mail.got) == 1


def test_what_is_given_up_or_not_wanted_any_more_is_an_entry_too(mail: MailSink) -> None:
    (refused,) = deliveries("a@example.org")
    mail.answer_data = lambda address: "554 no"
    send_due(seconds=5)
    (unwanted,) = deliveries("b@example.org")
    subscriptions.stop(subscription=unwanted.endpoint.subscriptions.get())
    send_due(seconds=5)
    assert (entries(refused), entries(unwanted)) == (["give_up"], ["drop"])


# ------------------------------------------------------------------ the desk


def send_again(client: Client, delivery: Delivery) -> Any:
    fields = {"action": "send_again", "_selected_action": [delivery.pk]}
    return client.post("/admin/alerts/delivery/", fields, follow=True)


@pytest.mark.parametrize("role", ["officer", "reviewer", "administrator"])
def test_who_keeps_the_desk_sees_what_was_given_up_and_sends_it_again_under_its_old_id(
    mail: MailSink, role: str
) -> None:
    delivery = given_up(mail)
    client = signed_in(role)
    listed = client.get("/admin/alerts/delivery/?state__exact=dead")
    assert delivery.delivery_id in listed.content.decode()
    shown = client.get(f"/admin/alerts/delivery/{delivery.pk}/change/").content.decode()
    assert shown.count("450 greylisted") >= len(WAITS)
    assert "a@example.org" not in shown
    assert "1 of 1 go out again" in send_again(client, delivery).content.decode()
    assert send_due(seconds=5) == 1
    assert state(delivery) is DeliveryState.SENT
    assert delivery.delivery_id in mail.got[0][1].decode()
    assert entries(delivery)[-2:] == ["replay", "deliver"]
    replayed = Entry.objects.get(action="replay")
    assert replayed.door == "desk"
    assert replayed.actor == User.objects.get(username=role).public_id


@pytest.mark.parametrize("role", ["auditor", "viewer"])
def test_nobody_else_sends_anything_again(mail: MailSink, role: str) -> None:
    delivery = given_up(mail)
    answer = send_again(signed_in(role), delivery)
    assert answer.status_code == 403 or "go out again" not in answer.content.decode()
    assert state(delivery) is DeliveryState.DEAD
    assert "replay" not in entries(delivery)


def test_what_was_sent_is_not_sent_again_from_the_desk(mail: MailSink) -> None:
    (delivery,) = deliveries("a@example.org")
    send_due(seconds=5)
    assert "0 of 1 go out again" in send_again(signed_in("officer"), delivery).content.decode()
    assert send_due(seconds=2) == 0
    assert len(mail.got) == 1


def test_a_webhook_that_is_gone_is_told_of_by_mail_and_switched_on_again_at_the_desk(
    hook: HookSink, mail: MailSink
) -> None:
    endpoint = webhook(hook)
    contacts.set_address(contact=endpoint.contact, email="owner@example.org")
    by_mail = subscriptions.add(endpoint=subscriptions.mail_endpoint(endpoint.contact), asked=Asked(topic="scores"))
    subscriptions.confirm(subscription=by_mail)
    hook.answer = lambda number: 410
    (delivery,) = waiting(endpoint)
    for _ in range(3):
        send_due(seconds=5)
    assert (state(delivery), entries(delivery)) == (DeliveryState.DEAD, ["give_up"])
    ((to, told),) = mail.got
    assert to == "owner@example.org"
    assert hook.url.encode() in told
    assert get_inbox(endpoint.contact) == [], "told by one other way, not by all"
    client = signed_in("officer")
    fields = {"action": "enable", "_selected_action": [endpoint.pk]}
    client.post("/admin/alerts/endpoint/", fields)
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is None
    assert Entry.objects.get(action="enable", object_id=endpoint.endpoint_id).door == "desk"
    hook.answer = lambda number: 204
    send_again(client, delivery)
    assert send_due(seconds=5) == 1
    assert state(delivery) is DeliveryState.SENT
    assert items_of(delivery)[0].key == "c-1"


def test_an_address_that_is_gone_is_told_of_in_the_portal(mail: MailSink) -> None:
    contact = account()
    contacts.set_address(contact=contact, email="gone@example.org")
    asked = subscriptions.add(endpoint=subscriptions.mail_endpoint(contact), asked=Asked())
    subscriptions.confirm(subscription=asked)
    mail.answer_rcpt = lambda address: "550 no such user"
    waiting(asked.endpoint)
    for _ in range(3):
        send_due(seconds=5)
    (note,) = get_inbox(contact)
    assert "your mail address" in items_of(note)[0].title
    assert entries(note) == ["deliver"]
