"""What readers and officers ask: what was told, why something was not, and whether messages get out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from alerts.choices import DeliveryState, Topic
from alerts.domain.items import Item
from alerts.domain.matching import Wish, reasons_against
from alerts.languages import ENGLISH
from alerts.messages import title_of
from alerts.models import Bulletin, Contact, Delivery, Match, Notice, Subscription
from alerts.scopes import scope_text
from alerts.services.fan_out import Told, are_lots_watched, may_see, read, touched_of, wish_of
from ledger.models import Entry, Leaf
from ledger.selectors import get_newest_entry
from registry.models import User
from registry.parts import ProofMark

#: What waits for longer than this is late, and the health page is red.
LATE_AFTER = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Health:
    """``oldest`` is the age of what waits longest to be handed over, digests that wait for their hour aside."""

    oldest: dt.timedelta
    waiting: int
    retrying: int
    dead: int
    sent_last_day: int

    @property
    def is_red(self) -> bool:
        return self.oldest > LATE_AFTER

    @property
    def seconds(self) -> int:
        return int(self.oldest.total_seconds())

    @property
    def minutes(self) -> int:
        return self.seconds // 60


def watches(*, person: User, lot_id: str) -> list[Subscription]:
    """What somebody is told of one lot alone."""
    rows = Subscription.objects.filter(contact__person=person, topic=Topic.LOTS.value, stopped_at=None)
    return [row for row in rows.exclude(confirmed_at=None) if row.lots == [lot_id]]


def follows(*, person: User, lot_id: str) -> bool:
    return bool(watches(person=person, lot_id=lot_id))


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a subscription did or did not bring a message about a bulletin."""

    scope: str
    is_told: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogRow:
    """A bulletin or digest as a reader's log lists it; ``entry`` is the log entry of the first change it tells."""

    title: str
    at: dt.datetime
    outcome: str
    bulletin_id: str
    delivery: Delivery | None = None
    entry: int | None = None
    proof: ProofMark | None = None


def get_health(now: dt.datetime | None = None) -> Health:
    """How long the oldest undelivered thing waits: a notice, a bulletin that is not fanned out, or a delivery."""
    now = now or timezone.now()
    waits, dead = Q(state=DeliveryState.WAITING.value), Q(state=DeliveryState.DEAD.value)
    sent = Q(sent_at__gte=now - dt.timedelta(days=1))
    # What is asked of deliveries stands in one query; those long sent are not read.
    found = Delivery.objects.filter(waits | dead | sent).aggregate(
        oldest=Min("created_at", filter=waits),
        waiting=Count("pk", filter=waits),
        retrying=Count("pk", filter=waits & ~Q(last_error="")),
        dead=Count("pk", filter=dead),
        sent_last_day=Count("pk", filter=sent),
    )
    oldest = [
        Notice.objects.filter(bulletin=None).order_by("noted_at").values_list("noted_at", flat=True).first(),
        Bulletin.objects.filter(fanned_at=None)
        .exclude(items=[])
        .order_by("settled_at")
        .values_list("settled_at", flat=True)
        .first(),
        found.pop("oldest"),
    ]
    ages = [now - at for at in oldest if at is not None]
    return Health(oldest=max(ages, default=dt.timedelta(0)), **found)


def get_subscriptions(contact: Contact) -> QuerySet[Subscription]:
    """All that was not stopped, confirmed or waiting for it."""
    return contact.subscriptions.filter(stopped_at=None).select_related("endpoint").order_by("pk")


def get_inbox(contact: Contact, *, most: int = 30) -> list[Delivery]:
    """What lies in a reader's portal, newest first."""
    rows = Delivery.objects.filter(endpoint__contact=contact, endpoint__way="portal", state=DeliveryState.SENT.value)
    return list(rows.select_related("bulletin").prefetch_related("matches__bulletin").order_by("-pk")[:most])


def get_log(contact: Contact, *, most: int = 40) -> list[LogRow]:
    """A reader's deliveries and the changes that brought none, newest first."""
    deliveries = Delivery.objects.filter(endpoint__contact=contact).select_related("endpoint", "bulletin")
    rows = [_row(delivery) for delivery in deliveries.prefetch_related("matches__bulletin").order_by("-pk")[:most]]
    told = {row.bulletin_id for row in rows}
    for bulletin in Bulletin.objects.order_by("-pk")[:most]:
        if bulletin.bulletin_id not in told and not bulletin.thread.startswith("endpoint:"):
            entry = _first_entry([Item.from_json(plain) for plain in bulletin.items])
            rows.append(LogRow(_title(bulletin), bulletin.settled_at, "no message", bulletin.bulletin_id, entry=entry))
    return _with_proofs(sorted(rows, key=lambda row: row.at, reverse=True)[:most])


def get_announcement(bulletin: Bulletin) -> ProofMark | None:
    """Where the log says that a bulletin was made; None for a note about a way, which is none."""
    entry = get_newest_entry("bulletin", bulletin.bulletin_id)
    return ProofMark(entry.pk, hasattr(entry, "leaf")) if entry else None


