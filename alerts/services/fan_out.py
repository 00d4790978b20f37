"""From a bulletin to the messages: one for each endpoint that any subscription points at, in pieces, safe to repeat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from alerts.choices import Cadence, Topic
from alerts.domain.items import Item, Kind
from alerts.domain.matching import WATCHED_BY, Wish, reasons_against
from alerts.models import Bulletin, Delivery, Match, Subscription
from alerts.services.sending import ask_to_send
from jobs.registry import Payload, handler
from registry.models import Flag, User
from traceability.domain.exposure import Reach
from traceability.selectors.exposure import get_exposure
from traceability.selectors.visibility import can_view_all

#: Subscriptions a transaction: SQLite's writers wait no longer than for these.
CHUNK = 1_000
#: Lots named to a reader in one message.
_MOST_LOTS = 50


@dataclass(slots=True)
class Told:
    """A bulletin as fan-out needs it: its items, and for each the lots its measures touch, all and public ones."""

    bulletin: Bulletin
    items: list[Item]
    touched: list[frozenset[str]] = field(default_factory=list)
    public_touched: list[frozenset[str]] = field(default_factory=list)


@handler("alerts.fan_out", longest_seconds=120)
def fan_out(payload: Payload) -> None:
    """Make the matches and deliveries of a bulletin. Whatever was made by an earlier run stays as it is."""
    bulletin = Bulletin.objects.get(bulletin_id=payload["bulletin"])
    if bulletin.fanned_at is not None:
        return
    told = read(bulletin)
    after = 0
    while chunk := list(watching(told).filter(pk__gt=after).order_by("pk")[:CHUNK]):
        after = chunk[-1].pk
        _fan_out_chunk(told, chunk)
    readers = Match.objects.filter(bulletin=bulletin).values("endpoint").distinct().count()
    Bulletin.objects.filter(pk=bulletin.pk).update(fanned_at=timezone.now(), readers=readers)


def read(bulletin: Bulletin) -> Told:
    """A bulletin with its items; exposure is worked out only where somebody watches lots."""
    told = Told(bulletin, [Item.from_json(plain) for plain in bulletin.items])
    watched = any(item.reaches for item in told.items) and _live().filter(topic=Topic.LOTS.value).exists()
    for item in told.items:
        told.touched.append(_touched(item, public_only=False) if watched else frozenset())
        told.public_touched.append(_touched(item, public_only=True) if watched else frozenset())
    return told


def watching(told: Told) -> QuerySet[Subscription]:
    """Live subscriptions that may be concerned; who confirmed after it happened is not told of the past."""
    topics = sorted(set().union(*(WATCHED_BY[item.kind] for item in told.items)))
    countries = sorted({"", *(item.country for item in told.items)})
    return (
        _live()
        .filter(topic__in=topics, confirmed_at__lte=told.bulletin.happened_at, country__in=countries)
        .select_related("contact__person", "endpoint")
    )


def matched(told: Told, subscription: Subscription) -> list[int]:
    """The numbers of the items that a subscription is told of; none where its owner may not see them."""
    if not may_see(subscription, told):
        return []
    wish = wish_of(subscription)
    touched = touched_of(told, subscription)
    return [number for number, item in enumerate(told.items) if not reasons_against(wish, item, touched[number])]


def touched_of(told: Told, subscription: Subscription) -> list[frozenset[str]]:
    person = subscription.contact.person
    return told.touched if person is not None and can_view_all(person) else told.public_touched


def may_see(subscription: Subscription, told: Told) -> bool:
    """Flags are for officers of their country, lots for those who may see lots; closed accounts see nothing."""
    person: User | None = subscription.contact.person
    if person is not None and not person.is_active:
        return False
    if subscription.topic == Topic.FLAGS:
        flags = Flag.objects.filter(flag_id__in=[item.key for item in told.items if item.kind is Kind.FLAG])
        return person is not None and any(person.has_perm("registry.decide_flag", flag) for flag in flags)
    if subscription.topic == Topic.LOTS and any(item.kind is Kind.FINDING for item in told.items):
        return person is not None and can_view_all(person)
    return True


def wish_of(subscription: Subscription) -> Wish:
    names = ("topic", "country", "domain", "mineral", "measure", "status", "least")
    values: dict[str, Any] = {name: getattr(subscription, name) for name in names}
    return Wish(**values, lots=frozenset(subscription.lots))


def _live() -> QuerySet[Subscription]:
    return Subscription.objects.filter(confirmed_at__isnull=False, stopped_at=None, endpoint__disabled_at=None)


def _touched(item: Item, *, public_only: bool) -> frozenset[str]:
    """The held lots that an item's measures touch."""
    lots: set[str] = set()
    for plain in item.reaches:
        hs, minerals, materials = (tuple(plain[name]) for name in ("hs", "minerals", "materials"))
        exposure = get_exposure(Reach(plain["country"], hs, minerals, materials), public_only=public_only)
        lots.update(one.lot.lot_id for one in exposure.lots)
    return frozenset(lots)


@transaction.atomic
def _fan_out_chunk(told: Told, chunk: Sequence[Subscription]) -> None:
    now = timezone.now()
    matches = [match for subscription in chunk if (match := _match(told, subscription, now)) is not None]
    if not matches:
        return
    at_once = {match.endpoint_id for match in matches if match.subscription.cadence == Cadence.INSTANT}
    deliveries = _deliveries(told.bulletin, at_once, now)
    for match in matches:
        if match.subscription.cadence == Cadence.INSTANT:
            match.delivery_id = deliveries[match.endpoint_id]
    Match.objects.bulk_create(matches, ignore_conflicts=True, batch_size=500)
    if deliveries:
        ask_to_send(now)


def _match(told: Told, subscription: Subscription, now: dt.datetime) -> Match | None:
    numbers = matched(told, subscription)
    if not numbers:
        return None
    touched = frozenset().union(*(touched_of(told, subscription)[number] for number in numbers))
    mine = touched & frozenset(subscription.lots) if subscription.lots else touched
    return Match(
        bulletin=told.bulletin,
        subscription=subscription,
        endpoint_id=subscription.endpoint_id,
        items=numbers,
        touched=sorted(mine)[:_MOST_LOTS] if subscription.topic == Topic.LOTS else [],
        created_at=now,
    )


def _deliveries(bulletin: Bulletin, endpoints: set[int], now: dt.datetime) -> dict[int, int]:
    """The delivery of each endpoint, made where there is none yet."""
    rows = [
        Delivery(endpoint_id=endpoint, key=bulletin.bulletin_id, bulletin=bulletin, due_at=now)
        for endpoint in sorted(endpoints)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    found = Delivery.objects.filter(key=bulletin.bulletin_id, endpoint__in=endpoints)
    return dict(found.values_list("endpoint_id", "pk"))
