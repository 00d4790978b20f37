"""A way that will never work again is disabled, and its owner is told by another."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from alerts.choices import Way
from alerts.domain.items import Item, Kind
from alerts.languages import ENGLISH
from alerts.models import Bulletin, Contact, Delivery, Endpoint, Match, Subscription
from alerts.telling import said
from ledger.domain.actor import WORKER, Actor
from ledger.services import Change, record


@transaction.atomic
def disable(*, endpoint: Endpoint, reason: str) -> None:
    """Stop using an endpoint, drop nothing of its log, and tell its owner by whatever else reaches them."""
    changed = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(
        disabled_at=timezone.now(), disabled_reason=reason[:500]
    )
    if not changed:
        return
    record(by=WORKER, change=Change("disable", "endpoint", endpoint.endpoint_id, None, {"way": endpoint.way}))
    for other in _others(endpoint):
        _tell(other, endpoint, reason)
        break


@transaction.atomic
def enable(*, endpoint: Endpoint, by: Actor) -> None:
    """Use an endpoint again."""
    if Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False).update(disabled_at=None, disabled_reason=""):
        record(by=by, change=Change("enable", "endpoint", endpoint.endpoint_id, None, {"way": endpoint.way}))


def portal_of(contact: Contact) -> Endpoint:
    return Endpoint.objects.get_or_create(contact=contact, way=Way.PORTAL.value, url="")[0]


def _others(endpoint: Endpoint) -> list[Endpoint]:
    """Mail first, where an address is confirmed; then the portal, which every account has."""
    contact = endpoint.contact
    live = contact.endpoints.filter(disabled_at=None).exclude(pk=endpoint.pk)
    mail = live.filter(way=Way.MAIL.value, subscriptions__confirmed_at__isnull=False).distinct()
    portal = [portal_of(contact)] if contact.person_id and endpoint.way != Way.PORTAL else []
    return [*mail, *portal]


def _tell(other: Endpoint, broken: Endpoint, reason: str) -> None:
    from alerts.services.sending import ask_to_send

    now = timezone.now()
    item = Item(
        kind=Kind.NOTE,
        key=broken.endpoint_id,
        title="",
        sentence="",
        page="/alerts/",
        recorded_at=now.isoformat(),
        data={"url": broken.url, "reason": reason},
    )
    words = said(item, ENGLISH)
    item = replace(item, title=words.title[:200], sentence=words.sentence)
    bulletin = Bulletin.objects.create(
        thread=f"endpoint:{broken.endpoint_id}", items=[item.to_json()], happened_at=now, settled_at=now, fanned_at=now
    )
    delivery = Delivery.objects.create(endpoint=other, key=bulletin.bulletin_id, bulletin=bulletin, due_at=now)
    subscription = Subscription.objects.filter(endpoint=broken).first()
    if subscription is not None:
        Match.objects.create(
            bulletin=bulletin, subscription=subscription, endpoint=other, delivery=delivery, items=[0], created_at=now
        )
    ask_to_send(now)