def _with_proofs(rows: Sequence[LogRow]) -> list[LogRow]:
    """Each with its place in the log: that of the change, or of the bulletin of what changed back."""
    bare = [row.bulletin_id for row in rows if row.entry is None and row.bulletin_id]
    announced = Entry.objects.filter(object_type="bulletin", object_id__in=bare).values_list("object_id", "pk")
    numbers = dict(announced)
    entries = [row.entry or numbers.get(row.bulletin_id) for row in rows]
    sealed = set(Leaf.objects.filter(entry__in=[each for each in entries if each]).values_list("entry_id", flat=True))
    return [
        replace(row, proof=ProofMark(entry, entry in sealed) if entry else None)
        for row, entry in zip(rows, entries, strict=True)
    ]


def _first_entry(items: Sequence[Item]) -> int | None:
    return next((item.entry for item in items if item.entry), None)


def items_of(delivery: Delivery) -> list[Item]:
    """What a delivery tells, from its matches; for a note about a way, from its bulletin."""
    found: dict[str, Item] = {}
    for match in delivery.matches.all():
        for number in match.items:
            item = Item.from_json(match.bulletin.items[number])
            found.setdefault(f"{item.kind}:{item.key}", item)
    if not found and delivery.bulletin is not None:
        return [Item.from_json(plain) for plain in delivery.bulletin.items]
    return list(found.values())


def explain(contact: Contact, bulletin: Bulletin) -> list[Explained]:
    """For each subscription of a reader: the message that a change brought, or why it brought none."""
    if not bulletin.items:
        words = "It came back to where it was before it had settled, so nobody was told."
        return [Explained("everybody", False, (words,))]
    told = read(bulletin, watched=are_lots_watched())
    subscriptions = contact.subscriptions.select_related("endpoint", "contact__person").order_by("pk")
    return [_explain(told, subscription) for subscription in subscriptions]


def _explain(told: Told, subscription: Subscription) -> Explained:
    scope = scope_text(subscription)
    match = Match.objects.filter(bulletin=told.bulletin, subscription=subscription).select_related("delivery").first()
    if match is not None:
        return Explained(scope, True, (_of_match(match),))
    return Explained(scope, False, tuple(_against(told, subscription)))


def _against(told: Told, subscription: Subscription) -> Sequence[str]:
    at = told.bulletin.happened_at
    if subscription.confirmed_at is None:
        return ["The link in the mail that asked you to confirm was not answered."]
    if subscription.confirmed_at > at:
        return ["You confirmed it after the change had happened."]
    if subscription.stopped_at is not None and subscription.stopped_at <= told.bulletin.settled_at:
        return ["You had stopped it."]
    if subscription.endpoint.disabled_at is not None:
        return [f"Messages did not get through to you and were switched off: {subscription.endpoint.disabled_reason}"]
    if not may_see(subscription, told):
        return ["Your account may not see what it is about."]
    touched, wish = touched_of(told, subscription), wish_of(subscription)
    names = _names(wish, told.items)
    found = [
        reason
        for number, item in enumerate(told.items)
        for reason in reasons_against(wish, item, touched[number], names)
    ]
    return list(dict.fromkeys(found)) or ["It is being told just now."]


def _names(wish: Wish, items: Sequence[Item]) -> dict[str, str]:
    """What the codes of a wish and of items are called."""
    minerals = {wish.mineral, *(mineral for item in items for mineral in item.minerals)} - {""}
    return {
        wish.country: ENGLISH.country(wish.country),
        wish.measure: ENGLISH.measure(wish.measure),
        wish.status: ENGLISH.status(wish.status),
        **{mineral: ENGLISH.mineral(mineral) for mineral in minerals},
    }


def _of_match(match: Match) -> str:
    if match.delivery is None:
        return "It waits for your next digest, at seven in the morning."
    return outcome_of(match.delivery)


def outcome_of(delivery: Delivery) -> str:
    """Where a delivery stands, in a sentence."""
    again = (
        f" Handed over {delivery.repeats + 1} times, as it was not known whether it had arrived; one message id."
        if (delivery.repeats)
        else ""
    )
    match DeliveryState(delivery.state):
        case DeliveryState.SENT:
            return f"Handed over on {delivery.sent_at:%d %b %Y at %H:%M:%S} UTC.{again}"
        case DeliveryState.WAITING if delivery.last_error:
            return (
                f"Tried {delivery.attempts} times, next on {delivery.due_at:%d %b at %H:%M} UTC: {delivery.last_error}"
            )
        case DeliveryState.WAITING:
            return "It is on its way."
        case DeliveryState.DEAD:
            return f"Given up after {delivery.attempts} attempts: {delivery.last_error}"
        case DeliveryState.DROPPED:
            return delivery.last_error or "Not wanted any more."


def _row(delivery: Delivery) -> LogRow:
    bulletin_id = delivery.bulletin.bulletin_id if delivery.bulletin else ""
    items = items_of(delivery)
    title = "A test" if delivery.key.startswith("test:") else title_of(delivery, items)
    outcome = f"{delivery.endpoint.get_way_display()}: {outcome_of(delivery)}"
    return LogRow(title, delivery.created_at, outcome, bulletin_id, delivery, _first_entry(items))


def _title(bulletin: Bulletin) -> str:
    if bulletin.items:
        return str(bulletin.items[0]["title"])
    return f"{bulletin.thread}: changed, and changed back"
