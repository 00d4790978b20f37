"""An officer's day: what waits for them and nothing of others, in under 20 queries however much waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.domain.actor import COMMAND, Door
from registry.desk import get_facts_to_see
from registry.domain.facts import Fact, Period, Subject
from registry.models import Comment, EnforcementRecord, Flag, Instrument, Source, StatusEvent, User
from registry.services.comments import comment
from registry.services.enforcement import save_record, submit
from registry.services.facts import FactRow, put_facts
from registry.services.instruments import Draft, save_draft
from registry.services.instruments import submit as submit_instrument
from registry.services.proposals import propose_fact
from tests.integration.test_desk_instruments import at_desk, flag, officer, person, reviewer

__all__ = ["flag", "officer", "reviewer"]
pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 26)


def row(name: str, kind: str, country: str = "TH", **said: Any) -> FactRow:
    Source.objects.get_or_create(key="old", defaults={"title": "An old report", "date": "2020-05"})
    fact = Fact(name, kind, Subject(country), fact_class="absent", source_key="old", **said)
    return FactRow(name, kind, fact.to_json(), country, "", "old")


def test_facts_gone_stale_are_those_whose_review_is_over_in_ones_countries(officer: User) -> None:
    rows = [
        row("th.old", "enforcement"),
        row("th.new", "enforcement", period=Period("2026-01", "month", "stated")),
        row("th.event", "event"),
        row("th.reserve", "reserve_class", period=Period("2024", "year", "stated")),
        row("vn.old", "enforcement", "VN"),
        row("th.waiting", "enforcement"),
    ]
    put_facts(rows=rows, by=COMMAND, reason="read")
    propose_fact(row=row("th.waiting", "enforcement"), by=COMMAND, reason="looked at again")
    found = get_facts_to_see(officer, ON)

    assert [(each.version.fact_id, str(each.as_of), each.months_over) for each in found.stale] == [
        ("th.old", "2020-05", 6 * 12 + 6 - 12),
    ]  # fmt: skip
    assert [each.fact_id for each in found.proposals] == ["th.waiting"]
    home = at_desk(officer).get("/admin/").content.decode()
    assert "66 months" in home
    assert "An old report" in home
    assert "?fact=th.old" in home
    listed = at_desk(officer).get("/admin/registry/factversion/?stale=yes").context["cl"].queryset
    assert [each.fact_id for each in listed] == ["th.old"]


def test_an_own_proposal_waits_for_somebody_else(officer: User, reviewer: User) -> None:
    propose_fact(row=row("th.seen", "enforcement"), by=officer.actor(Door.DESK), reason="read")

    assert not get_facts_to_see(officer, ON).proposals
    assert [each.fact_id for each in get_facts_to_see(reviewer, ON).proposals] == ["th.seen"]
    assert "See what it would do, and decide" in at_desk(reviewer).get("/admin/").content.decode()


def test_home_names_all_that_waits_and_stays_under_twenty_queries(officer: User, reviewer: User, flag: Flag) -> None:
    desk: Any = officer.actor(Door.DESK)
    Source.objects.create(key="gazette", title="Gazette")
    for number in range(9):
        act = Instrument(country_id="TH", title=f"Act {number}")
        made = save_draft(draft=Draft(act, events=[StatusEvent(status="in_force", since="2026")]), by=desk, reason="x")
        submit_instrument(instrument=made, by=officer)
        save_draft(draft=Draft(Instrument(country_id="TH", title=f"Own {number}")),
                   by=reviewer.actor(Door.DESK), reason="x")  # fmt: skip
        case = EnforcementRecord(country_id="TH", kind="fine", title=f"Fine {number}",
                                 source=Source.objects.get(key="gazette"))  # fmt: skip
        case = save_record(row=case, by=desk, reason="x")
        submit(row=case, by=officer)
        comment(row=case, page="/admin/", text=f"Look at {number}", by=officer)
        propose_fact(row=row(f"th.{number}", "enforcement"), by=desk, reason="x")
        put_facts(rows=[row(f"th.old.{number}", "enforcement")], by=COMMAND, reason="x")
    client = at_desk(reviewer)
    with CaptureQueriesContext(connection) as captured:
        home = client.get("/admin/")

    page = home.content.decode()
    for words in ("Act 0", "Own 0", "Fine 0", "Look at 0", "An old report", "6 of 9", flag.entry.title):
        assert words in page, words
    assert home.context["reviews"]["count"] == 9
    assert home.context["drafts"]["count"] == 9
    assert len(captured) < 20
    assert Comment.objects.count() == 9
    assert timezone.now() > home.context["reviews"]["oldest"]


def test_a_stranger_and_a_viewer_have_nothing_of_it(officer: User) -> None:
    put_facts(rows=[row("th.old", "enforcement")], by=COMMAND, reason="read")
    for name, role, country in (("stranger", "officer", "VN"), ("viewer", "viewer", "TH")):
        assert "An old report" not in at_desk(person(name, role, country)).get("/admin/").content.decode()
