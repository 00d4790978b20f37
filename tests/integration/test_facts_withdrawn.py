"""An accepted fact is withdrawn at the desk: by its officer, or with a second one where a gate would flip."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs.services import drain
from ledger.domain.actor import COMMAND, Door
from ledger.models import Entry
from ledger.selectors import verify
from ledger.services import seal_all
from registry.choices import FactStatus
from registry.exceptions import BadInput, NotAllowed, WrongState
from registry.models import FactVersion, User
from registry.services.facts import FactRow, put_facts
from registry.services.people import create_person
from registry.services.proposals import accept_fact, decline_fact, propose_fact, withdraw
from scoring.models import Score, ScoreChange
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
FLIPS, FLIPS_NOTHING = "sg.tech.home", "id.nickel.foreign_share"


def person(name: str, role: str, country: str | None) -> User:
    return create_person(username=name, password="a long password 77", role=role, country=country, by=COMMAND)


@pytest.fixture
def officer() -> User:
    return person("mei", "officer", "SG")


@pytest.fixture
def reviewer() -> User:
    return person("rachel", "reviewer", None)


def standing(fact_id: str = FLIPS) -> FactVersion:
    found: FactVersion = FactVersion.objects.current().exclude(status=FactStatus.PROPOSED).get(fact_id=fact_id)
    return found


def capability() -> tuple[int | None, int | None]:
    drain()
    score = Score.objects.current().get(country="SG", domain="capability")
    return score.low, score.high


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(version: FactVersion) -> str:
    return f"/admin/registry/factversion/{version.pk}/change/"


def step_of(version: FactVersion, name: str) -> str:
    return f"/admin/registry/factversion/{version.pk}/step/{name}/"


def test_one_that_flips_a_gate_waits_for_a_second_officer_and_then_opens_the_range(
    officer: User, reviewer: User
) -> None:
    proposal = withdraw(fact=standing(), by=officer, reason="origin is not stated")
    assert (proposal.status, proposal.is_withdrawal) == (FactStatus.PROPOSED, True)
    assert capability() == (4, 4)
    with pytest.raises(NotAllowed, match="second officer"):
        accept_fact(proposal=proposal, by=officer)
    with pytest.raises(NotAllowed, match="a reviewer"):
        accept_fact(proposal=proposal, by=person("wei", "officer", "SG"))
    gone = accept_fact(proposal=proposal, by=reviewer)
    assert (gone.status, gone.recorded_by) == (FactStatus.WITHDRAWN, officer.public_id)
    assert capability() == (1, 4)
    change = ScoreChange.objects.get(is_moved=True)
    assert (change.country, change.domain, change.cause) == ("SG", "capability", "correction")
    assert not FactVersion.objects.current().filter(fact_id=FLIPS, status=FactStatus.PROPOSED).exists()


def test_a_reviewer_who_proposes_it_does_not_accept_it(reviewer: User) -> None:
    proposal = withdraw(fact=standing(), by=reviewer, reason="origin is not stated")
    with pytest.raises(NotAllowed, match="you proposed it"):
        accept_fact(proposal=proposal, by=reviewer)
    accept_fact(proposal=proposal, by=person("other", "reviewer", "SG"))
    assert standing().status == FactStatus.WITHDRAWN


def test_one_that_flips_nothing_goes_at_once_with_version_history_and_entry() -> None:
    officer, before = person("putri", "officer", "ID"), standing(FLIPS_NOTHING)
    gone = withdraw(fact=before, by=officer, reason="a misprint")
    assert (gone.status, gone.version) == (FactStatus.WITHDRAWN, before.version + 1)
    assert (gone.content, gone.source_id) == (before.content, before.source_id)
    before.refresh_from_db()
    entry = Entry.objects.get(pk=gone.recorded_entry_id)
    assert before.superseded_entry_id == entry.pk
    assert (entry.action, entry.object_type, entry.actor, entry.reason) == (
        "withdraw", "fact", officer.public_id, "a misprint",
    )  # fmt: skip
    drain()
    seal_all()
    assert verify().ok


@pytest.mark.parametrize(("role", "country"), [("officer", "ID"), ("auditor", None), ("viewer", None)])
def test_only_an_officer_of_the_country_withdraws(role: str, country: str | None) -> None:
    other = person("other", role, country)
    with pytest.raises(NotAllowed):
        withdraw(fact=standing(), by=other, reason="a try")
    at_desk(other).post(step_of(standing(), "withdraw"), {"reason": "a try"})
    assert standing().status == FactStatus.ACCEPTED
    assert "Why it was never so" not in at_desk(other).get(page_of(standing())).content.decode()


def test_it_needs_a_reason_and_a_fact_that_stands(officer: User) -> None:
    with pytest.raises(BadInput, match="Say why"):
        withdraw(fact=standing(), by=officer, reason="  ")
    old = standing()
    content = {**old.content, "note": "told anew"}
    put_facts(rows=[FactRow(FLIPS, old.kind, content, "SG")], by=COMMAND, reason="reload")
    with pytest.raises(WrongState, match="does not stand any more"):
        withdraw(fact=old, by=officer, reason="origin is not stated")


def test_a_withdrawal_of_what_has_changed_since_is_not_accepted(officer: User, reviewer: User) -> None:
    proposal = withdraw(fact=standing(), by=officer, reason="origin is not stated")
    content = {**proposal.content, "note": "told anew"}
    put_facts(rows=[FactRow(FLIPS, proposal.kind, content, "SG")], by=COMMAND, reason="reload")
    with pytest.raises(WrongState, match="has changed since"):
        accept_fact(proposal=proposal, by=reviewer)
    decline_fact(proposal=proposal, by=reviewer, reason="the fact was mended")
    assert capability() == (4, 4)


def test_it_is_undone_by_proposing_the_fact_again(officer: User, reviewer: User) -> None:
    old = standing()
    accept_fact(proposal=withdraw(fact=old, by=officer, reason="not stated"), by=reviewer)
    assert capability() == (1, 4)
    row = FactRow(FLIPS, old.kind, old.content, "SG", old.mineral, "SEAPPI-2026-CM")
    accept_fact(proposal=propose_fact(row=row, by=officer.actor(Door.DESK), reason="it is stated in §4"), by=reviewer)
    assert capability() == (4, 4)
    rows = FactVersion.objects.filter(fact_id=FLIPS).order_by("version")
    assert [row.status for row in rows] == ["accepted", "proposed", "withdrawn", "proposed", "accepted"]
    seal_all()
    verdict = verify()
    assert verdict.ok, verdict.reason


def test_the_desk_says_what_it_would_do_and_leads_to_the_second_officer(officer: User, reviewer: User) -> None:
    desk, fact = at_desk(officer), standing()
    words = desk.get(page_of(fact)).content.decode()
    assert "capability changes from 4 to 1 to 4" in words or "gate K4 flips" in words
    assert "Propose to withdraw" in words
    assert "Say why" in desk.post(step_of(fact, "withdraw"), {"reason": " "}, follow=True).content.decode()
    answer = desk.post(step_of(fact, "withdraw"), {"reason": "origin is not stated"}, follow=True).content.decode()
    assert "The withdrawal is proposed" in answer
    assert "so a second officer accepts it" in answer
    assert "A proposal waits to be decided" in desk.get(page_of(fact)).content.decode()
    assert "Withdrawal proposed" in desk.get("/admin/registry/factversion/?status=proposed").content.decode()
    proposal = FactVersion.objects.get(status=FactStatus.PROPOSED)
    done = at_desk(reviewer).post(step_of(proposal, "accept"), follow=True).content.decode()
    assert "Withdrawn." in done
    public = Client().get(f"/facts/{FLIPS}/").content.decode()
    assert "It counts nowhere any more" in public
    assert "origin is not stated" in public


def test_one_that_flips_nothing_is_withdrawn_with_one_press(reviewer: User) -> None:
    desk, fact = at_desk(reviewer), standing(FLIPS_NOTHING)
    assert "No gate flips" in desk.get(page_of(fact)).content.decode()
    answer = desk.post(step_of(fact, "withdraw"), {"reason": "a misprint"}, follow=True).content.decode()
    assert "to undo it, propose another version" in answer
    assert "Propose another version" in answer
    assert standing(FLIPS_NOTHING).status == FactStatus.WITHDRAWN


def test_looking_at_the_step_changes_nothing(officer: User) -> None:
    assert at_desk(officer).get(step_of(standing(), "withdraw")).status_code == 405
    assert standing().status == FactStatus.ACCEPTED
