"""What officers say to each other on a draft: seen by its desk alone, asking the other side, never gone silently."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ledger.domain.actor import COMMAND, Door
from ledger.models import Entry
from registry.desk import get_comments_to
from registry.domain.facts import Fact, Subject
from registry.models import Comment, EnforcementRecord, FactVersion, Flag, Instrument, Source, User
from registry.services.enforcement import save_record
from registry.services.facts import FactRow
from registry.services.proposals import propose_fact
from tests.integration.test_desk_instruments import at_desk, draft_from, flag, officer, person, reviewer

__all__ = ["flag", "officer", "reviewer"]
pytestmark = pytest.mark.django_db
KINDS = ("instrument", "enforcementrecord", "factversion")


@pytest.fixture(params=KINDS)
def draft(request: Any, officer: User, flag: Flag) -> Any:
    """A draft of the officer's of each kind that is discussed."""
    if request.param == "instrument":
        return draft_from(at_desk(officer), flag, _submit="1")
    source = Source.objects.create(key="gazette", title="Gazette")
    by = officer.actor(Door.DESK)
    if request.param == "enforcementrecord":
        row = EnforcementRecord(country_id="TH", kind="fine", title="A fine", source=source)
        return save_record(row=row, by=by, reason="read")
    fact = Fact("th.seen", "enforcement", Subject("TH"), fact_class="absent", source_key="gazette")
    return propose_fact(row=FactRow("th.seen", "enforcement", fact.to_json(), "TH", "", "gazette"), by=by, reason="x")


def page(row: Any) -> str:
    return f"/admin/registry/{row._meta.model_name}/{row.pk}/change/"


def say(user: User, row: Any, text: str) -> Any:
    address = f"/admin/registry/{row._meta.model_name}/{row.pk}/comments/add/"
    return at_desk(user).post(address, {"text": text}, follow=True)


def press(user: User, row: Any, made: Comment, name: str) -> Any:
    address = f"/admin/registry/{row._meta.model_name}/{row.pk}/comments/{made.comment_id}/{name}/"
    return at_desk(user).post(address, follow=True)


def test_a_question_stands_on_the_other_sides_home_until_it_is_answered(
    draft: Any, officer: User, reviewer: User
) -> None:
    say(reviewer, draft, "Which page\nof the gazette?")
    asked = Comment.objects.get()
    assert (asked.by, asked.asked) == (reviewer.public_id, officer.public_id)
    assert list(get_comments_to(officer)) == [asked]
    assert not get_comments_to(reviewer)
    assert "Which page of the gazette?" in " ".join(at_desk(officer).get("/admin/").content.decode().split())
    shown = at_desk(officer).get(page(draft)).content.decode()
    assert "Which page<br>of the gazette?" in shown
    assert reviewer.public_id in shown

    say(officer, draft, "Page 3.")
    answer = Comment.objects.latest("pk")
    asked.refresh_from_db()
    assert asked.answered_at is not None
    assert answer.asked == ""
    assert list(get_comments_to(reviewer)) == [answer]
    assert not get_comments_to(officer)
    press(reviewer, draft, answer, "seen")
    assert not get_comments_to(reviewer)
    assert "Page 3." in at_desk(reviewer).get(page(draft)).content.decode()


def test_strangers_read_no_comment_and_viewers_write_none(draft: Any, officer: User, reviewer: User) -> None:
    say(reviewer, draft, "Between us.")
    made = Comment.objects.get()
    stranger, viewer = person("stranger", "reviewer", "VN"), person("viewer", "viewer", "TH")

    assert "Between us." not in at_desk(stranger).get(page(draft), follow=True).content.decode()
    assert say(stranger, draft, "Me too").status_code == 404
    assert press(stranger, draft, made, "seen").status_code == 404
    assert "Between us." in at_desk(viewer).get(page(draft)).content.decode()
    assert "You read this record and do not work on it." in say(viewer, draft, "x").content.decode()
    assert Client().post(f"{page(draft)}../comments/add/", {"text": "x"}).status_code in {302, 404}
    assert not get_comments_to(stranger)
    assert Comment.objects.count() == 1
    [entry] = Entry.objects.filter(object_type="comment")
    assert "Between us." not in Client().get(f"/log/{entry.pk}/").content.decode()


def test_a_comment_is_withdrawn_by_who_wrote_it_with_a_mark_and_stays_in_the_log(
    draft: Any, officer: User, reviewer: User
) -> None:
    say(reviewer, draft, "A slip of mine.")
    made = Comment.objects.get()
    assert "Only who wrote a comment can withdraw it." in press(officer, draft, made, "withdraw").content.decode()
    shown = press(reviewer, draft, made, "withdraw").content.decode()
    assert "A slip of mine." not in shown
    assert "Withdrawn by who wrote it" in shown
    assert not get_comments_to(officer)
    assert "withdrawn already" in press(reviewer, draft, made, "withdraw").content.decode()
    assert list(Entry.objects.filter(object_type="comment").order_by("pk").values_list("action", flat=True)) == [
        "comment", "withdraw",
    ]  # fmt: skip
    assert [row.history_user_id for row in made.history.order_by("pk")] == [reviewer.public_id] * 2  # type: ignore[attr-defined]
    assert made.history.count() == 2


@pytest.mark.parametrize(("text", "sentence"), [(" \n ", "Write what you want to say."), ("x" * 2001, "has 2001.")])
def test_nothing_and_too_much_are_refused(draft: Any, reviewer: User, text: str, sentence: str) -> None:
    assert sentence in say(reviewer, draft, text).content.decode()
    assert not Comment.objects.exists()


def test_words_are_shown_as_words(draft: Any, officer: User, reviewer: User) -> None:
    say(reviewer, draft, "<script>alert(1)</script> \u202eقانون")
    for address in (page(draft), "/admin/"):
        shown = at_desk(officer).get(address).content.decode()
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


def test_a_decision_settles_what_was_asked_and_ends_the_talk(officer: User, reviewer: User, flag: Flag) -> None:
    row: Instrument = draft_from(at_desk(officer), flag, _submit="1")
    say(reviewer, row, "Fine by me.")
    at_desk(reviewer).post(f"/admin/registry/instrument/{row.pk}/step/approve/")

    assert not get_comments_to(officer)
    assert "This record is decided" in say(officer, row, "Thanks.").content.decode()
    assert "Fine by me." in at_desk(officer).get(page(row)).content.decode()
    stranger = at_desk(person("stranger", "officer", "VN"))
    assert "Fine by me." not in stranger.get(page(row)).content.decode()


def test_a_declined_fact_settles_what_was_asked(officer: User, reviewer: User) -> None:
    Source.objects.create(key="gazette", title="Gazette")
    fact = Fact("th.seen", "enforcement", Subject("TH"), fact_class="absent", source_key="gazette")
    row = FactRow("th.seen", "enforcement", fact.to_json(), "TH", "", "gazette")
    proposal: FactVersion = propose_fact(row=row, by=officer.actor(Door.DESK), reason="x")
    say(reviewer, proposal, "By whom?")
    at_desk(reviewer).post(f"/admin/registry/factversion/{proposal.pk}/step/decline/", {"reason": "No source."})

    assert not get_comments_to(officer)
    assert COMMAND.public_id != officer.public_id
