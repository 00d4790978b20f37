"""Who may send EPCIS documents in, how much, and in what form; and every example that GS1 published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from jobs.models import Job
from jobs.services import drain
from registry.models import User
from tests.chains import write_folder
from tests.conformance import conformance
from tests.integration.epcis_register import ROOT, ask, events, is_refusal, program
from tests.integration.test_epcis_capture import (
    CONTEXT,
    auditor,
    capture,
    commission,
    document,
    ilmd,
    places,
    post_event,
    refused,
    small,
)
from traceability.models import CaptureJob, Event
from traceability.services.importing import import_lots

__all__ = ["auditor", "places", "small"]
pytestmark = pytest.mark.django_db


def test_only_those_who_may_import_may_capture() -> None:
    for address in ("capture", "events"):
        anonymous = Client().post(f"{ROOT}/{address}", "{}", content_type="application/json")
        is_refusal(anonymous, 401, "SecurityException")
        assert anonymous.headers["WWW-Authenticate"].startswith("Basic")
    officer = program("officer")
    is_refusal(officer.post(f"{ROOT}/capture", "{}", content_type="application/json"), 403, "SecurityException")
    is_refusal(officer.get(f"{ROOT}/capture"), 403, "SecurityException")
    is_refusal(Client().get(f"{ROOT}/capture"), 401, "SecurityException")
    is_refusal(Client().get(f"{ROOT}/capture/c-1"), 401, "SecurityException")
    program_of = program("auditor")
    is_refusal(program_of.get(f"{ROOT}/capture/c-1"), 404, "NoSuchResourceException")
    assert (
        program_of.post(f"{ROOT}/capture", json.dumps(document()), content_type="application/json").status_code == 202
    )


def test_a_browser_s_session_needs_its_token(auditor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="auditor"))
    answer = strict.post(f"{ROOT}/capture", json.dumps(document()), content_type="application/json")
    is_refusal(answer, 403, "SecurityException")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b" ", "no JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"{", "line 1"),
        (b"[]", "no EPCISDocument"),
        (b"null", "no EPCISDocument"),
        (b'{"type": "EPCISDocument"}', "has no epcisBody"),
        (b'{"type": "EPCISDocument", "epcisBody": {"eventList": {}}}', "no list"),
        (b'{"type": "EPCISDocument", "epcisBody": {"eventList": [5]}}', "no list"),
        (b'{"type": "EPCISQueryDocument", "epcisBody": {"eventList": []}}', "queryResults"),
        (b'{"type": ["EPCISDocument"]}', "no EPCISDocument"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b"[" * 100_000, "too deeply"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "too deeply"),
        (b'{"a": "\x01"}', "no JSON"),
    ],
)
def test_a_body_that_is_no_document_is_refused_at_once(auditor: Client, body: bytes, words: str) -> None:
    answer = auditor.post(f"{ROOT}/capture", body, content_type="application/json")
    assert words in is_refusal(answer, 400, "ValidationException")
    assert not CaptureJob.objects.exists()
    is_refusal(auditor.post(f"{ROOT}/events", body, content_type="application/json"), 400, "ValidationException")


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1e999999999", "1e99999999999999999999999", "9" * 5_000, "1E-400"]
)
def test_numbers_that_nothing_can_hold_are_refused(auditor: Client, places: None, number: str) -> None:
    body = json.dumps(document(commission())).replace("1000", number).encode()
    job = capture(auditor, body)
    assert not job["success"]
    assert "plain" in job["errors"][0]["detail"]
    assert len(job["errors"][0]["detail"]) < 400


def test_a_very_long_text_is_refused_in_a_short_sentence(auditor: Client, places: None) -> None:
    event = commission()
    event["eventID"] = event["readPoint"]["id"] = event["quantityList"][0]["epcClass"] = "x" * 200_000
    for sentence in refused(auditor, document(event)):
        assert len(sentence) < 400


def test_too_large_and_too_many_is_413(auditor: Client, settings: Any) -> None:
    settings.CAPTURE_MAX_EVENTS = 1
    answer = auditor.post(f"{ROOT}/capture", json.dumps(document({}, {})), content_type="application/json")
    assert "at most 1" in is_refusal(answer, 413, "CaptureLimitExceededException")
    settings.CAPTURE_MAX_MB = 1
    for address in ("capture", "events"):
        answer = auditor.post(f"{ROOT}/{address}", b" " * 1_000_001, content_type="application/json")
        assert "1,000,000 bytes" in is_refusal(answer, 413, "CaptureLimitExceededException")
    options = auditor.options(f"{ROOT}/capture")
    assert options.headers["GS1-EPCIS-Capture-Limit"] == "1"
    assert options.headers["GS1-EPCIS-Capture-File-Size-Limit"] == "1000000"
    assert options.headers["GS1-Capture-Error-Behaviour"] == "rollback"


@pytest.mark.parametrize("kind", ["application/xml", "text/plain", "multipart/form-data; boundary=x", ""])
def test_another_form_is_415(auditor: Client, kind: str) -> None:
    for address in ("capture", "events"):
        answer = auditor.post(f"{ROOT}/{address}", b"<epcis/>", content_type=kind)
        is_refusal(answer, 415, "UnsupportedMediaTypeException")


def test_a_body_in_chunks_is_411(auditor: Client) -> None:
    chunked = {"Transfer-Encoding": "chunked"}
    answer = auditor.post(f"{ROOT}/capture", "{}", content_type="application/json", headers=chunked)
    assert "Content-Length" in is_refusal(answer, 411, "ValidationException")


def test_to_proceed_past_an_error_is_refused(auditor: Client) -> None:
    for name in ("GS1-Capture-Error-Behaviour", "GS1-EPCIS-Capture-Error-Behaviour"):
        answer = auditor.post(
            f"{ROOT}/capture", json.dumps(document()), content_type="application/json", headers={name: "proceed"}
        )
        assert "rollback" in is_refusal(answer, 400, "ValidationException")
    assert capture(auditor, document(), **{"GS1-Capture-Error-Behaviour": "rollback"})["success"]
    old = auditor.post(f"{ROOT}/capture", "{}", content_type="application/json", headers={"GS1-EPCIS-Version": "1.2"})
    is_refusal(old, 406, "NotAcceptableException")


def test_captures_are_listed_the_newest_first_a_page_at_a_time(auditor: Client) -> None:
    sent = [capture(auditor, document())["captureID"] for _ in range(3)]
    answer = auditor.get(f"{ROOT}/capture", {"perPage": 2})
    assert [job["captureID"] for job in answer.json()] == sent[:0:-1]
    rest = auditor.get(answer.headers["Link"].removeprefix("<http://testserver").partition(">")[0])
    assert [job["captureID"] for job in rest.json()] == sent[:1]
    assert "Link" not in rest.headers
    is_refusal(auditor.get(f"{ROOT}/capture", {"nextPageToken": "W10"}), 400, "QueryParameterException")


def test_a_capture_that_fails_by_our_fault_says_so_and_one_that_is_done_is_left_alone(
    auditor: Client, places: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patch:
        patch.setattr("traceability.services.capturing.import_lots", broken)
        job = capture(auditor, document(commission()))
    assert job["errors"][0]["type"] == "epcisException:ImplementationException"
    assert "secret" not in str(job)
    from traceability.services.capturing import run_capture

    run_capture({"capture": job["captureID"]})
    assert not Event.objects.exists()
    assert not list((Path(CaptureJob().path).parent).iterdir())


def test_the_same_sent_by_two_at_once_is_tried_again(
    auditor: Client, places: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []

    def taken(**arguments: Any) -> Any:
        tried.append(arguments)
        if len(tried) in (1, 3):
            raise IntegrityError("duplicate key")
        return import_lots(**arguments)

    monkeypatch.setattr("traceability.services.capturing.import_lots", taken)
    assert post_event(auditor, {"@context": CONTEXT, **commission()}).status_code == 201
    assert len(tried) == 2
    answer = auditor.post(f"{ROOT}/capture", json.dumps(document(commission())), content_type="application/json")
    drain()
    job = CaptureJob.objects.get()
    assert job.finished_at is None
    assert job.path.exists()
    Job.objects.filter(kind="traceability.capture").update(due_at=timezone.now())
    drain()
    found = auditor.get(answer.headers["Location"]).json()
    assert (found["success"], found["seam:unchanged"]["events"]) == (True, 1)


def test_a_header_of_master_data_is_told_not_to_be_read(auditor: Client, places: None) -> None:
    job = capture(auditor, document(commission(), epcisHeader={"epcisMasterData": {"vocabularyList": []}}))
    assert job["success"]
    assert "epcisHeader is not read" in job["seam:notes"][0]


def official() -> Iterator[Path]:
    yield from sorted((conformance() / "gs1-epcis" / "JSON").rglob("*.jsonld"))
    yield from sorted((conformance() / "event-hash").glob("*.jsonld"))


def test_every_example_of_the_standard_is_captured_or_refused_with_a_sentence(auditor: Client, places: None) -> None:
    paths = list(official())
    assert len(paths) > 60
    for path in paths:
        body = path.read_bytes()
        answer = auditor.post(f"{ROOT}/capture", body, content_type="application/ld+json")
        if answer.status_code != 202:
            is_refusal(answer, 400, "ValidationException")
            continue
        drain()
        job = auditor.get(answer.headers["Location"]).json()
        assert job["success"] is not bool(job["errors"]), path
        for error in job["errors"]:
            assert error["detail"].startswith(("Event ", "The document")), (path, error)
            assert error["type"] == "epcisException:ValidationException", (path, error)
        for event in json.loads(body).get("epcisBody", {}).get("eventList", []):
            single = post_event(auditor, {"@context": CONTEXT, **event})
            assert single.status_code in (201, 400), (path, single.content)


def test_an_example_of_the_standard_is_captured_where_the_register_knows_what_it_names(
    auditor: Client, tmp_path: Path
) -> None:
    """The shipment and the transformation of GS1, their things given masses, as a register could know them."""
    text = (conformance() / "gs1-epcis" / "JSON" / "Example_9.6.4-TransformationEvent.jsonld").read_text()
    (event,) = json.loads(text)["epcisBody"]["eventList"]
    for side in ("input", "output"):
        event.pop(f"{side}EPCList")
        event[f"{side}QuantityList"] = [
            {"epcClass": f"urn:epc:class:lgtin:4012345.011111.{side}", "quantity": 10, "uom": "KGM"}
        ]
    event["sourceList"] = [{"type": "possessing_party", "source": "urn:epc:id:pgln:4012345.00001"}]
    event["seam:lots"] = [{"seam:id": "output", **ilmd("separated_oxide", "284690")}]
    folder = write_folder(tmp_path / "known", {
        "parties": [{"party_id": "4012345.00001", "name": "A", "country": "VN"}],
        "facilities": [{"facility_id": "4012345.00001.0", "name": "F", "kind": "mine", "country": "VN"}],
        "lots": [{"lot_id": "input", "mineral": "rare_earths", "material": "ore", "hs_code": "253090",
                  "custody_model": "segregated"}],
        "events": [{"event_id": "b", "kind": "commission", "occurred_at": "2013-10-01T00:00:00Z",
                    "facility_id": "4012345.00001.0", "party_id": "4012345.00001"}],
        "event_lines": [{"event_id": "b", "role": "output", "lot_id": "input", "quantity": "10", "unit": "KGM",
                         "basis": "wet"}],
    })  # fmt: skip
    call_command("import_lots", str(folder))
    job = capture(auditor, document(event))
    assert job["success"], job["errors"]
    assert job["seam:notes"] == [
        "example:myField of event 1 is not kept: the register has no place for it.",
        "ilmd of event 1 is not kept: the register has no place for it.",
    ]
    (found,) = events(ask(auditor, "events", eventType="TransformationEvent"))
    assert found["eventID"] == event["eventID"]
    assert found["eventTime"] == "2013-10-31T16:58:56.591+02:00"
