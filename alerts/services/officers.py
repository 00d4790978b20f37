"""Officers are told what needs a person: by mail where they confirmed an address, else on their page of alerts."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from alerts.choices import Way
from alerts.domain.items import Item, Kind
from alerts.models import Bulletin, Contact, Delivery, Endpoint
from alerts.services.contacts import contact_of
from alerts.services.owners import portal_of
from alerts.services.sending import ask_to_send
from jobs.registry import Payload, handler
from registry.models import Feed, User

KIND = "alerts.feed_needs_person"


@handler(KIND)
def tell_of_feed(payload: Payload) -> None:
    """Tell the officers of a feed's country, and the region's, that it has not answered for a week; once a failure."""
    feed = Feed.objects.select_related("country").get(feed_id=payload["feed"])
    thread = f"feed:{feed.feed_id}:{payload['since']}"[:160]
    with transaction.atomic():
        if Bulletin.objects.filter(thread=thread).exists():
            return
        now = timezone.now()
        bulletin = Bulletin.objects.create(
            thread=thread, items=[_item(feed).to_json()], happened_at=now, settled_at=now, fanned_at=now
        )
        for person in _officers(feed):
            way = _way_to(contact_of(person=person))
            Delivery.objects.create(endpoint=way, key=bulletin.bulletin_id, bulletin=bulletin, due_at=now)
        ask_to_send(now)


def _item(feed: Feed) -> Item:
    return Item(
        kind=Kind.NOTE,
        key=feed.feed_id,
        title=f"The feed {feed.title} needs you"[:200],
        sentence=f"It could not be read for a week, or is gone: {feed.last_error} It is looked at further, ever more "
        "seldom; check its address, or stop watching it.",
        page=reverse("admin:registry_feed_change", args=[feed.pk]),
        recorded_at=timezone.now().isoformat(),
    )


def _officers(feed: Feed) -> QuerySet[User]:
    here = Q(memberships__country=None) | Q(memberships__country=feed.country_id)
    return User.objects.filter(here, is_active=True, memberships__role="officer").distinct().order_by("pk")


def _way_to(contact: Contact) -> Endpoint:
    """Mail, where an address is confirmed and works; else the portal, which every account has."""
    live = contact.endpoints.filter(way=Way.MAIL.value, disabled_at=None, subscriptions__confirmed_at__isnull=False)
    return live.first() or portal_of(contact)
