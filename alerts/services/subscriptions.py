"""Asking to be told, confirming it by mail, changing it and stopping."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from alerts.choices import ACCOUNT_TOPICS, TOPICS, Cadence, Topic, Way
from alerts.exceptions import BadSubscription
from alerts.messages import confirmation_message
from alerts.models import Contact, Endpoint, Subscription
from jobs.registry import Payload, handler
from jobs.services import enqueue
from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry.choices import MEASURE_CODES, STATUSES
from registry.models import Country, Mineral
from scoring.models import DOMAINS

#: Confirmations that one address gets within an hour: who is asked for by a stranger is not flooded.
MOST_CONFIRMATIONS = 5
#: The same is asked for again by mail after so long at the soonest.
ASK_AGAIN_AFTER = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for; blank: all. ``least``: the smallest change of a score, in levels."""

    topic: str = Topic.CHANGES.value
    country: str = ""
    domain: str = ""
    mineral: str = ""
    measure: str = ""
    status: str = ""
    least: int = 0
    lots: tuple[str, ...] = ()
    cadence: str = Cadence.INSTANT.value


def ask(
    *, email: str, asked: Asked | None = None, country: str = "", domain: str = "", language: str = "", zone: str = ""
) -> Subscription:
    """Note a wish to be told by mail, and mail a link to confirm it. Says the same whether the address was known.

    ``country`` and ``domain`` are short for an `Asked` with these alone. Raises BadSubscription where the address or
    the choice cannot be.
    """
    asked = asked or Asked(country=country, domain=domain)
    _check(asked, account=False)
    address = clean_address(email)
    with transaction.atomic():
        contact, is_first = Contact.objects.get_or_create(email=address)
        if is_first:
            contact.language, contact.time_zone = language or "en", zone or "UTC"
            contact.save()
        endpoint = mail_endpoint(contact)
        subscription, is_new = _get_or_make(endpoint, asked)
        if not is_active(subscription):
            _ask_to_confirm(subscription, is_new=is_new)
    return subscription


@transaction.atomic
def add(*, endpoint: Endpoint, asked: Asked) -> Subscription:
    """A wish of somebody who has proved who they are. Mail to an address never confirmed is confirmed first."""
    if asked.topic == Topic.HEADS:  # a head is of the whole log: there is nothing to narrow
        asked = Asked(topic=asked.topic, cadence=asked.cadence)
    _check(asked, account=endpoint.contact.person_id is not None)
    subscription, is_new = _get_or_make(endpoint, asked)
    if is_active(subscription):
        return subscription
    if endpoint.way == Way.MAIL and not _is_proved(endpoint):
        _ask_to_confirm(subscription, is_new=is_new)
    else:
        confirm(subscription=subscription)
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


@transaction.atomic
def stop_all(*, contact: Contact) -> None:
    for subscription in contact.subscriptions.filter(confirmed_at__isnull=False, stopped_at=None):
        stop(subscription=subscription)


@transaction.atomic
def set_cadence(*, subscription: Subscription, cadence: str) -> None:
    """At once, daily or weekly. Raises BadSubscription."""
    if cadence not in set(Cadence):
        raise BadSubscription("Choose at once, daily or weekly.")
    subscription.cadence = cadence
    subscription.save(update_fields=["cadence"])
    _record(subscription, "change")


def is_active(subscription: Subscription) -> bool:
    return subscription.confirmed_at is not None and subscription.stopped_at is None


def mail_endpoint(contact: Contact) -> Endpoint:
    return Endpoint.objects.get_or_create(contact=contact, way=Way.MAIL.value, url="")[0]


def clean_address(email: str) -> str:
    """A mail address in one spelling, its domain as the wire has it. Raises BadSubscription."""
    try:
        validate_email(email.strip())
        local, _, domain = email.strip().rpartition("@")
        return f"{local}@{domain.encode('idna').decode()}".lower()
    except (ValidationError, UnicodeError) as error:
        raise BadSubscription(f"'{email[:100]}' is no mail address.") from error


@handler("alerts.confirmation")
def send_confirmation(payload: Payload) -> None:
    subscription = Subscription.objects.select_related("contact").get(subscription_id=payload["id"])
    confirmation_message(subscription).send()


def _ask_to_confirm(subscription: Subscription, *, is_new: bool) -> None:
    now = timezone.now()
    recent = subscription.contact.subscriptions.filter(asked_at__gt=now - dt.timedelta(hours=1), confirmed_at=None)
    was_asked_just_now = not is_new and subscription.asked_at > now - ASK_AGAIN_AFTER
    if was_asked_just_now or recent.count() > MOST_CONFIRMATIONS:
        return
    subscription.asked_at = timezone.now()
    subscription.save()
    _record(subscription, "ask")
    enqueue(kind="alerts.confirmation", key=subscription.subscription_id, payload={"id": subscription.subscription_id})


def _is_proved(endpoint: Endpoint) -> bool:
    """Whether a link mailed to the address was ever answered."""
    return endpoint.subscriptions.filter(confirmed_at__isnull=False).exists()


def _get_or_make(endpoint: Endpoint, asked: Asked) -> tuple[Subscription, bool]:
    values: dict[str, Any] = {**asdict(asked), "lots": sorted(asked.lots)}
    cadence = values.pop("cadence")
    scope = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    defaults = {**values, "contact": endpoint.contact, "asked_at": timezone.now(), "cadence": cadence}
    subscription, is_new = Subscription.objects.get_or_create(endpoint=endpoint, scope=scope, defaults=defaults)
    if subscription.cadence != cadence:
        subscription.cadence = cadence
        subscription.save(update_fields=["cadence"])
    return subscription, is_new


def _check(asked: Asked, *, account: bool) -> None:
    """Raise BadSubscription, saying which value cannot be."""
    topics = dict(TOPICS + (ACCOUNT_TOPICS if account else []))
    allowed: list[tuple[str, str, Any, str]] = [
        ("topic", asked.topic, topics, "choose scores, instruments or both; lots, flags and heads need an account"),
        ("domain", asked.domain, dict(DOMAINS), "choose access, capability or governance"),
        ("measure", asked.measure, dict(MEASURE_CODES), "choose one of the list"),
        ("status", asked.status, dict(STATUSES), "choose one of the list"),
        ("cadence", asked.cadence, set(Cadence), "choose instant, daily or weekly"),
    ]
    for name, value, values, how in allowed:
        if value and value not in values:
            raise BadSubscription(f"'{value[:60]}' is no {name}: {how}.")
    if asked.country and not Country.objects.filter(code=asked.country).exists():
        raise BadSubscription(f"'{asked.country[:60]}' is not in the register.")
    if asked.mineral and not Mineral.objects.filter(code=asked.mineral).exists():
        raise BadSubscription(f"'{asked.mineral[:60]}' is no mineral of the register.")
    if not 0 <= asked.least <= 4:
        raise BadSubscription("The smallest change lies between 0 and 4 levels.")


def _record(subscription: Subscription, action: str) -> None:
    person = subscription.contact.person
    by = Actor(person.public_id if person else subscription.contact.contact_id, Door.WEB)
    after = {
        "topic": subscription.topic,
        "country": subscription.country,
        "domain": subscription.domain,
        "cadence": subscription.cadence,
        "active": is_active(subscription),
    }
    record(by=by, change=Change(action, "subscription", subscription.subscription_id, None, after))
