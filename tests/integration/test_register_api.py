"""The register as JSON: a page at a time, on a day and as known, and a sentence where it says no."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config.api_docs import get_operations
from ledger.domain.actor import Actor, Door
from ledger.models import Entry
from ledger.services import seal_all
from registry.api import shapes
from registry.services.facts import withdraw_fact
from scoring.api.shapes import CardRowShape, ExplanationShape, GateShape, ScorecardShape
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER = Actor("p-officer", Door.DESK)


def get(client: Client, address: str, status: int = 200, **params: Any) -> Any:
    answer = client.get(f"/api/v1/{address}", params)
    assert answer.status_code == status, answer.content[:500]
    return answer.json()


def whole(client: Client, address: str, **params: Any) -> list[Any]:
    """Every item of a list, its pages turned to the end."""
    found, after = [], ""
    while after is not None:
        page = get(client, address, after=after, **params)
        found, after = [*found, *page["results"]], page["after"]
    return found


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("countries/", shapes.CountryShape),
        ("minerals/", shapes.MineralShape),
        ("facts/", shapes.FactShape),
        ("instruments/", shapes.InstrumentShape),
    ],
)
def test_items_have_the_keys_that_the_document_names(client: Client, address: str, shape: Any) -> None:
    for item in whole(client, address):
        assert set(item) == set(shape().fields)


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("countries/TH/", shapes.CountryShape),
        ("minerals/nickel/", shapes.MineralDetailShape),
        ("facts/th.ree.reserves/", shapes.FactShape),
        ("instruments/id-nickel-ore-export-ban/", shapes.InstrumentDetailShape),
    ],
)
def test_one_item_has_the_keys_that_the_document_names_and_its_page(client: Client, address: str, shape: Any) -> None:
    item = get(client, address)
    assert set(item) == set(shape().fields)
    page = client.get(item["page"])
    assert page.status_code == 200


def test_scores_have_the_keys_that_the_document_names(client: Client) -> None:
    card, reasons = get(client, "scorecard/"), get(client, "scores/TH/governance/explain/")
    assert set(card) == set(ScorecardShape().fields)
    assert set(reasons) == set(ExplanationShape().fields)
    for row in card["countries"]:
        assert set(row) == set(CardRowShape().fields)
    for gate in reasons["gates"]:
        assert set(gate) == set(GateShape().fields)


def test_pages_of_any_size_join_to_the_same_list(client: Client) -> None:
    at_once = get(client, "facts/", limit=500)["results"]
    assert whole(client, "facts/", limit=7) == at_once
    assert len({fact["id"] for fact in at_once}) == len(at_once) > 300


def test_filters_keep_what_they_name_and_nothing_else(client: Client) -> None:
    instruments = whole(client, "instruments/", country="ID", kind="export_ban")
    assert [each["instrument_id"] for each in instruments] == ["id-nickel-ore-export-ban"]
    assert {fact["country"] for fact in whole(client, "facts/", country="MM")} == {"MM"}
    on_nickel = whole(client, "facts/", mineral="nickel", country="PH")
    assert on_nickel
    assert all("nickel" in str(fact["content"]) for fact in on_nickel)
    assert len(whole(client, "countries/", member="true")) == 11
    assert len(whole(client, "countries/", member="true", on="2025-01-01")) == 10


def test_the_status_is_that_of_the_day_asked_about(client: Client) -> None:
    ban = "instruments/id-nickel-ore-export-ban/"
    assert get(client, ban)["status"] == "in_force"
    assert get(client, ban, on="2019-06-01")["status"] != "in_force"


def test_a_withdrawn_fact_is_still_answered_as_it_was_known(client: Client) -> None:
    seal_all()
    before = timezone.now()
    seal_all()
    withdraw_fact(fact_id="th.ree.reserves", by=OFFICER, reason="misread")
    seal_all()
    assert "No fact 'th.ree.reserves'" in get(client, "facts/th.ree.reserves/", 404)["detail"]
    assert get(client, "facts/th.ree.reserves/", as_of=before.isoformat())["content"]["fact_class"] == "limited"


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("facts/?limit=0", 400, "1 to 500"),
        ("facts/?limit=many", 400, "1 to 500"),
        ("facts/?as_of=2999-01-01T00:00:00Z", 400, "lies ahead"),
        ("instruments/?on=soon", 400, "on=YYYY-MM-DD"),
        ("instruments/?status=asleep", 400, "in_force or other"),
        ("countries/?member=no", 400, "true"),
        ("countries/XX/", 404, "/api/v1/countries/"),
        ("minerals/kryptonite/", 404, "/api/v1/minerals/"),
        ("facts/no.such/", 404, "/api/v1/facts/"),
        ("instruments/no-such/", 404, "/api/v1/instruments/"),
        ("nothing/", 404, "/api/docs/"),
        ("lots/NO-SUCH/", 404, "not open to you"),
    ],
)
def test_a_refusal_is_one_sentence_with_its_status(client: Client, address: str, status: int, words: str) -> None:
    body = get(client, address, status)
    assert set(body) == {"status", "title", "detail"}
    assert body["status"] == status
    assert words in body["detail"]


def test_other_methods_are_refused_with_a_sentence(client: Client) -> None:
    answer = client.post("/api/v1/facts/", {"id": "x"})
    assert answer.status_code == 405
    assert "POST" in answer.json()["detail"]


def test_what_the_asker_has_already_is_not_sent_again(client: Client) -> None:
    address = "/api/v1/facts/?country=TH"
    known = {"If-None-Match": client.get(address)["ETag"]}
    again = client.get(address, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    withdraw_fact(fact_id="th.ree.reserves", by=OFFICER, reason="misread")
    assert client.get(address, headers=known).status_code == 200


def test_asking_writes_nothing(client: Client) -> None:
    entries = Entry.objects.count()
    for address in ("countries/", "minerals/", "facts/", "instruments/", "scorecard/", "changes/", "lots/"):
        get(client, address)
    assert Entry.objects.count() == entries


def test_the_openapi_document_is_valid_and_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null", stdout=io.StringIO())


def test_every_example_of_the_api_pages_answers(client: Client) -> None:
    examples = [each.example for group in get_operations().values() for each in group if each.example]
    assert len(examples) > 10
    for example in examples:
        if "lots/TH" not in example:  # the demonstration is not loaded here; the browser tests follow these
            assert client.get(example).status_code == 200, example


def test_a_broken_page_gives_a_number_to_report_and_no_traceback(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret path /etc/seam")

    monkeypatch.setattr("config.views.get_operations", broken)
    monkeypatch.setattr("registry.api.views.get_known_facts", broken)
    client.raise_request_exception = False
    page, answer = client.get("/api/docs/"), client.get("/api/v1/facts/")
    assert page.status_code == answer.status_code == 500
    for body in (page.content.decode(), answer.content.decode()):
        assert "secret path" not in body
    numbers = [record.getMessage().split()[1] for record in caplog.records if record.name == "config.problems"]
    assert numbers[0] in page.content.decode() or numbers[0] in answer.content.decode()
    assert numbers[-1] in answer.json()["detail"]
