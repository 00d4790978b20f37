"""The outbox: what is to be told, noted in the transaction of its change; and dates of instruments that are reached."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alerts.domain.items import Kind
from alerts.models import Notice
from jobs.registry import Payload, handler, periodic
from jobs.services import enqueue
from registry.domain.dates import PartialDate, Precision
from registry.domain.instruments import InstrumentState
from registry.models import InstrumentVersion
from scoring.services.recompute import recompute_today

#: Dates reached within so many days are told late where nothing ran on the day itself.
LOOK_BACK = dt.timedelta(days=7)


def note(*, kind: Kind, key: str, thread: str, payload: dict[str, Any]) -> bool:
    """Note that something changed, inside its transaction; what was noted already is not noted again."""
    now = timezone.now()
    defaults = {"kind": kind.value, "thread": thread, "payload": payload, "noted_at": now}
    _notice, is_new = Notice.objects.get_or_create(key=f"{kind.value}:{key}"[:200], defaults=defaults)
    if is_new:
        due_at = now + dt.timedelta(seconds=settings.ALERT_SETTLE_SECONDS)
        enqueue(kind="alerts.settle", key=thread, payload={"thread": thread}, due_at=due_at)
    return is_new


@handler("alerts.dates", urgent=False)
def look_at_dates(payload: Payload) -> None:
    # the scores that a day moves come first, so that both are one message
    recompute_today(payload)
    note_dates(on=timezone.localdate())


periodic("alerts.dates", seconds=900)


@transaction.atomic
def note_dates(*, on: dt.date) -> int:
    """Note each dated step of an instrument that was on record before its day and is reached now: once, not daily.

    What was recorded on its day or later is told when it is recorded. Returns how many were noted.
    """
    noted = 0
    versions = InstrumentVersion.objects.filter(superseded_entry=None).select_related("recorded_entry")
    for version in versions:
        state = InstrumentState.from_json(version.content)
        for what, day in dated_steps(state):
            if on - LOOK_BACK <= day <= on and _first_known(version, what, day) < day:
                payload = {"instrument_id": state.instrument_id, "what": what, "day": day.isoformat()}
                key = f"{state.instrument_id}/{what}/{day}"
                noted += note(kind=Kind.EFFECT, key=key, thread=f"day:{state.country}:{day}", payload=payload)
    return noted


def dated_steps(state: InstrumentState) -> list[tuple[str, dt.date]]:
    """What happens to an instrument on which day, as (code, day): only days known to the day are appointments.

    Codes: a status, ``start`` and ``end`` of measures, ``end`` of the whole. An end is told the day after it.
    """
    steps = [(event.status.value, _day(event.since)) for event in state.events]
    steps += [("start", _day(measure.start)) for measure in state.measures]
    ends = [_day(until) for until in (state.until, *(measure.until for measure in state.measures))]
    steps += [("end", day + dt.timedelta(days=1)) for day in ends if day is not None]
    found = {(what, day) for what, day in steps if day is not None}
    # a measure that starts with its instrument is one step
    return sorted(step for step in found if step[0] != "start" or ("in_force", step[1]) not in found)


def _day(date: PartialDate | None) -> dt.date | None:
    return date.first if date is not None and date.precision is Precision.DAY else None


def _first_known(version: InstrumentVersion, what: str, day: dt.date) -> dt.date:
    """The day on which this step was first on record, in an unbroken row of versions up to this one."""
    known = version.recorded_entry.recorded_at
    earlier = InstrumentVersion.objects.filter(instrument_id=version.instrument_id, number__lt=version.number)
    for before in earlier.select_related("recorded_entry").order_by("-number"):
        if (what, day) not in dated_steps(InstrumentState.from_json(before.content)):
            break
        known = before.recorded_entry.recorded_at
    return timezone.localdate(known)
