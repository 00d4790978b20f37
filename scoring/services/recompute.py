"""The official working-out: pure in its inputs, in one transaction, on one worker at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from jobs.memory import collector_paused
from jobs.registry import Payload, handler, periodic
from jobs.services import enqueue
from ledger.domain.actor import WORKER, Actor
from registry.selectors import get_members
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Domain
from scoring.histories import days_of
from scoring.methodologies import get_official_records, official_record, rules_of
from scoring.remembered import MEMORY
from scoring.services.methodologies import published_first
from scoring.services.recording import Recording

#: Any number that nothing else locks: one working-out at a time on PostgreSQL.
_RECOMPUTE_LOCK = 5_2026
#: The job that waits for a day on which something begins or ends.
REACHED = "scoring.day_reached"


@handler("scoring.recompute", derives=True)
def recompute_today(payload: Payload) -> None:
    today = timezone.localdate()
    recompute(on=today, by=WORKER, today=today)


@handler(REACHED, derives=True)
def recompute_on_day(payload: Payload) -> None:
    recompute_today(payload)


# The net under the jobs with a day: hourly, so that a clock set wrong or a lost job is found within the hour.
@handler("scoring.new_day", urgent=False)
def recompute_new_day(payload: Payload) -> None:
    recompute_today(payload)


periodic("scoring.new_day", seconds=3_600)


def recompute(*, on: dt.date, by: Actor, today: dt.date) -> dict[str, int]:
    """Work all scores out and record those that changed; answers ``{"cells", "changed"}``.

    Another day than today is a backcast: worked out and compared, never recorded as official.
    """
    with transaction.atomic(), collector_paused():
        _lock()
        records = get_official_records()
        if on != today:
            return {"cells": len(Domain) * len(get_members(on)), "changed": 0}
        record = official_record(records, on) or published_first(by)
        basis, rules = MEMORY.basis(), rules_of(record)
        members = [country.code for country in get_members(on)]
        card = MEMORY.card(basis.evidence, rules, on, members)
        changed = Recording(card, basis, rules, record, on, by).write()
        _wait_for_next_day(basis.evidence, [each.effective_from for each in records], on)
        return {"cells": sum(len(country.domains) for country in card.countries), "changed": changed}


def _wait_for_next_day(evidence: Evidence, rules_begin: Sequence[dt.date], today: dt.date) -> None:
    """Ask for a working-out on the next day on which an instrument, a fact or a methodology begins or ends."""
    ahead = [day for day in (*days_of(evidence), *rules_begin) if day > today]
    if ahead:
        due = dt.datetime.combine(min(ahead), dt.time(), tzinfo=timezone.get_current_timezone())
        enqueue(kind=REACHED, key=min(ahead).isoformat(), due_at=due)


def _lock() -> None:
    # SQLite needs none: BEGIN IMMEDIATE lets one writer in.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RECOMPUTE_LOCK])
