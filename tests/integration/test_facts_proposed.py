"""A fact is proposed, judged by what it would do, and accepted: by a second officer where a gate flips."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.services import drain
from ledger.domain.actor import COMMAND, Actor, Door
from ledger.selectors import verify
from ledger.services import seal_all
from registry.choices import FactStatus
from registry.exceptions import BadInput, NotAllowed, WrongState
from registry.models import FactVersion, User
from registry.services.facts import FactRow, put_facts, withdraw_fact
from registry.services.people import create_person
from registry.services.proposals import accept_fact, decline_fact, propose_fact
from scoring.models import Score, ScoreChange
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OUTSIDER = Actor("p-nobody", Door.DESK)


def person(name: str, role: str, country: str | None) -> User:
    return create_person(username=name, password="a long password 77", role=role, country=country, by=COMMAND)


@pytest.fixture
def officer() -> User:
    return person("thida", "officer", "TH")


@pytest.fixture
def reviewer() -> User:
    return person("rachel", "reviewer", None)


def row(word: str = "absent", fact_id: str = "th.enforcement.seen", kind: str = "enforcement") -> FactRow:
    content = {"fact_id": fact_id, "kind": kind, "subject": {"country": "TH"}, "fact_class": word}
    return FactRow(fact_id, kind, content, "TH", "", "SEAPPI-2026-CM")


def governance() -> int | None:
    drain()
    return Score.objects.current().get(country="TH", domain="governance").level


def test_a_proposal_counts_nowhere(officer: User) -> None:
    propose_fact(row=row(), by=officer.actor(Door.DESK), reason="field visit")
    assert governance() == 2
    assert not ScoreChange.objects.exists()


def test_a_fact_that_flips_a_gate_is_accepted_by_a_second_officer(officer: User, reviewer: User) -> None:
    proposal = propose_fact(row=row(), by=officer.actor(Door.DESK), reason="field visit")
    with pytest.raises(NotAllowed, match="second officer"):
        accept_fact(proposal=proposal, by=officer)
    with pytest.raises(NotAllowed, match="a reviewer"):
        accept_fact(proposal=proposal, by=person("other", "officer", "TH"))
    accept_fact(proposal=proposal, by=reviewer)
    assert governance() == 1
    assert ScoreChange.objects.get(is_moved=True).cause == "fact"
    with pytest.raises(WrongState):
        accept_fact(proposal=proposal, by=reviewer)


def test_a_fact_that_flips_no_gate_is_accepted_by_its_officer(officer: User) -> None:
    proposal = propose_fact(row=row("busy", "th.note", "trade_role"), by=officer.actor(Door.DESK), reason="read")
    assert accept_fact(proposal=proposal, by=officer).status == FactStatus.ACCEPTED


def test_an_officer_of_another_country_decides_nothing(officer: User) -> None:
    proposal = propose_fact(row=row("busy", "th.note", "trade_role"), by=officer.actor(Door.DESK), reason="read")
    with pytest.raises(NotAllowed):
        accept_fact(proposal=proposal, by=person("putri", "officer", "ID"))


def test_what_is_accepted_stands_while_a_change_of_it_is_proposed(officer: User, reviewer: User) -> None:
    accept_fact(proposal=propose_fact(row=row(), by=officer.actor(Door.DESK), reason="visit"), by=reviewer)
    assert governance() == 1
    change = propose_fact(row=row("present"), by=officer.actor(Door.DESK), reason="second visit")
    assert governance() == 1
    accept_fact(proposal=change, by=reviewer)
    assert governance() == 2
    assert ScoreChange.objects.filter(is_moved=True).first().cause == "correction"  # type: ignore[union-attr]
    versions = FactVersion.objects.filter(fact_id="th.enforcement.seen").values_list("version", "status")
    assert list(versions) == [(1, "proposed"), (2, "accepted"), (3, "proposed"), (4, "accepted")]


def test_a_declined_proposal_leaves_the_desk_and_what_stood_stands(officer: User, reviewer: User) -> None:
    proposal = propose_fact(row=row(), by=officer.actor(Door.DESK), reason="hearsay")
    with pytest.raises(BadInput, match="Say why"):
        decline_fact(proposal=proposal, by=reviewer, reason=" ")
    decline_fact(proposal=proposal, by=reviewer, reason="no source says so")
    assert governance() == 2
    assert not FactVersion.objects.current().filter(status=FactStatus.PROPOSED).exists()


def test_a_proposal_needs_a_source_and_a_reason(officer: User) -> None:
    by = officer.actor(Door.DESK)
    with pytest.raises(BadInput, match="source"):
        propose_fact(row=FactRow("x", "enforcement", {}, "TH"), by=by, reason="read")
    with pytest.raises(BadInput, match="how you know"):
        propose_fact(row=row(), by=by, reason="")


def test_loading_and_withdrawing_go_on_beside_an_open_proposal(officer: User) -> None:
    propose_fact(row=row(), by=officer.actor(Door.DESK), reason="visit")
    put_facts(rows=[row("present")], by=COMMAND, reason="reload")
    withdraw_fact(fact_id="th.enforcement.seen", by=COMMAND, reason="never so")
    states = FactVersion.objects.current().filter(fact_id="th.enforcement.seen").values_list("status", flat=True)
    assert sorted(states) == ["proposed", "withdrawn"]


def test_all_of_it_stands_in_the_log(officer: User, reviewer: User) -> None:
    accept_fact(proposal=propose_fact(row=row(), by=officer.actor(Door.DESK), reason="visit"), by=reviewer)
    again = propose_fact(row=row("present"), by=officer.actor(Door.DESK), reason="visit")
    decline_fact(proposal=again, by=reviewer, reason="not so")
    drain()
    seal_all()
    verdict = verify()
    assert verdict.ok, verdict.reason


# --- at the desk

FORM: dict[str, Any] = {
    "kind": "enforcement", "country": "TH", "mineral": "", "stage": "", "figure": "", "unit": "", "comparator": "",
    "word": "absent", "valid_from": "2026-06", "valid_until": "", "section": "4", "quote": "", "confidence": "medium",
    "fact_id": "", "reason": "field visit",
}  # fmt: skip


def _source() -> int:
    from registry.models import Source

    return Source.objects.get(key="SEAPPI-2026-CM").pk


def test_the_desk_shows_what_a_proposal_would_do_and_who_may_accept(officer: User, reviewer: User) -> None:
    desk = Client()
    desk.force_login(officer)
    page = desk.post("/admin/registry/factversion/add/", {**FORM, "source": _source()}, follow=True)
    words = page.content.decode()
    assert "governance falls from 2 to 1" in words
    assert "so a second officer accepts it" in words
    assert ">Accept<" not in words
    proposal = FactVersion.objects.get(status=FactStatus.PROPOSED)
    assert proposal.content["confidence"] == "medium"
    assert proposal.content["valid_from"] == {"date": "2026-06", "basis": "stated"}
    step = f"/admin/registry/factversion/{proposal.pk}/step/accept/"
    assert "second officer" in desk.post(step, follow=True).content.decode()
    assert governance() == 2
    other = Client()
    other.force_login(reviewer)
    assert "Accepted." in other.post(step, follow=True).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"figure": "many"}, "Write a number"),
        ({"figure": "15-12"}, "smaller"),
        ({"word": "", "figure": ""}, "State a figure"),
        ({"reason": ""}, "required"),
        ({"valid_from": "soon"}, "write YYYY"),
        ({"fact_id": "a b"}, "letters, digits"),
        ({"country": "ID"}, "no officer for ID"),
    ],
)
def test_what_cannot_be_proposed_is_said_at_its_field(officer: User, wrong: dict[str, str], words: str) -> None:
    desk = Client()
    desk.force_login(officer)
    page = desk.post("/admin/registry/factversion/add/", {**FORM, "source": _source(), **wrong})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not FactVersion.objects.filter(status=FactStatus.PROPOSED).exists()


def test_another_version_of_a_fact_is_proposed_from_its_page(officer: User) -> None:
    desk = Client()
    desk.force_login(officer)
    page = desk.get("/admin/registry/factversion/add/?fact=id.nickel.foreign_share").content.decode()
    assert 'value="75"' in page
    assert 'value="id.nickel.foreign_share"' in page
    current = FactVersion.objects.current().get(fact_id="id.nickel.foreign_share")
    assert "Propose another version" in desk.get(f"/admin/registry/factversion/{current.pk}/change/").content.decode()
