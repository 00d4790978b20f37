"""Named queries: made, listed, asked and deleted by officers and auditors; nobody else sees what they name."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client

from ledger.models import Entry
from tests.conformance import conformance
from tests.integration.epcis_register import (
    ROOT,
    SITE,
    ask,
    auditor,
    chain,
    ids,
    is_refusal,
    kept,
    program,
    publish,
    schema,
)
from traceability.domain.epcis.query import PARAMETERS
from traceability.models import NamedQuery

__all__ = ["auditor", "chain", "kept"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]
SHIPMENTS = {"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "accepting"], "orderDirection": "ASC"}


def make(client: Client, name: Any, query: Any) -> Any:
    body = json.dumps({"name": name, "query": query})
    return client.post(f"{ROOT}/queries", body, content_type="application/json")


def test_a_query_is_named_listed_asked_and_deleted(auditor: Client) -> None:
    answer = make(auditor, "shipments of ours", SHIPMENTS)
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ROOT}/queries/shipments%20of%20ours"
    named = {"name": "shipments of ours", "query": SHIPMENTS}
    assert ask(auditor, "queries/shipments%20of%20ours") == named
    assert ask(auditor, "queries") == [named]
    document = ask(auditor, "queries/shipments%20of%20ours/events")
    schema().validate(document)
    assert document["epcisBody"]["queryResults"]["queryName"] == "shipments of ours"
    assert ids(document) == ["E03", "E05", "E08", "E12"]
    first = auditor.get(f"{ROOT}/queries/shipments%20of%20ours/events", {"perPage": 3})
    address = first.headers["Link"].removeprefix("<http://testserver").partition(">")[0]
    assert ids(first.json()) + ids(auditor.get(address).json()) == ["E03", "E05", "E08", "E12"]
    assert auditor.delete(f"{ROOT}/queries/shipments%20of%20ours").status_code == 204
    is_refusal(auditor.get(f"{ROOT}/queries/shipments%20of%20ours"), 404, "NoSuchNameException")
    is_refusal(auditor.get(f"{ROOT}/queries/shipments%20of%20ours/events"), 404, "NoSuchNameException")
    is_refusal(auditor.delete(f"{ROOT}/queries/shipments%20of%20ours"), 404, "NoSuchNameException")
    assert [entry.action for entry in Entry.objects.filter(object_type="epcis_query").order_by("pk")] == [
        "create",
        "delete",
    ]
    call_command("verify_log")


def test_queries_are_valid_by_the_schema_of_gs1_and_so_are_their_parameters(auditor: Client) -> None:
    text = (conformance() / "gs1-epcis" / "query-schema.json").read_text(encoding="utf-8")
    rules = json.loads(text)
    known = set(rules["definitions"]["EPCIS-Query"]["properties"]) - {"@context"}
    masses = {name for name in known if "quantity" in name}
    assert known - masses <= set(PARAMETERS)
    jsonschema.Draft7Validator(rules).validate(SHIPMENTS)
    whole = {"GE_eventTime": "2026-01-01T00:00:00Z", "EXISTS_errorDeclaration": 1, "eventCountLimit": 2,
             "MATCH_anyEPCClass": [f"{SITE}/lots/OX/"], "@context": "https://ref.gs1.org/x"}  # fmt: skip
    jsonschema.Draft7Validator(rules).validate(whole)
    assert make(auditor, "a", whole).status_code == 201
    assert ids(ask(auditor, "queries/a/events")) == []


def test_a_name_is_taken_once(auditor: Client) -> None:
    assert make(auditor, "a", {}).status_code == 201
    is_refusal(make(auditor, "a", SHIPMENTS), 409, "ResourceAlreadyExistsException")
    assert ask(auditor, "queries/a")["query"] == {}
    assert len(ids(ask(auditor, "queries/a/events"))) == 12


def test_there_are_not_more_than_there_may_be_and_they_have_pages(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traceability.services.named_queries.MOST_QUERIES", 3)
    for name in "cab":
        assert make(auditor, name, {}).status_code == 201
    assert "delete one" in is_refusal(make(auditor, "d", {}), 409, "ResourceAlreadyExistsException")
    first = auditor.get(f"{ROOT}/queries", {"perPage": 2})
    assert [named["name"] for named in first.json()] == ["a", "b"]
    rest = auditor.get(first.headers["Link"].removeprefix("<http://testserver").partition(">")[0])
    assert [named["name"] for named in rest.json()] == ["c"]
    assert "Link" not in rest.headers


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", {}, "empty"),
        (" ", {}, "space"),
        ("a/b", {}, "slash"),
        ("a\0", {}, "control character"),
        ("\ud800", {}, "control character"),
        ("x" * 101, {}, "too long"),
        (5, {}, "text"),
        ("a", [], "object"),
    ],
)
def test_what_is_no_definition_is_refused(auditor: Client, name: Any, query: Any, words: str) -> None:
    assert words in is_refusal(make(auditor, name, query), 400, "QueryValidationException")
    assert not NamedQuery.objects.exists()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"colour": "red"}, "no parameter"),
        ({"EQ_action": ["CHANGE"]}, "no action"),
        ({"eventCountLimit": 1.5}, "whole"),
        ({"eventCountLimit": 10**30}, "whole"),
        ({"EQ_bizStep": {"is": "shipping"}}, "no text"),
        ({"MATCH_anyEPC": ["\ud800"]}, "control character"),
        ({"EQ_bizStep": [["shipping"]]}, "no text"),
    ],
)
def test_what_is_no_query_is_refused(auditor: Client, query: Any, words: str) -> None:
    assert words in is_refusal(make(auditor, "a", query), 400, "QueryParameterException")
    assert not NamedQuery.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name": "a"}', b'{"name": "a", "query": {}, "x": 1}', b"\xff"])
def test_a_body_that_is_none_is_refused(auditor: Client, body: bytes) -> None:
    answer = auditor.generic("POST", f"{ROOT}/queries", body or b" ", content_type="application/json")
    is_refusal(answer, 400, "QueryValidationException")


def test_a_large_query_is_413_and_another_form_415(auditor: Client) -> None:
    is_refusal(make(auditor, "a", {"MATCH_anyEPC": ["x" * 70_000]}), 413, "CaptureLimitExceededException")
    is_refusal(make(auditor, "a", {"MATCH_anyEPC": ["x"] * 300}), 413, "QueryTooComplexException")
    answer = auditor.post(f"{ROOT}/queries", "<query/>", content_type="application/xml")
    is_refusal(answer, 415, "UnsupportedMediaTypeException")


def test_only_officers_and_auditors_name_and_ask(auditor: Client) -> None:
    publish()
    assert make(auditor, "a", {}).status_code == 201
    for client, status in ((Client(), 401), (program("administrator"), 403)):
        for answer in (
            make(client, "b", {}), client.get(f"{ROOT}/queries"), client.get(f"{ROOT}/queries/a"),
            client.get(f"{ROOT}/queries/a/events"), client.delete(f"{ROOT}/queries/a"),
        ):  # fmt: skip
            is_refusal(answer, status, "SecurityException")
    officer = program("officer")
    assert len(ids(ask(officer, "queries/a/events"))) == 12
    is_refusal(officer.delete(f"{ROOT}/queries/a"), 403, "SecurityException")
    assert make(officer, "b", {}).status_code == 201
    assert officer.delete(f"{ROOT}/queries/b").status_code == 204


def test_subscriptions_are_not_supported_and_that_is_said(auditor: Client) -> None:
    make(auditor, "a", {})
    post = {"data": "{}", "content_type": "application/json"}
    for answer in (
        auditor.get(f"{ROOT}/queries/a/subscriptions"), auditor.post(f"{ROOT}/queries/a/subscriptions", **post),
        auditor.delete(f"{ROOT}/queries/a/subscriptions/x"),
        auditor.get(f"{ROOT}/queries/a/events", {"stream": "true"}),
        auditor.get(f"{ROOT}/queries/a/events", headers={"Upgrade": "websocket"}),
    ):  # fmt: skip
        is_refusal(answer, 501, "ImplementationException")
    answer = auditor.get(f"{ROOT}/queries/a/events", {"EQ_action": "ADD"})
    is_refusal(answer, 400, "QueryParameterException")
    assert "DELETE" in auditor.options(f"{ROOT}/queries/a").headers["Allow"]
