"""Scores move on the day that an instrument names, without anybody editing; a burst of edits is one change."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from jobs.models import Job
from jobs.services import drain, run_due
from ledger.domain.actor import COMMAND, Actor, Door
from registry.models import Instrument, StatusEvent
from registry.services.facts import FactRow, put_facts
from registry.services.instruments import Draft, publish, save_draft
from scoring.models import Score, ScoreChange
from scoring.services.recompute import REACHED
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER, REVIEWER = Actor("p-officer", Door.DESK), Actor("p-reviewer", Door.DESK)


def thai_act(since: dt.date, until: dt.date | None = None) -> None:
    instrument = Instrument(
        country_id="TH",
        title="Critical minerals act",
        scope="cm_specific",
        pillar="regulation",
        until=until.isoformat() if until else "",
    )
    draft = Draft(instrument, [], [StatusEvent(status="in_force", since=since.isoformat())])
    publish(instrument=save_draft(draft=draft, by=OFFICER, reason="gazette"), by=REVIEWER, reason="checked")


def level() -> int | None:
    return Score.objects.current().get(country="TH", domain="governance").level


def test_an_act_with_a_day_ahead_moves_the_score_on_that_day_and_its_end_moves_it_back() -> None:
    today = timezone.localdate()
    begins, ends = today + dt.timedelta(days=3), today + dt.timedelta(days=5)
    thai_act(begins, ends)
    drain()
    assert level() == 2
    waiting = Job.objects.get(kind=REACHED, finished_at=None, key=begins.isoformat())
    assert waiting.due_at.date() == begins
    for day, expected in ((begins, 3), (ends, 3), (ends + dt.timedelta(days=1), 2)):
        with time_machine.travel(dt.datetime.combine(day, dt.time(0, 0, 1), tzinfo=dt.UTC), tick=False):
            while run_due(seconds=5):
                pass
            assert level() == expected
    rose, fell = ScoreChange.objects.filter(is_moved=True).order_by("pk")
    assert (rose.on, rose.new["level"], rose.cause) == (begins, 3, "fact")
    assert (fell.on, fell.new["level"], fell.cause) == (ends + dt.timedelta(days=1), 2, "fact")
    assert "Critical minerals act" in rose.sentence


def test_a_burst_of_edits_is_one_change() -> None:
    today = timezone.localdate()
    with transaction.atomic():
        thai_act(today)
        content = {"kind": "enforcement", "subject": {"country": "TH"}, "fact_class": "present"}
        for n in range(5):
            row = FactRow(
                "th.enforcement", "enforcement", {**content, "fact_id": "th.enforcement", "note": str(n)}, "TH"
            )
            put_facts(rows=[row], by=OFFICER, reason="typing")
    drain()
    assert ScoreChange.objects.filter(is_moved=True, country="TH").count() == 1


def test_an_edit_taken_back_within_a_burst_moves_nothing() -> None:
    content = {"fact_id": "th.x", "kind": "enforcement", "subject": {"country": "TH"}, "fact_class": "absent"}
    put_facts(rows=[FactRow("th.x", "enforcement", content, "TH")], by=OFFICER, reason="a slip")
    put_facts(
        rows=[FactRow("th.x", "enforcement", {**content, "fact_class": "present"}, "TH")], by=OFFICER, reason="mended"
    )
    drain()
    assert not ScoreChange.objects.filter(is_moved=True).exists()


def test_a_working_out_done_twice_writes_once() -> None:
    from scoring.services.recompute import recompute

    today = timezone.localdate()
    thai_act(today)
    assert recompute(on=today, by=COMMAND, today=today)["changed"] == 1
    assert recompute(on=today, by=COMMAND, today=today)["changed"] == 0
    drain()
    assert ScoreChange.objects.filter(is_moved=True).count() == 1
