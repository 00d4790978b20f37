"""What a provider reports comes in by its webhook, as anymail reads it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from alerts.models import Endpoint, Subscription
from alerts.services import subscriptions

pytestmark = pytest.mark.django_db
SECRET = "seam:a-long-secret"


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Subscription:
    monkeypatch.setattr(settings, "ANYMAIL", {"WEBHOOK_SECRET": SECRET}, raising=False)
    subscription = subscriptions.ask(email="reader@example.org")
    subscriptions.confirm(subscription=subscription)
    return subscription


def report(client: Client, secret: str = SECRET, **fields: Any) -> int:
    token = base64.b64encode(secret.encode()).decode()
    body = {"MessageID": "x", "Recipient": "Reader@example.org", "Email": "Reader@example.org", **fields}
    answer = client.post(
        "/reports/mail/postmark/tracking/", json.dumps(body), content_type="application/json",
        headers={"authorization": f"Basic {token}"},
    )  # fmt: skip
    return answer.status_code


def test_an_address_that_bounces_is_disabled_with_the_providers_words(client: Client, reader: Subscription) -> None:
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "Description": "The user is unknown."}
    assert report(client, **bounce) == 200
    endpoint = Endpoint.objects.get()
    assert endpoint.disabled_at is not None
    assert "The user is unknown." in endpoint.disabled_reason


def test_a_complaint_stops_the_mails(client: Client, reader: Subscription) -> None:
    assert report(client, RecordType="SpamComplaint", Type="SpamComplaint", TypeCode=512) == 200
    reader.refresh_from_db()
    assert not subscriptions.is_active(reader)


def test_a_report_of_a_stranger_does_nothing(client: Client, reader: Subscription) -> None:
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1}
    assert report(client, secret="seam:guessed", **bounce) == 400
    assert Endpoint.objects.get().disabled_at is None


def test_a_delay_is_left_to_the_provider(client: Client, reader: Subscription) -> None:
    assert report(client, RecordType="Bounce", Type="Transient", TypeCode=2) == 200
    assert Endpoint.objects.get().disabled_at is None
