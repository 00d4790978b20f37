"""From a bulletin to the messages: one for each endpoint that any subscription points at, in pieces, safe to repeat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
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

#: Subscriptions read at once, and matches a transaction: SQLite's writers wait no longer than for these.
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
    flags: list[Flag] = field(default_factory=list)


@handler("alerts.fan_out", longest_seconds=120)
def fan_out(payload: Payload) -> None:
    """Make the matches and deliveries of bulletins. Whatever was made by an earlier run stays as it is."""
    bulletins = Bulletin.objects.filter(bulletin_id__in=payload["bulletins"], fanned_at=None).order_by("pk")
    watched = are_lots_watched()
    every = [read(bulletin, watched=watched) for bulletin in bulletins]
    if not every:
        return
    after = 0
    while chunk := list(_watching(every).filter(pk__gt=after).order_by("pk")[:CHUNK]):
        after = chunk[-1].pk
        matches = (match for subscription in chunk for match in _matches(every, subscription))
        while part := list(islice(matches, CHUNK)):
            _keep(part)
    _note_readers([told.bulletin for told in every])


def _note_readers(bulletins: Sequence[Bulletin]) -> None:
    """That fan-out is done, and how many endpoints each bulletin goes to."""
    rows = Match.objects.filter(bulletin__in=bulletins).values("bulletin").order_by()
    readers: dict[Any, int] = {
        row["bulletin"]: row["count"] for row in rows.annotate(count=Count("endpoint", distinct=True))
    }
    for bulletin in bulletins:
        bulletin.fanned_at, bulletin.readers = timezone.now(), readers.get(bulletin.pk, 0)
    Bulletin.objects.bulk_update(bulletins, ["fanned_at", "readers"], batch_size=200)


def are_lots_watched() -> bool:
    return _live().filter(topic=Topic.LOTS.value).exists()


def read(bulletin: Bulletin, *, watched: bool) -> Told:
    """A bulletin with its items; exposure is worked out only where somebody watches lots."""
    told = Told(bulletin, [Item.from_json(plain) for plain in bulletin.items])
    keys = [item.key for item in told.items if item.kind is Kind.FLAG]
    told.flags = list(Flag.objects.filter(flag_id__in=keys)) if keys else []
    for item in told.items:
        told.touched.append(_touched(item, public_only=False) if watched else frozenset())
        told.public_touched.append(_touched(item, public_only=True) if watched else frozenset())
    return told


def _watching(every: Sequence[Told]) -> QuerySet[Subscription]:
    """Live subscriptions that may be concerned by any of them."""
    items = [item for told in every for item in told.items]
    topics = sorted(set().union(*(WATCHED_BY[item.kind] for item in items)))
    countries = sorted({"", *(item.country for item in items)})
    newest = max(told.bulletin.happened_at for told in every)
    return (
        _live()
        .filter(topic__in=topics, confirmed_at__lte=newest, country__in=countries)
        .select_related("contact__person", "endpoint")
    )


def matched(told: Told, subscription: Subscription, wish: Wish) -> list[int]:
    """The numbers of the items that a subscription is told of; none where its owner may not see them."""
    touched = touched_of(told, subscription)
    numbers = [number for number, item in enumerate(told.items) if not reasons_against(wish, item, touched[number])]
    return numbers if numbers and may_see(subscription, told) else []


def touched_of(told: Told, subscription: Subscription) -> list[frozenset[str]]:
    person = subscription.contact.person
    return told.touched if person is not None and can_view_all(person) else told.public_touched


def may_see(subscription: Subscription, told: Told) -> bool:
    """Flags are for officers of their country, lots for those who may see lots; closed accounts see nothing."""
    person: User | None = subscription.contact.person
    if person is not None and not person.is_active:
        return False
    if subscription.topic == Topic.FLAGS:
        return person is not None and any(person.has_perm("registry.decide_flag", flag) for flag in told.flags)
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


def _matches(every: Sequence[Told], subscription: Subscription) -> Iterator[Match]:
    """What a subscription is told of; who confirmed after a change had happened is not told of the past."""
    wish, now = wish_of(subscription), timezone.now()
    for told in every:
        if subscription.confirmed_at is None or subscription.confirmed_at > told.bulletin.happened_at:
            continue
        numbers = matched(told, subscription, wish)
        if numbers:
            yield _match(told, subscription, numbers, now)


def _match(told: Told, subscription: Subscription, numbers: list[int], now: dt.datetime) -> Match:
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


@transaction.atomic
def _keep(matches: Sequence[Match]) -> None:
    """Keep matches, and the deliveries of those that are told at once."""
    now = timezone.now()
    at_once = [match for match in matches if match.subscription.cadence == Cadence.INSTANT]
    deliveries = _deliveries(at_once, now)
    for match in at_once:
        match.delivery_id = deliveries[match.bulletin_id, match.endpoint_id]
    Match.objects.bulk_create(matches, ignore_conflicts=True, batch_size=500)
    if deliveries:
        ask_to_send(now)


def _deliveries(matches: Sequence[Match], now: dt.datetime) -> dict[tuple[int, int], int]:
    """The delivery of each bulletin and endpoint, made where there is none yet."""
    wanted = {(match.bulletin_id, match.endpoint_id): match.bulletin for match in matches}
    rows = [
        Delivery(endpoint_id=endpoint, key=bulletin.bulletin_id, bulletin=bulletin, due_at=now)
        for (_bulletin, endpoint), bulletin in sorted(wanted.items(), key=lambda one: one[0])
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    bulletins, endpoints = {bulletin for bulletin, _endpoint in wanted}, {endpoint for _bulletin, endpoint in wanted}
    found = Delivery.objects.filter(bulletin__in=bulletins, endpoint__in=endpoints)
    return {(row[0], row[1]): row[2] for row in found.values_list("bulletin_id", "endpoint_id", "pk")}
