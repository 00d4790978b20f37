"""Hands messages over: claimed under a lease, marked before and after, tried again for three days, never lost.

One statement marks a message as handed over and the next one as in hand, so a process that dies leaves at most one of
which it is not known whether it arrived. That one goes out again under the same id and is logged as such. A batch is
closed at its end, in one transaction with its entries in the log; where its worker died before, by whoever takes over.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from alerts.channels import Channel, Outcome, Parcel, Verdict
from alerts.channels.opening import open_channel
from alerts.choices import DeliveryState, Way
from alerts.domain.retrying import wait_after
from alerts.messages import Letterbox
from alerts.models import Attempt, Delivery
from alerts.services import leases
from alerts.services.owners import disable
from jobs.registry import Payload, handler, periodic
from jobs.services import enqueue
from ledger.domain.actor import WORKER, Actor
from ledger.services import Change, record, record_many

logger = logging.getLogger(__name__)

BATCH = 100
#: Workers that may send at the same time.
LANES = 2
#: A run ends after so long, so that other work of the same worker goes on.
RUN_SECONDS = 4.0
#: What was not tried because its server did not answer another is looked at again after so long.
_KNOCK_AGAIN = dt.timedelta(seconds=5)
_random = random.Random()  # jitter, no secret


def ask_to_send(at: dt.datetime) -> None:
    """Let workers send, inside the transaction that made deliveries."""
    for lane in range(LANES):
        enqueue(kind="alerts.send", key=f"lane-{lane}", due_at=at)


@handler("alerts.send", urgent=False, longest_seconds=90)
def send(payload: Payload) -> None:
    if send_due(seconds=RUN_SECONDS) and _claimable().exists():
        with transaction.atomic():
            ask_to_send(timezone.now())


# The sweep: what is due again, or was left by a worker that died.
@handler("alerts.sweep", urgent=False, longest_seconds=90)
def sweep(payload: Payload) -> None:
    if _claimable().exists():
        send_due(seconds=RUN_SECONDS)


periodic("alerts.sweep", seconds=2)


def send_due(*, seconds: float) -> int:
    """Hand over what is due, for about so long; returns how many messages were sent."""
    ends, sent = time.monotonic() + seconds, 0
    with _Round() as current:
        while time.monotonic() < ends and (batch := _claim()):
            sent += current.send(batch)
    return sent


@transaction.atomic
def replay(*, deliveries: Sequence[Delivery], by: Actor) -> int:
    """Send again what was given up, under its old id; returns how many that was."""
    keys = [delivery.pk for delivery in deliveries]
    again = Delivery.objects.filter(pk__in=keys, state=DeliveryState.DEAD.value)
    names = list(again.values_list("delivery_id", flat=True))
    now = timezone.now()
    again.update(state=DeliveryState.WAITING.value, due_at=now, attempts=0, last_error="", lease=None)
    if names:
        record_many(by=by, changes=[Change("replay", "delivery", name, None, None) for name in names])
        ask_to_send(now)
    return len(names)


# ------------------------------------------------------------------ claiming


def _claimable() -> QuerySet[Delivery]:
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING.value)
    out = waiting.exclude(lease=None).order_by().values_list("lease", flat=True).distinct()
    free = Q(lease=None) | Q(lease__in=leases.dead([lease for lease in out if lease is not None]))
    return waiting.filter(free, due_at__lte=timezone.now())


@transaction.atomic
def _take(token: uuid.UUID) -> int:
    rows = _claimable().order_by("due_at", "pk").select_for_update(skip_locked=True)[:BATCH]
    keys = list(rows.values_list("pk", flat=True))
    return Delivery.objects.filter(pk__in=keys).update(lease=token) if keys else 0


def _claim() -> list[Delivery]:
    token = uuid.uuid4()
    if not _take(token):
        return []
    rows = Delivery.objects.filter(lease=token).select_related("endpoint__contact__person")
    return list(rows.order_by("due_at", "pk"))


# ------------------------------------------------------------------ handing over


@dataclass(slots=True)
class _Round:
    """One run: its open channels, and the batch in hand."""

    channels: dict[str, Channel] = field(default_factory=dict)
    letters: Letterbox = field(default_factory=Letterbox)
    #: Endpoints and ways that did not answer in this run: others wait instead of knocking too.
    silent: set[str] = field(default_factory=set)

    def __enter__(self) -> _Round:
        return self

    def __exit__(self, *problem: object) -> None:
        for channel in self.channels.values():
            channel.__exit__(*problem)

    def send(self, batch: Sequence[Delivery]) -> int:
        ends = time.monotonic() + leases.BATCH_SECONDS
        handed = [delivery for delivery in batch if delivery.handed_at is not None]
        waiting = [delivery for delivery in batch if delivery.handed_at is None]
        self.letters.fill(waiting)
        before = None
        for delivery in waiting:
            if time.monotonic() > ends:
                break
            parcel = self._parcel(delivery) if self._is_to_go(delivery) else None
            if parcel is None:
                continue
            # all is made before it is marked as in hand: what is marked and not sent may have arrived
            if not _surely(_mark, before, delivery):
                before = None
                continue
            before = delivery if self._hand_over(delivery, parcel) else None
            if before is not None:
                handed.append(delivery)
        _surely(_mark, before, None)
        if handed:
            _surely(lambda *_nothing: _close_handed(handed), None, None)
        _release(batch)
        return len(handed)

    def _is_to_go(self, delivery: Delivery) -> bool:
        """Drop what nobody wants any more; leave for later what would knock at a silent door."""
        reason = self.letters.unwanted(delivery)
        if reason:
            _close(delivery, DeliveryState.DROPPED, reason)
            return False
        if _door(delivery) in self.silent:
            _put_back(delivery, timezone.now() + _KNOCK_AGAIN, "")
            return False
        return True

    def _parcel(self, delivery: Delivery) -> Parcel | None:
        try:
            self._channel(delivery)
            return self.letters.parcel(delivery)
        except Exception as error:  # a message that cannot be made must not stop the others
            logger.exception("delivery %s could not be made", delivery.delivery_id)
            Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1)
            _failed(delivery, Outcome(Verdict.RETRY, f"{type(error).__name__}: {error}"))
            return None

    def _hand_over(self, delivery: Delivery, parcel: Parcel) -> bool:
        if delivery.handing_at is not None:
            _note_repeat(delivery)
        outcome = self._channel(delivery).hand_over(parcel)
        if outcome.verdict is not Verdict.SENT:
            self._failed(delivery, outcome)
        return outcome.verdict is Verdict.SENT

    def _channel(self, delivery: Delivery) -> Channel:
        way = Way(delivery.endpoint.way)
        if way.value not in self.channels:
            self.channels[way.value] = open_channel(way).__enter__()
        return self.channels[way.value]

    def _failed(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.verdict is Verdict.BUSY or (outcome.verdict is Verdict.RETRY and delivery.endpoint.url):
            self.silent.add(_door(delivery))
        _failed(delivery, outcome)


def _door(delivery: Delivery) -> str:
    return delivery.endpoint.url or delivery.endpoint.way


def _surely(mark: Callable[[Delivery | None, Delivery | None], bool], *marked: Delivery | None) -> bool:
    """Note what was handed over also where the database goes away just then: this process alone knows of it.

    Ends before the lease does. Where the first try had come through after all, the second finds it done.
    """
    ends = time.monotonic() + leases.dead_after() - leases.BATCH_SECONDS
    while True:
        try:
            return mark(*marked)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > ends:
                raise
            connection.close()
            time.sleep(0.1)
            mark = _mark_apart if mark is _mark else mark


def _mark_apart(handed: Delivery | None, next_one: Delivery | None) -> bool:
    """As `_mark`, in two steps that may each have been done already."""
    if handed is not None:
        _mark(handed, None)
    return next_one is not None and _mark(None, next_one)


def _mark(handed: Delivery | None, next_one: Delivery | None) -> bool:
    """In one statement: the message before was handed over, the next one is in hand. False: the next is not ours."""
    now = timezone.now()
    if handed is None:
        if next_one is None:
            return False
        mine = Delivery.objects.filter(pk=next_one.pk, lease=next_one.lease, state=DeliveryState.WAITING.value)
        return bool(mine.update(handing_at=now, attempts=F("attempts") + 1))
    marked = _write_mark(handed, next_one or handed, now)
    return next_one is not None and next_one.pk in marked


#: Written out: it runs once a message, and Django takes longer to make this statement than PostgreSQL to run it.
_MARK = """UPDATE alerts_delivery SET
    handed_at = CASE WHEN id = %s THEN %s ELSE handed_at END,
    handing_at = CASE WHEN id = %s THEN NULL ELSE %s END,
    attempts = CASE WHEN id = %s THEN attempts ELSE attempts + 1 END,
    last_error = ''
    WHERE id IN (%s, %s) AND lease = %s AND state = 'waiting' RETURNING id"""


def _write_mark(handed: Delivery, next_one: Delivery, now: dt.datetime) -> set[int]:
    """Returns the keys of the rows that were still ours."""
    at = Delivery._meta.get_field("handed_at").get_db_prep_save(now, connection)
    lease = Delivery._meta.get_field("lease").get_db_prep_save(handed.lease, connection)
    values = [handed.pk, at, handed.pk, at, handed.pk, handed.pk, next_one.pk, lease]
    with connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        return {row[0] for row in cursor.fetchall()}


@transaction.atomic
def _close_handed(handed: Sequence[Delivery]) -> bool:
    """What was handed over is sent, each with its entry in the log; done twice is done once."""
    mine = Delivery.objects.filter(
        pk__in=[each.pk for each in handed], lease=handed[0].lease, state=DeliveryState.WAITING.value
    ).exclude(handed_at=None)
    keys = set(mine.select_for_update().values_list("pk", flat=True))
    record_many(by=WORKER, changes=[_change(each, "deliver") for each in handed if each.pk in keys])
    mine.update(state=DeliveryState.SENT.value, sent_at=F("handed_at"), lease=None)
    return True


def _change(delivery: Delivery, action: str) -> Change:
    """What the log holds of a message: what became of it, by public ids alone."""
    after = {"way": delivery.endpoint.way, "tells": delivery.key, "reader": delivery.endpoint.contact.contact_id}
    return Change(action, "delivery", delivery.delivery_id, None, after)


def _note_repeat(delivery: Delivery) -> None:
    """It may have arrived already: the hand-over is repeated under the same id, and the log says so."""
    detail = "Handed over again under the same id: whether it had arrived was not known."
    with transaction.atomic():
        Attempt.objects.create(delivery=delivery, at=timezone.now(), outcome="repeat", detail=detail)
        Delivery.objects.filter(pk=delivery.pk).update(repeats=F("repeats") + 1)
        record(by=WORKER, change=_change(delivery, "repeat"))


def _release(batch: Sequence[Delivery]) -> None:
    """What was claimed and not begun is free for the next."""
    Delivery.objects.filter(
        pk__in=[each.pk for each in batch], lease=batch[0].lease, state=DeliveryState.WAITING.value
    ).update(lease=None)


# ------------------------------------------------------------------ what went wrong


@transaction.atomic
def _failed(delivery: Delivery, outcome: Outcome) -> None:
    now = timezone.now()
    Attempt.objects.create(delivery=delivery, at=now, outcome=outcome.verdict.value, detail=outcome.detail[:500])
    if outcome.verdict is Verdict.GONE:
        _close(delivery, DeliveryState.DEAD, outcome.detail, is_certain=not outcome.uncertain)
        disable(endpoint=delivery.endpoint, reason=outcome.detail)
        return
    wait = None
    if outcome.verdict is not Verdict.REFUSED:
        wait = wait_after(delivery.attempts + 1, outcome.asked, _random)
    if wait is None:
        _close(delivery, DeliveryState.DEAD, outcome.detail, is_certain=not outcome.uncertain)
        return
    _put_back(delivery, now + wait, outcome.detail, uncertain=outcome.uncertain)


def _put_back(delivery: Delivery, due_at: dt.datetime, detail: str, *, uncertain: bool = False) -> None:
    columns = {"last_error": detail[:500]} if detail else {}
    mine = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease, state=DeliveryState.WAITING.value)
    if detail and not uncertain:
        mine.update(due_at=due_at, lease=None, handing_at=None, **columns)
    else:
        mine.update(due_at=due_at, lease=None, **columns)


@transaction.atomic
def _close(delivery: Delivery, state: DeliveryState, detail: str, *, is_certain: bool = False) -> None:
    """``is_certain``: the last hand-over failed for certain, so sending it again from the desk repeats nothing."""
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING.value)
    columns = {"handing_at": None} if is_certain else {}
    if mine.update(state=state.value, lease=None, last_error=detail[:500], **columns):
        record(by=WORKER, change=_change(delivery, "give_up" if state is DeliveryState.DEAD else "drop"))
