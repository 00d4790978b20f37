"""What alerts do when something changes upstream: put a notice down, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from alerts.choices import Topic
from alerts.domain.items import Kind
from alerts.models import Subscription
from alerts.services import officers
from alerts.services.outbox import note, note_dates
from jobs.services import enqueue
from ledger.domain.actor import Door
from registry.choices import FlagState
from registry.models import Feed, Flag, Instrument, InstrumentVersion
from registry.signals import feed_needs_person, instruments_changed
from scoring.models import ScoreChange
from scoring.signals import score_changed
from traceability.models import Finding
from traceability.signals import findings_opened

#: Files loaded by a command or an import are how a register begins, not news.
_NOT_NEWS = frozenset({Door.COMMAND.value, Door.IMPORT.value})


@receiver(score_changed, dispatch_uid="alerts.score")
def note_score(sender: Any, change: ScoreChange, **kwargs: Any) -> None:
    thread = _thread(change)
    if thread.startswith("day:"):
        # what reached its day is told with the score it moves, not a quarter of an hour later
        note_dates(on=change.on)
    note(kind=Kind.SCORE, key=change.change_id, thread=thread, payload={"change_id": change.change_id})


def _thread(change: ScoreChange) -> str:
    """What belongs together: an act and what it moved, a new method, a day that was reached, a country's facts."""
    if change.cause == "method":
        return f"method:{change.run.methodology.code}"
    if change.instrument:
        return f"act:{change.instrument['id']}"
    if not change.facts:
        return f"day:{change.country}:{change.on}"
    # an act that was withdrawn has no version to cite, but it is what moved the score
    act = Instrument.objects.filter(instrument_id__in=change.facts).order_by("instrument_id").first()
    return f"act:{act.instrument_id}" if act else f"facts:{change.country}"


@receiver(instruments_changed, dispatch_uid="alerts.instrument")
def note_instrument(sender: Any, instrument_id: str, version: InstrumentVersion, **kwargs: Any) -> None:
    is_withdrawn = not InstrumentVersion.objects.filter(pk=version.pk, superseded_entry=None).exists()
    if not is_withdrawn and version.recorded_entry.door in _NOT_NEWS:
        return
    before = version.number if is_withdrawn else _before(version)
    payload = {"instrument_id": instrument_id, "before": before, "after": None if is_withdrawn else version.number}
    key = f"{instrument_id}/v{version.number}{'/withdrawn' if is_withdrawn else ''}"
    note(kind=Kind.INSTRUMENT, key=key, thread=f"act:{instrument_id}", payload=payload)


def _before(version: InstrumentVersion) -> int | None:
    """The version that stood until this one came; none where the one before had been withdrawn."""
    entry = version.recorded_entry_id
    earlier = InstrumentVersion.objects.filter(instrument=version.instrument, superseded_entry=entry).first()
    return earlier.number if earlier else None


@receiver(post_save, sender=Flag, dispatch_uid="alerts.flag")
def note_flag(sender: Any, instance: Flag, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw and instance.state == FlagState.OPEN and _is_watched(Topic.FLAGS):
        key = instance.flag_id
        note(kind=Kind.FLAG, key=key, thread=f"flag:{key}", payload={"flag_id": key})


@receiver(feed_needs_person, dispatch_uid="alerts.feed")
def note_feed(sender: Any, feed: Feed, **kwargs: Any) -> None:
    since = feed.failing_since.isoformat() if feed.failing_since else ""
    enqueue(kind=officers.KIND, key=f"{feed.feed_id}/{since}"[:200], payload={"feed": feed.feed_id, "since": since})


@receiver(findings_opened, dispatch_uid="alerts.finding")
def note_findings(sender: Any, findings: Sequence[Finding], entry: int, **kwargs: Any) -> None:
    """One notice a derivation: an import that opens a thousand findings is one message."""
    if findings and _is_watched(Topic.LOTS):
        keys = [finding.pk for finding in findings]
        note(kind=Kind.FINDING, key=f"findings/{entry}", thread=f"findings:{entry}", payload={"findings": keys})


def _is_watched(topic: Topic) -> bool:
    return Subscription.objects.filter(topic=topic.value, stopped_at=None, confirmed_at__isnull=False).exists()
