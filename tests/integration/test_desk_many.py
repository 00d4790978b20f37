"""Steps for many records at once: asked before, one reason, all or none."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.actor import Door
from ledger.models import Entry
from registry.models import Instrument, InstrumentVersion, StatusEvent, User
from registry.services.instruments import Draft, save_draft
from tests.integration.test_desk_instruments import at_desk, officer, person, reviewer

__all__ = ["officer", "reviewer"]
pytestmark = pytest.mark.django_db
LIST = "/admin/registry/instrument/"


@pytest.fixture
def three(officer: User) -> list[Instrument]:
    return [
        save_draft(
            draft=Draft(
                Instrument(country_id="TH", title=f"Rule {n}"), events=[StatusEvent(status="in_force", since="2026")]
            ),
            by=officer.actor(Door.DESK),
            reason="test",
        )
        for n in range(3)
    ]


def ask(user: User, action: str, records: list[Instrument], **more: str) -> Any:
    fields = {"action": action, "_selected_action": [record.pk for record in records], "index": "0", **more}
    return at_desk(user).post(LIST, fields, follow=True)


def states() -> list[str]:
    return list(Instrument.objects.order_by("pk").values_list("state", flat=True))


def test_a_step_for_many_is_asked_first_and_taken_under_one_reason(
    officer: User, reviewer: User, three: list[Instrument]
) -> None:
    asked = ask(officer, "submit_many", three).content.decode()
    assert "Submit 3 records?" in asked
    assert all(record.title in asked for record in three)
    assert states() == ["draft"] * 3

    ask(officer, "submit_many", three, confirmed="1", reason="The November gazette.")
    assert states() == ["submitted"] * 3
    done = ask(reviewer, "approve_many", three, confirmed="1", reason="Checked against the gazette.")
    assert "3 records approved." in done.content.decode()
    assert InstrumentVersion.objects.count() == 3
    reasons = Entry.objects.filter(action="publish").values_list("reason", flat=True)
    assert set(reasons) == {"Checked against the gazette."}


def test_one_that_may_not_take_the_step_keeps_all_where_they_are(
    officer: User, reviewer: User, three: list[Instrument]
) -> None:
    ask(officer, "submit_many", three[:2], confirmed="1", reason="Two of them.")
    page = ask(reviewer, "approve_many", three, confirmed="1", reason="All.").content.decode()

    assert "Nothing was done." in page
    assert "Rule 2: This record is draft; it has to be submitted first." in page
    assert states() == ["submitted", "submitted", "draft"]


def test_without_a_reason_nothing_is_done_and_the_page_asks_again(officer: User, three: list[Instrument]) -> None:
    page = ask(officer, "submit_many", three, confirmed="1", reason=" ").content.decode()

    assert "Say why, once for all" in page
    assert states() == ["draft"] * 3


def test_who_may_not_approve_is_offered_no_approval(officer: User, three: list[Instrument]) -> None:
    assert "approve_many" not in at_desk(officer).get(LIST).content.decode()
    ask(officer, "approve_many", three, confirmed="1", reason="Mine.")
    ask(person("viewer", "viewer", "TH"), "submit_many", three, confirmed="1", reason="Mine.")

    assert states() == ["draft"] * 3


def test_ticked_rows_that_are_no_keys_are_refused_with_a_sentence(officer: User, three: list[Instrument]) -> None:
    fields = {"action": "submit_many", "_selected_action": ["9999-12-31T23:59:59Z"], "index": "0"}
    page = at_desk(officer).post(LIST, fields, follow=True)
    assert "No such rows: tick rows of the list and try again." in page.content.decode()
    assert states() == ["draft"] * 3
