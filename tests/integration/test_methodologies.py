"""A methodology is published once and for good; a new one runs beside, or moves scores as a change of method."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from ledger.domain.actor import COMMAND, Actor, Door
from ledger.selectors import verify
from ledger.services import seal_all
from registry.services.facts import withdraw_fact
from scoring.arguments import Point
from scoring.exceptions import MethodologyError
from scoring.methodologies import official, shipped_rules
from scoring.models import Methodology, ScoreChange
from scoring.selectors import get_card, get_card_json
from scoring.services.methodologies import publish_methodology
from scoring.services.recompute import recompute
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
BOARD = Actor("p-board", Door.DESK)


def strict(code: str = "v2", since: dt.date | None = None) -> Any:
    """The first methodology, but output outside state control never counts at the fourth gate of access."""
    written = copy.deepcopy(shipped_rules("v1"))
    written["code"], written["title"] = code, "Ladder of named gates, strict on control"
    written["effective_from"] = (since or timezone.localdate()).isoformat()
    written["parameters"]["uncontrolled_cap"] = 3
    return written


def test_the_first_is_on_record_with_who_published_it() -> None:
    row = Methodology.objects.get()
    assert (row.code, row.rules, row.is_official) == ("v1", shipped_rules("v1"), True)
    assert row.recorded_entry.action == "publish"


def test_a_published_text_cannot_be_changed_nor_taken_again() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Methodology.objects.update(title="Another")
    with pytest.raises(MethodologyError, match="stays as it is"):
        publish_methodology(written=strict("v1"), by=BOARD, reason="a try")
    assert publish_methodology(written=shipped_rules("v1"), by=BOARD, reason="again")[1] is False


def test_one_beside_can_be_asked_for_and_moves_no_official_score() -> None:
    publish_methodology(written=strict(), by=BOARD, reason="to compare", is_official=False)
    today = timezone.localdate()
    assert recompute(on=today, by=COMMAND, today=today)["changed"] == 0
    assert get_card(Point(today)).cell("MM", "access").level == 4
    assert get_card(Point(today, None, "v2")).cell("MM", "access").level == 3


def test_a_new_official_one_moves_scores_as_a_change_of_method() -> None:
    publish_methodology(written=strict(), by=BOARD, reason="control counts")
    today = timezone.localdate()
    assert recompute(on=today, by=COMMAND, today=today)["changed"] > 0
    change = ScoreChange.objects.get(is_moved=True)
    assert (change.country, change.domain, change.cause) == ("MM", "access", "method")
    assert "The rules changed: v2." in change.sentence
    assert recompute(on=today, by=COMMAND, today=today)["changed"] == 0


def test_one_published_later_changes_no_answer_as_of_an_instant_before() -> None:
    seal_all()
    today, known = timezone.localdate(), timezone.now()
    point = Point(today, known)
    before = get_card_json(point, now=known)
    publish_methodology(written=strict(), by=BOARD, reason="control counts")
    seal_all()
    assert get_card_json(point, now=known) == before
    assert before["methodology"] == "v1"
    assert get_card_json(Point(today), now=known)["methodology"] == "v2"


def test_a_coming_one_is_followed_from_its_day_on() -> None:
    today = timezone.localdate()
    publish_methodology(written=strict(since=today + dt.timedelta(days=30)), by=BOARD, reason="from next month")
    assert official(today).code == "v1"
    assert official(today + dt.timedelta(days=30)).code == "v2"


def test_a_day_before_the_rules_were_in_use_is_a_backcast() -> None:
    now = timezone.now()
    assert get_card_json(Point(dt.date(2026, 1, 1)), now=now)["backcast"] is True
    assert get_card_json(Point(dt.date(2026, 6, 1)), now=now)["backcast"] is False


def test_a_book_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(MethodologyError):
        publish_methodology(written={"code": "v3"}, by=BOARD, reason="a try")
    with pytest.raises(MethodologyError, match="no code"):
        publish_methodology(written=strict("V 3!"), by=BOARD, reason="a try")


def breaking(**more: Any) -> Any:
    """A methodology under which Vietnam is no leading producer, against the paper's first statement."""
    written = {**strict("v9"), **more}
    written["parameters"]["leading_pct"] = 10
    return written


def test_one_that_claims_the_paper_and_breaks_a_statement_is_not_published() -> None:
    with pytest.raises(MethodologyError, match="A1: Indonesia 5, Vietnam 3 above"):
        publish_methodology(written=breaking(), by=BOARD, reason="a try")
    assert publish_methodology(written=breaking(implements=[]), by=BOARD, reason="no claim", is_official=False)[1]


def test_every_methodology_on_record_that_claims_the_paper_is_held_against_it(client: Client) -> None:
    publish_methodology(written=strict(), by=BOARD, reason="to compare", is_official=False)
    publish_methodology(written=breaking(implements=[]), by=BOARD, reason="no claim", is_official=False)
    out = io.StringIO()
    call_command("check_paper", "--format", "json", stdout=out)
    found = {each["methodology"]: each for each in json.loads(out.getvalue())["methodologies"]}
    assert set(found) == {"v1", "v2"}
    assert all(check["state"] == "pass" for each in found.values() for check in (*each["statements"], *each["sums"]))
    with pytest.raises(SystemExit) as stopped:
        call_command("check_paper", "--methodology", "v9", "--format", "json", stdout=io.StringIO())
    assert stopped.value.code == 1
    assert "20 of 20" in client.get("/methodology/paper/").content.decode()
    page = client.get("/methodology/paper/?methodology=v9").content.decode()
    assert "does not claim to implement the paper" in page
    assert "Does not hold" in page
    assert client.get("/methodology/paper/?methodology=v77").status_code == 404


def test_the_page_tells_what_has_changed_since_the_paper(client: Client) -> None:
    withdraw_fact(fact_id="sg.tech.home", by=BOARD, reason="a test")
    page = client.get("/methodology/paper/").content.decode()
    assert "20 of 20" in page
    assert "Singapore open above" in page


def test_publishing_stands_in_the_log() -> None:
    publish_methodology(written=strict(), by=BOARD, reason="control counts", is_official=False)
    seal_all()
    assert verify().ok
