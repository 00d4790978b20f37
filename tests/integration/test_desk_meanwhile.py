"""Two people at one record: nobody writes over what they have not seen, and nobody decides on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from registry.models import Flag, Instrument, InstrumentVersion, User
from tests.integration.test_desk_instruments import (  # noqa: F401
    at_desk,
    draft_from,
    filled,
    flag,
    officer,
    person,
    reviewer,
)

pytestmark = pytest.mark.django_db


def page(row: Instrument) -> str:
    return f"/admin/registry/instrument/{row.pk}/change/"


def seen(client: Client, address: str, name: str = "seen") -> str:
    found = re.search(f'name="{name}" value="([0-9]+)"', client.get(address).content.decode())
    assert found
    return found[1]


@pytest.fixture
def draft(officer: User, flag: Flag) -> Instrument:  # noqa: F811
    return draft_from(at_desk(officer), flag, reason="first")


def test_what_another_officer_saved_meanwhile_is_not_written_over_unseen(draft: Instrument, officer: User) -> None:  # noqa: F811
    first, second = at_desk(officer), at_desk(person("second", "officer", "TH"))
    mine, theirs = filled(first, page(draft)), filled(second, page(draft))
    assert first.post(page(draft), {**mine, "title": "Title of the first", "reason": "a"}).status_code == 302
    typed = {**theirs, "title": "Title of the second", "reason": "b"}
    refused = second.post(page(draft), typed)
    text = refused.content.decode()
    assert refused.status_code == 200
    assert f"{officer.public_id} changed this record on" in text
    assert "Title of the second" in text
    draft.refresh_from_db()
    assert draft.title == "Title of the first"
    again = {**typed, "seen": str(refused.context["seen"])}
    assert second.post(page(draft), again).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Title of the second"


def test_a_form_with_another_fault_still_speaks_of_what_was_shown_at_first(draft: Instrument, officer: User) -> None:  # noqa: F811
    client = at_desk(officer)
    typed = filled(client, page(draft))
    client.post(page(draft), {**typed, "title": "Changed meanwhile", "reason": "a"})
    faulty = client.post(page(draft), {**typed, "title": "", "reason": "b"})
    assert faulty.status_code == 200
    assert str(faulty.context["seen"]) == typed["seen"]
    assert client.post(page(draft), {**typed, "title": "Mended", "reason": "b"}).status_code == 200
    draft.refresh_from_db()
    assert draft.title == "Changed meanwhile"


def test_a_reviewer_approves_no_text_that_was_changed_after_it_was_shown(
    draft: Instrument,
    officer: User,  # noqa: F811
    reviewer: User,  # noqa: F811
) -> None:
    mine, theirs = at_desk(officer), at_desk(reviewer)
    submit(mine, draft, "As submitted")
    shown = seen(theirs, page(draft))
    submit(mine, draft, "As slipped in")
    step = f"/admin/registry/instrument/{draft.pk}/step/approve/"
    told = theirs.post(step, {"seen": shown}, follow=True).content.decode()
    assert "Read it as it stands now, then decide." in told
    assert not InstrumentVersion.objects.exists()
    theirs.post(step, {"seen": seen(theirs, page(draft))})
    assert InstrumentVersion.objects.get().content["title"] == "As slipped in"


def test_many_are_not_approved_where_one_was_changed_after_it_was_shown(
    draft: Instrument,
    officer: User,  # noqa: F811
    reviewer: User,  # noqa: F811
) -> None:
    mine, theirs = at_desk(officer), at_desk(reviewer)
    submit(mine, draft, "As submitted")
    asked: dict[str, Any] = {"action": "approve_many", "_selected_action": [str(draft.pk)]}
    shown = theirs.post("/admin/registry/instrument/", asked).content.decode()
    found = re.search(f'name="(seen-{draft.pk})" value="([0-9]+)"', shown)
    assert found
    confirmed = {**asked, "confirmed": "1", "reason": "all read", found[1]: found[2]}
    submit(mine, draft, "As slipped in")
    told = theirs.post("/admin/registry/instrument/", confirmed)
    assert "after this page was shown to you" in told.content.decode()
    assert not InstrumentVersion.objects.exists()


def submit(client: Client, row: Instrument, title: str) -> None:
    address = f"{page(row)}?edit=1"
    answer = client.post(address, {**filled(client, address), "title": title, "reason": "c", "_submit": "1"})
    assert answer.status_code == 302, answer.context["errors"]
    row.refresh_from_db()
    assert (row.title, row.state) == (title, "submitted")
