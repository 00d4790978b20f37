"""Telling subscribers of a change: once each, though any step may be repeated."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from alerts.messages import change_message, confirmation_message
from alerts.models import Delivery, Subscription
from jobs.registry import Payload, handler
from jobs.services import enqueue
from ledger.domain.actor import WORKER
from ledger.services import Change, record
from scoring.models import ScoreChange


@handler("alerts.fan_out", derives=True)
def fan_out(payload: Payload) -> None:
    """Make one delivery for each reader who asked for this change."""
    change = ScoreChange.objects.get(change_id=payload["change_id"])
    with transaction.atomic():
        for subscription in matching(change):
            delivery, is_new = Delivery.objects.get_or_create(
                change_id=change.change_id, contact=subscription.contact, defaults={"subscription": subscription}
            )
            if is_new:
                enqueue(kind="alerts.deliver", key=delivery.delivery_id, payload={"id": delivery.delivery_id})


def matching(change: ScoreChange) -> list[Subscription]:
    """Confirmed subscriptions that a change concerns; who confirmed after it happened is not told of the past."""
    asked = Q(country="") | Q(country=change.country)
    if change.domain:
        asked &= Q(domain="") | Q(domain=change.domain)
    return list(
        Subscription.objects.filter(asked, confirmed_at__lte=change.recorded_at, stopped_at=None)
        .select_related("contact")
        .order_by("pk")
    )


@handler("alerts.deliver")
def deliver(payload: Payload) -> None:
    """Send one message. Sent and not yet noted as sent, it is sent again with the same id: one visible effect."""
    delivery = Delivery.objects.select_related("contact", "subscription").get(delivery_id=payload["id"])
    if delivery.sent_at is not None or delivery.subscription.stopped_at is not None:
        return
    Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1)
    change = ScoreChange.objects.get(change_id=delivery.change_id)
    change_message(change, delivery).send()
    with transaction.atomic():
        noted = Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(sent_at=timezone.now())
        if noted:
            after: dict[str, Any] = {"change": change.change_id, "subscription": delivery.subscription.subscription_id}
            record(by=WORKER, change=Change("deliver", "delivery", delivery.delivery_id, None, after))


@handler("alerts.confirmation")
def send_confirmation(payload: Payload) -> None:
    subscription = Subscription.objects.select_related("contact").get(subscription_id=payload["id"])
    confirmation_message(subscription).send()
