"""`scorecard`, `explain_score`, `recompute_scores` and their addresses keep the contract."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from jobs.services import drain
from ledger.domain.actor import Actor, Door
from ledger.services import seal_all
from registry.services.facts import withdraw_fact
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER = Actor("p-officer", Door.DESK)
ROW = {"country", "access", "capability", "governance", "overall", "rank", "low", "high"}


def run(name: str, *arguments: str) -> Any:
    out = io.StringIO()
    call_command(name, *arguments, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def refused(code: int, name: str, *arguments: str) -> str:
    """What a command that does not succeed says, and that it ends with this code."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command(name, *arguments, "--format", "json", stdout=out, stderr=err)
    assert stopped.value.code == code
    return str(json.loads(out.getvalue())["error"]) if code == 1 else err.getvalue()


def test_the_scorecard_has_the_keys_of_the_contract_and_every_member() -> None:
    card = run("scorecard", "--on", "2026-06-01")
    assert {"methodology", "on", "as_of", "countries"} <= set(card)
    assert (card["methodology"], card["on"]) == ("v1", "2026-06-01")
    assert dt.datetime.fromisoformat(card["as_of"]).tzinfo is not None
    assert {row["country"] for row in card["countries"]} == {
        "BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN",
    }  # fmt: skip
    assert all(set(row) == ROW for row in card["countries"])
    assert [row["overall"] for row in card["countries"][:2]] == ["4.00", "3.33"]


def test_a_day_before_timor_leste_joined_lists_ten_members() -> None:
    codes = {row["country"] for row in run("scorecard", "--on", "2025-01-01")["countries"]}
    assert len(codes) == 10
    assert "TL" not in codes


def test_a_fact_left_out_opens_the_range_it_decided() -> None:
    whole, less = run("scorecard"), run("scorecard", "--without", "sg.tech.home", "--without", "id.control")
    row = {each["country"]: each for each in less["countries"]}
    assert {each["country"]: each for each in whole["countries"]}["SG"]["capability"] == 4
    assert (row["SG"]["capability"], row["SG"]["low"]["capability"], row["SG"]["high"]["capability"]) == (None, 1, 4)
    assert (row["ID"]["access"], row["ID"]["overall"], row["ID"]["rank"]) == (None, None, None)


def test_every_id_that_an_explanation_names_can_be_left_out() -> None:
    explained = run("explain_score", "TH", "governance")
    ids = [fact["id"] for gate in explained["gates"] for fact in gate["facts"]]
    assert ids
    for public_id in ids:
        run("scorecard", "--without", public_id)


def test_an_explanation_gives_rule_state_facts_and_source_of_every_gate() -> None:
    explained = run("explain_score", "my", "Access")
    assert {"country", "domain", "on", "as_of", "methodology", "level", "low", "high", "gates"} <= set(explained)
    assert (explained["country"], explained["domain"], explained["level"]) == ("MY", "access", 3)
    assert [gate["gate"] for gate in explained["gates"]] == ["A2", "A3", "A4", "A5"]
    for gate in explained["gates"]:
        assert gate["state"] in {"pass", "fail", "unknown"}
        assert gate["rule"]
        for fact in gate["facts"]:
            assert {"id", "text", "value", "source"} <= set(fact)
            assert {"title", "url", "section", "endnote"} == set(fact["source"])


def test_an_explanation_tells_the_distance_to_the_next_level() -> None:
    ahead = run("explain_score", "SG", "capability", "--without", "sg.tech.home")["next"]
    assert (ahead["gate"], ahead["level"]) == ("K2", 2)
    assert any("origin of technology" in missing for missing in ahead["missing"])
    assert run("explain_score", "ID", "access")["next"] is None


def test_a_member_without_facts_is_explained_by_open_gates() -> None:
    explained = run("explain_score", "LA", "capability")
    assert (explained["level"], explained["low"], explained["high"]) == (None, None, None)
    assert {gate["state"] for gate in explained["gates"]} == {"unknown"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scorecard", "--methodology", "v9"), "no methodology 'v9'"),
        (("scorecard", "--without", "no.such"), "'no.such'"),
        (("scorecard", "--as-of", "2999-01-01T00:00:00Z"), "lies ahead"),
        (("explain_score", "XX", "access"), "no country 'XX'"),
        (("explain_score", "DE", "access"), "'DE'"),
        (("explain_score", "MY", "wealth"), "no domain"),
        (("explain_score", "MY", "access", "--methodology", "v9"), "no methodology"),
    ],
)
def test_what_is_not_known_is_refused_with_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(1, *arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scorecard", "--on", "2026-02-31"), "no day"),
        (("scorecard", "--on", "yesterday"), "YYYY-MM-DD"),
        (("scorecard", "--on", "20260601"), "YYYY-MM-DD"),
        (("scorecard", "--as-of", "2026-06-01T10:00:00"), "offset"),
        (("scorecard", "--as-of", "noon"), "no instant"),
        (("recompute_scores", "--on", "2026-13-01"), "no day"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(2, *arguments)


def test_recomputing_again_changes_nothing() -> None:
    assert run("recompute_scores") == {"cells": 33, "changed": 0}


def test_before_anything_was_known_no_country_has_a_score() -> None:
    card = run("scorecard", "--as-of", "2020-01-01T00:00:00Z")
    assert {row["overall"] for row in card["countries"]} == {None}


def test_an_answer_once_given_stays() -> None:
    then = timezone.now()
    asked = ("scorecard", "--on", "2026-06-01", "--as-of", then.isoformat())
    before = run(*asked)
    withdraw_fact(fact_id="sg.tech.home", by=OFFICER, reason="origin is not stated")
    drain()
    seal_all()
    assert run(*asked) == before
    assert run("scorecard", "--on", "2026-06-01") != before
    with_it = run("explain_score", "SG", "capability", "--as-of", then.isoformat())
    assert with_it["level"] == 4


def test_the_addresses_answer_as_the_commands(client: Client) -> None:
    now = timezone.now().isoformat()
    answer = client.get("/api/v1/scorecard/", {"on": "2026-06-01", "as_of": now, "without": "sg.tech.home"})
    assert answer.json() == run("scorecard", "--on", "2026-06-01", "--as-of", now, "--without", "sg.tech.home")
    answer = client.get("/api/v1/scores/MY/access/explain/", {"on": "2026-06-01", "as_of": now})
    assert answer.json() == run("explain_score", "MY", "access", "--on", "2026-06-01", "--as-of", now)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/scorecard/?on=soon", 400),
        ("/api/v1/scorecard/?as_of=2999-01-01T00:00:00Z", 400),
        ("/api/v1/scorecard/?without=no.such", 400),
        ("/api/v1/scorecard/?methodology=v9", 400),
        ("/api/v1/scores/XX/access/explain/", 404),
        ("/api/v1/scores/MY/wealth/explain/", 404),
    ],
)
def test_the_addresses_refuse_with_a_sentence(client: Client, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
