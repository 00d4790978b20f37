"""Asking to be told, confirming it by mail, and stopping."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from alerts.exceptions import BadSubscription
from alerts.models import Contact, Subscription
from jobs.services import enqueue
from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry.models import Country
from scoring.models import DOMAINS


@transaction.atomic
def ask(*, email: str, country: str = "", domain: str = "") -> Subscription:
    """Note a wish to be told and mail a link to confirm it. Says the same whether the address was known or not.

    Raises BadSubscription where the address or the choice cannot be.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadSubscription(f"'{email}' is no mail address.") from error
    if country and not Country.objects.filter(code=country).exists():
        raise BadSubscription(f"'{country}' is not in the register.")
    if domain and domain not in dict(DOMAINS):
        raise BadSubscription(f"'{domain}' is no domain: choose access, capability or governance.")
    contact, _new = Contact.objects.get_or_create(email=email.strip().lower())
    subscription, _new = Subscription.objects.get_or_create(
        contact=contact, country=country, domain=domain, defaults={"asked_at": timezone.now()}
    )
    if not is_active(subscription):
        subscription.asked_at = timezone.now()
        subscription.save()
        _record(subscription, "ask")
        enqueue(
            kind="alerts.confirmation", key=subscription.subscription_id, payload={"id": subscription.subscription_id}
        )
    return subscription


@transaction.atomic
def confirm(*, subscription: Subscription) -> None:
    """Count a subscription from now on; twice is once."""
    if not is_active(subscription):
        subscription.confirmed_at, subscription.stopped_at = timezone.now(), None
        subscription.save()
        _record(subscription, "confirm")


@transaction.atomic
def stop(*, subscription: Subscription) -> None:
    """Tell this reader nothing more under this subscription; twice is once."""
    if is_active(subscription):
        subscription.stopped_at = timezone.now()
        subscription.save()
        _record(subscription, "stop")


def is_active(subscription: Subscription) -> bool:
    return subscription.confirmed_at is not None and subscription.stopped_at is None


def _record(subscription: Subscription, action: str) -> None:
    by = Actor(subscription.contact.contact_id, Door.WEB)
    after = {"country": subscription.country, "domain": subscription.domain, "active": is_active(subscription)}
    record(by=by, change=Change(action, "subscription", subscription.subscription_id, None, after))
