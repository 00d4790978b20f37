"""Hand-overs that fail: what is tried again, what is given up, and what may have arrived twice."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook

from alerts.choices import DeliveryState, Way
from alerts.domain.items import Item, Kind
from alerts.domain.retrying import WAITS
from alerts.exceptions import BadSubscription
from alerts.models import Attempt, Bulletin, Delivery, Endpoint, Match
from alerts.selectors import get_health, get_inbox, items_of
from alerts.services import contacts, leases, subscriptions
from alerts.services.owners import portal_of
from alerts.services.sending import replay, send_due
from alerts.services.subscriptions import Asked
from ledger.domain.actor import COMMAND
from registry.models import Country, Membership, User
from tests.sinks import HookSink, MailSink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("addresses_known")]


def deliveries(*readers: str) -> list[Delivery]:
    """One bulletin that waits to be handed over to each of these mail addresses."""
    endpoints = []
    for email in readers:
        subscription = subscriptions.ask(email=email)
        subscriptions.confirm(subscription=subscription)
        endpoints.append(subscription.endpoint)
    return waiting(*endpoints)


def waiting(*endpoints: Endpoint) -> list[Delivery]:
    now = timezone.now()
    item = Item(Kind.SCORE, "c-1", "Thailand, governance 2 → 3", "It rose.", country="TH", recorded_at=now.isoformat())
    bulletin = Bulletin.objects.create(
        thread="act:x", items=[item.to_json()], happened_at=now, settled_at=now, fanned_at=now
    )
    made = []
    for endpoint in endpoints:
        delivery = Delivery.objects.create(endpoint=endpoint, key=bulletin.bulletin_id, bulletin=bulletin, due_at=now)
        subscription = endpoint.subscriptions.first()
        if subscription is not None:
            Match.objects.create(
                bulletin=bulletin, subscription=subscription, endpoint=endpoint, delivery=delivery, items=[0],
                created_at=now,
            )  # fmt: skip
        made.append(delivery)
    return made


def account(name: str = "auditor") -> Any:
    person = User.objects.create(username=name)
    Membership.objects.create(user=person, role="auditor")
    return contacts.contact_of(person=person)


def webhook(hook: HookSink) -> Endpoint:
    endpoint = contacts.add_webhook(contact=account(), url=hook.url)
    subscriptions.add(endpoint=endpoint, asked=Asked())
    return endpoint


def state(delivery: Delivery) -> DeliveryState:
    delivery.refresh_from_db()
    return DeliveryState(delivery.state)


# ------------------------------------------------------------------ mail


def test_each_reader_gets_one_mail_with_an_own_id_and_an_own_link(mail: MailSink) -> None:
    made = deliveries("a@example.org", "b@example.org", "c@example.org")
    assert send_due(seconds=5) == 3
    assert [to for to, _data in mail.got] == ["a@example.org", "b@example.org", "c@example.org"]
    assert len(set(mail.ids)) == 3
    for delivery, (to, data) in zip(made, mail.got, strict=True):
        assert delivery.delivery_id in data.decode()
        assert f"To: {to}" in data.decode()
        assert b"SEAM-MARK" not in data
    assert send_due(seconds=1) == 0


def test_a_server_that_does_not_answer_is_tried_again_later_and_only_one_knocks(monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)
    first, second = deliveries("a@example.org", "b@example.org")
    assert send_due(seconds=5) == 0
    assert (state(first), first.attempts, first.repeats) == (DeliveryState.WAITING, 1, 0)
    assert (state(second), second.attempts, second.lease) == (DeliveryState.WAITING, 0, None)
    assert first.due_at > timezone.now()


def test_a_server_that_takes_the_mail_and_drops_the_line_gets_it_again_under_the_same_id(mail: MailSink) -> None:
    mail.answer_data = lambda address: "" if len(mail.got) == 0 else "250 OK"
    (delivery,) = deliveries("a@example.org")
    assert send_due(seconds=5) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        assert send_due(seconds=5) == 1
    assert state(delivery) is DeliveryState.SENT
    assert mail.ids[0] == mail.ids[1]
    assert delivery.repeats == 1
    assert [attempt.outcome for attempt in delivery.log.all()] == ["retry", "repeat"]


def test_a_line_that_falls_between_two_mails_is_no_failure(mail: MailSink) -> None:
    deliveries("a@example.org")
    send_due(seconds=5)
    (delivery,) = deliveries("b@example.org")
    assert send_due(seconds=5) == 1
    assert state(delivery) is DeliveryState.SENT
    assert not Attempt.objects.exists()


def test_a_passing_refusal_is_tried_again_and_a_message_given_up_after_three_days(mail: MailSink) -> None:
    mail.answer_rcpt = lambda address: "450 greylisted"
    (delivery,) = deliveries("a@example.org")
    at = timezone.now()
    for wait in (0, *WAITS):
        at += dt.timedelta(seconds=wait * 1.3 + 1)
        with time_machine.travel(at):
            assert send_due(seconds=5) == 0
    assert state(delivery) is DeliveryState.DEAD
    assert delivery.attempts == len(WAITS) + 1
    mail.answer_rcpt = lambda address: "250 OK"
    assert replay(deliveries=[delivery], by=COMMAND) == 1
    assert send_due(seconds=5) == 1
    assert state(delivery) is DeliveryState.SENT
    assert delivery.delivery_id in mail.got[0][1].decode()


def test_an_address_that_is_not_there_is_disabled_and_its_owner_told_by_another_way(mail: MailSink) -> None:
    contact = account()
    contacts.set_address(contact=contact, email="gone@example.org")
    endpoint = subscriptions.mail_endpoint(contact)
    subscription = subscriptions.add(endpoint=endpoint, asked=Asked())
    subscriptions.confirm(subscription=subscription)
    (delivery,) = waiting(endpoint)
    mail.answer_rcpt = lambda address: "550 no such user"
    send_due(seconds=5)
    endpoint.refresh_from_db()
    assert state(delivery) is DeliveryState.DEAD
    assert "550" in endpoint.disabled_reason
    send_due(seconds=5)
    (note,) = get_inbox(contact)
    assert "do not get through" in items_of(note)[0].sentence


def test_a_refused_message_does_not_disable_the_address(mail: MailSink) -> None:
    mail.answer_data = lambda address: "554 looks like spam"
    (delivery,) = deliveries("a@example.org")
    send_due(seconds=5)
    assert state(delivery) is DeliveryState.DEAD
    assert delivery.endpoint.disabled_at is None


def test_a_message_that_cannot_be_made_holds_up_no_others_and_is_tried_again(mail: MailSink) -> None:
    (broken,) = deliveries("a@example.org")
    Bulletin.objects.update(items=[{"kind": "nonsense"}])
    (whole,) = deliveries("b@example.org")
    assert send_due(seconds=5) == 1
    assert state(whole) is DeliveryState.SENT
    assert (state(broken), broken.attempts, broken.handing_at) == (DeliveryState.WAITING, 1, None)


def test_what_was_stopped_meanwhile_does_not_go(mail: MailSink) -> None:
    (delivery,) = deliveries("a@example.org")
    subscriptions.stop(subscription=delivery.endpoint.subscriptions.get())
    send_due(seconds=5)
    assert state(delivery) is DeliveryState.DROPPED
    assert not mail.got


# ------------------------------------------------------------------ workers that die, clocks that jump


def test_what_a_dead_worker_had_in_hand_goes_again_and_is_logged_and_the_rest_of_its_batch_just_goes(
    mail: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_hand, not_begun = deliveries("a@example.org", "b@example.org")
    token = uuid.uuid4()
    Delivery.objects.update(lease=token)
    Delivery.objects.filter(pk=in_hand.pk).update(handing_at=timezone.now(), attempts=1)
    assert send_due(seconds=1) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert send_due(seconds=1) == 0, "a clock on the wall that jumps ends no lease"
    seen = leases._seen[token]
    monkeypatch.setitem(leases._seen, token, seen - leases.dead_after() - 1)
    assert send_due(seconds=5) == 2
    assert (state(in_hand), in_hand.repeats) == (DeliveryState.SENT, 1)
    assert (state(not_begun), not_begun.repeats) == (DeliveryState.SENT, 0)


def test_a_clock_that_jumps_back_neither_loses_nor_repeats(mail: MailSink) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        deliveries("a@example.org")
        assert send_due(seconds=5) == 1
        deliveries("b@example.org")
    # made in what is now the future: due when the clock is there again
    with time_machine.travel(timezone.now() + dt.timedelta(days=1, minutes=1)):
        assert send_due(seconds=5) == 1
    assert len(mail.got) == len(set(mail.ids)) == 2


# ------------------------------------------------------------------ webhooks


def test_a_webhook_is_signed_so_that_a_receiver_can_check_it(hook: HookSink) -> None:
    endpoint = webhook(hook)
    (delivery,) = waiting(endpoint)
    assert send_due(seconds=5) == 1
    ((headers, body),) = hook.got
    plain = Webhook(endpoint.secrets[0]).verify(body, headers)
    assert plain == json.loads(body)
    assert (plain["type"], plain["data"]["id"]) == ("seam.change", delivery.delivery_id)
    assert plain["data"]["items"][0]["country"] == "TH"
    assert headers["webhook-id"] == delivery.delivery_id


def test_a_rotated_secret_signs_beside_the_new_one(hook: HookSink) -> None:
    endpoint = webhook(hook)
    (old,) = endpoint.secrets
    contacts.rotate_secret(endpoint=endpoint)
    waiting(endpoint)
    send_due(seconds=5)
    ((headers, body),) = hook.got
    for secret in (old, endpoint.secrets[0]):
        Webhook(secret).verify(body, headers)
    assert endpoint.secrets[0] != old


def test_a_webhook_that_answers_too_late_gets_the_same_id_again(hook: HookSink) -> None:
    hook.wait = 1.6
    (delivery,) = waiting(webhook(hook))
    assert send_due(seconds=5) == 0
    hook.wait = 0.0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        assert send_due(seconds=5) == 1
    assert [headers["webhook-id"] for headers, _body in hook.got] == [delivery.delivery_id] * 2
    delivery.refresh_from_db()
    assert delivery.repeats == 1


@pytest.mark.parametrize("status", [301, 400, 404, 500, 503])
def test_only_2xx_counts(hook: HookSink, status: int) -> None:
    hook.answer = lambda number: status
    (delivery,) = waiting(webhook(hook))
    assert send_due(seconds=5) == 0
    assert state(delivery) is DeliveryState.WAITING
    assert str(status) in delivery.last_error


def test_retry_after_is_heeded(hook: HookSink) -> None:
    hook.answer, hook.headers = (lambda number: 429), {"Retry-After": "7200"}
    (delivery,) = waiting(webhook(hook))
    send_due(seconds=5)
    delivery.refresh_from_db()
    assert delivery.due_at > timezone.now() + dt.timedelta(minutes=110)


def test_410_disables_a_webhook_and_its_owner_reads_it_in_the_portal(hook: HookSink) -> None:
    hook.answer = lambda number: 410
    endpoint = webhook(hook)
    waiting(endpoint)
    send_due(seconds=5)
    send_due(seconds=5)
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    (note,) = get_inbox(endpoint.contact)
    assert hook.url in items_of(note)[0].sentence


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/x"])
def test_a_webhook_into_the_inner_net_is_never_posted_to(url: str) -> None:
    endpoint = contacts.add_webhook(contact=account(), url=url)
    subscriptions.add(endpoint=endpoint, asked=Asked())
    (delivery,) = waiting(endpoint)
    send_due(seconds=5)
    endpoint.refresh_from_db()
    assert state(delivery) is DeliveryState.DEAD
    assert "not on the open internet" in endpoint.disabled_reason


@pytest.mark.parametrize("url", ["ftp://example.org/", "https://user:pw@example.org/", "http://example.org:22/"])
def test_an_address_that_is_no_webhook_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadSubscription):
        contacts.add_webhook(contact=account(), url=url)


def test_a_slow_webhook_holds_up_no_others_of_its_run(hook: HookSink) -> None:
    hook.answer = lambda number: 500
    endpoint = webhook(hook)
    made = [*waiting(endpoint), *waiting(endpoint), *waiting(portal_of(account("other")))]
    send_due(seconds=5)
    assert len(hook.got) == 1, "one knocks for all of its door"
    assert state(made[2]) is DeliveryState.SENT


# ------------------------------------------------------------------ health


def test_health_is_red_when_something_waits_for_more_than_five_minutes(client: Any) -> None:
    Country.objects.exists()
    assert client.get("/alerts/health/").status_code == 200
    (delivery,) = deliveries("a@example.org")
    Delivery.objects.update(created_at=timezone.now() - dt.timedelta(minutes=4))
    assert not get_health().is_red
    Delivery.objects.update(created_at=timezone.now() - dt.timedelta(minutes=6))
    page = client.get("/alerts/health/")
    assert page.status_code == 503
    assert b"6 minutes" in page.content
    assert b"seam_alerts_oldest_seconds 36" in client.get("/metrics").content
    assert delivery.endpoint.way == Way.MAIL
