"""Events asked for by the EPCIS bindings: which, in what order, in whose sight, and valid by GS1's own schema."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.domain.actor import COMMAND
from ledger.services import seal_all
from tests.integration.epcis_register import (
    ROOT,
    SITE,
    ask,
    auditor,
    chain,
    events,
    ids,
    is_refusal,
    kept,
    program,
    publish,
    schema,
)
from tests.integration.test_sharing import decide, reader
from traceability.domain.sharing import Level
from traceability.models import Event
from traceability.services.publishing import set_public

__all__ = ["auditor", "chain", "kept"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]
ALL = [f"E{number:02}" for number in range(1, 13)]
LOT = f"{SITE}/lots/V1/"
PLANT = f"{SITE}/facilities/plant-my/"


def found(client: Client, **params: Any) -> list[str]:
    return sorted(ids(ask(client, "events", **params)))


def test_every_event_is_answered_valid_by_the_schema_of_gs1(auditor: Client) -> None:
    document = ask(auditor, "events")
    schema().validate(document)
    assert document["type"] == "EPCISQueryDocument"
    assert document["epcisBody"]["queryResults"]["queryName"] == "SimpleEventQuery"
    assert sorted(ids(document)) == ALL
    assert {event["type"] for event in events(document)} == {"ObjectEvent", "TransformationEvent"}


def test_the_newest_comes_first_unless_asked_otherwise(auditor: Client) -> None:
    by_time = ["E01", "E02", "E03", "E05", "E04", "E06", "E07", "E08", "E09", "E10", "E11", "E12"]
    assert ids(ask(auditor, "events")) == by_time[::-1]
    assert ids(ask(auditor, "events", orderBy="eventTime", orderDirection="ASC")) == by_time
    assert ids(ask(auditor, "events", orderBy="recordTime", orderDirection="ASC")) == ALL
    assert ids(ask(auditor, "events", orderBy="recordTime")) == ALL[::-1]


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"eventType": "TransformationEvent"}, ["E07", "E10", "E11"]),
        ({"eventType": "TransformationEvent|ObjectEvent"}, ALL),
        ({"eventType": "AssociationEvent"}, []),
        ({"EQ_action": "ADD"}, ["E01", "E02"]),
        ({"EQ_bizStep": "shipping"}, ["E03", "E05", "E08"]),
        ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"}, ["E03", "E05", "E08"]),
        ({"EQ_bizStep": "urn:epcglobal:cbv:bizstep:shipping|accepting"}, ["E03", "E05", "E08", "E12"]),
        ({"EQ_bizStep": ["shipping", "cbv:BizStep-accepting"]}, ["E03", "E05", "E08", "E12"]),
        ({"EQ_bizStep": "killing"}, []),
        ({"EQ_disposition": "active"}, ["E01", "E02"]),
        ({"EQ_bizStep": "commissioning", "EQ_disposition": "in_progress"}, ["E07", "E10", "E11"]),
        ({"GE_eventTime": "2026-01-31T00:00:00Z"}, ["E10", "E11", "E12"]),
        ({"LT_eventTime": "2026-01-02T08:00:00+07:00"}, []),
        ({"GE_eventTime": "2026-01-02T08:00:00+07:00", "LT_eventTime": "2026-01-04T08:00:00+07:00"}, ["E01", "E02"]),
        ({"GE_recordTime": "2000-01-01T00:00:00Z"}, ALL),
        ({"LT_recordTime": "2000-01-01T00:00:00Z"}, []),
        ({"EQ_readPoint": PLANT}, ["E04", "E06", "E07", "E08"]),
        ({"WD_readPoint": PLANT}, ["E04", "E06", "E07", "E08"]),
        ({"EQ_bizLocation": PLANT}, ["E04", "E06", "E07"]),
        ({"EQ_bizLocation": f"{PLANT}|{SITE}/facilities/mine-mm/", "EQ_bizStep": "commissioning"}, ["E02", "E07"]),
        ({"EQ_readPoint": "https://elsewhere.example/nothing"}, []),
        ({"MATCH_anyEPCClass": LOT}, ["E01", "E03", "E04", "E07"]),
        ({"MATCH_anyEPC": LOT}, ["E01", "E03", "E04", "E07"]),
        ({"MATCH_anyEPC": "urn:epc:class:lgtin:9506000.134352.V1"}, ["E01", "E03", "E04", "E07"]),
        ({"MATCH_epcClass": LOT}, ["E01", "E03", "E04"]),
        ({"MATCH_inputEPCClass": f"{LOT}|{SITE}/lots/MET/"}, ["E07", "E11"]),
        ({"MATCH_outputEPCClass": f"{SITE}/lots/MET/"}, ["E10"]),
        ({"MATCH_outputEPCClass": LOT}, []),
        ({"MATCH_parentID": LOT}, []),
        ({"MATCH_anyEPC": f"{SITE}/lots/OX/", "EQ_bizStep": "receiving"}, ["E09"]),
        ({"EQ_source_possessing_party": f"{SITE}/parties/my/"}, ["E04", "E06", "E07", "E08"]),
        ({"EQ_source_owning_party": f"{SITE}/parties/th/"}, ["E12"]),
        ({"EQ_destination_owning_party": f"{SITE}/parties/jp/"}, ["E12"]),
        ({"EQ_destination_location": PLANT}, ["E03", "E05"]),
        ({"EQ_source_location": f"{SITE}/facilities/mine-vn/"}, ["E03"]),
        ({"EQ_eventID": "E07"}, ["E07"]),
        ({"EXISTS_errorDeclaration": "true"}, []),
        ({"EXISTS_errorDeclaration": "false"}, ALL),
        ({"EQ_errorReason": "incorrect_data"}, []),
        ({"EQ_persistentDisposition_set": "recalled"}, []),
        ({"EQ_transformationID": "urn:x"}, []),
        ({"EQ_bizTransaction_po": "urn:x"}, []),
        ({"EQ_value_KGM": "7"}, []),
    ],
)  # fmt: skip
def test_a_question_finds_the_events_it_names(auditor: Client, params: dict[str, Any], wanted: list[str]) -> None:
    assert found(auditor, **params) == wanted


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"EQ_bizstep": "shipping"}, "is no parameter"),
        ({"colour": "red"}, "is no parameter"),
        ({"MATCH_anyEPC": "V\0"}, "control character"),
        ({"format": "xml"}, "is no parameter"),
        ({"EQ_seam:kind": "ship"}, "extension"),
        ({"EQ_quantity": "5"}, "masked"),
        ({"GE_quantity_KGM": "5"}, "masked"),
        ({"EQ_action": "CHANGE"}, "ADD, OBSERVE, DELETE"),
        ({"eventType": "Event"}, "is no type"),
        ({"GE_eventTime": "yesterday"}, "with an offset"),
        ({"GE_eventTime": "2026-01-01T00:00:00"}, "with an offset"),
        ({"LT_recordTime": "9999-12-31T23:59:59-14:00"}, "offset"),
        ({"GE_eventTime": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]}, "takes one value"),
        ({"orderBy": "mass"}, "eventTime or recordTime"),
        ({"orderDirection": "UP"}, "ASC or DESC"),
        ({"perPage": "0"}, "above 0"),
        ({"perPage": "many"}, "above 0"),
        ({"perPage": "1e400"}, "above 0"),
        ({"eventCountLimit": "-1"}, "above 0"),
        ({"maxEventCount": "999999999"}, "at most"),
        ({"eventCountLimit": "1", "maxEventCount": "1"}, "exclude each other"),
        ({"nextPageToken": "nonsense"}, "first page"),
        ({"nextPageToken": "W10"}, "first page"),
        ({"nextPageToken": "WyIyMDI2LTAxLTAxIiwgMSwgbnVsbF0"}, "first page"),
        ({"nextPageToken": "ż"}, "first page"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(auditor: Client, params: dict[str, Any], words: str) -> None:
    assert words in is_refusal(auditor.get(f"{ROOT}/events", params), 400, "QueryParameterException")


def test_too_many_values_are_too_complex_and_too_long_an_address_is_too_long(auditor: Client) -> None:
    many = {"MATCH_anyEPC": "|".join(str(number) for number in range(201))}
    assert "at most 200" in is_refusal(auditor.get(f"{ROOT}/events", many), 413, "QueryTooComplexException")
    long = {"MATCH_anyEPC": "x" * 9_000}
    is_refusal(auditor.get(f"{ROOT}/events", long), 414, "URITooLongException")


def test_too_many_answers_are_refused_and_a_limit_cuts_them(auditor: Client) -> None:
    is_refusal(auditor.get(f"{ROOT}/events", {"maxEventCount": "11"}), 413, "QueryTooLargeException")
    assert len(found(auditor, maxEventCount="12")) == 12
    assert ids(ask(auditor, "events", eventCountLimit="2")) == ["E12", "E11"]


def pages(client: Client, **params: Any) -> list[list[str]]:
    """All pages, following the Link header as a program would."""
    turned, answer = [], client.get(f"{ROOT}/events", params)
    while True:
        assert answer.status_code == 200, answer.content
        turned.append(ids(answer.json()))
        link = answer.headers.get("Link")
        if link is None:
            return turned
        address, _, rest = link.removeprefix("<").partition(">")
        assert rest == '; rel="next"'
        answer = client.get(address.removeprefix("http://testserver"))


@pytest.mark.parametrize("order", ["eventTime", "recordTime"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("size", [1, 5, 12])
def test_pages_join_to_the_whole_answer(auditor: Client, order: str, direction: str, size: int) -> None:
    asked = {"orderBy": order, "orderDirection": direction}
    turned = pages(auditor, perPage=size, **asked)
    assert [len(page) for page in turned] == {1: [1] * 12, 5: [5, 5, 2], 12: [12]}[size]
    assert [event for page in turned for event in page] == ids(ask(auditor, "events", **asked))


def test_a_limit_holds_over_pages_and_so_do_conditions(auditor: Client) -> None:
    assert pages(auditor, perPage=2, eventCountLimit=5) == [["E12", "E11"], ["E10", "E09"], ["E08"]]
    assert pages(auditor, perPage=2, EQ_bizStep="shipping|accepting") == [["E12", "E08"], ["E05", "E03"]]
    assert pages(auditor, perPage=2, EQ_readPoint=PLANT) == [["E08", "E07"], ["E06", "E04"]]


def test_record_times_are_asked_for_past_what_was_sealed(auditor: Client) -> None:
    seal_all()
    entry = Event.objects.get(event_id="E12").recorded_entry
    at = entry.recorded_at.isoformat()
    assert "E12" in found(auditor, GE_recordTime=at)
    assert "E12" not in found(auditor, LT_recordTime=at)
    set_public(lot_ids=["V1"], is_public=True, by=COMMAND, reason="later")
    seal_all()
    assert "E12" in found(auditor, GE_recordTime=at)
    assert found(auditor, GE_recordTime="0001-01-01T00:00:00Z") == ALL
    assert found(auditor, GE_recordTime="2999-01-01T00:00:00Z") == []


def test_an_event_is_asked_for_by_its_address_in_the_log_or_its_id(auditor: Client) -> None:
    event = next(one for one in events(ask(auditor, "events")) if one["seam:event"]["seam:id"] == "E07")
    for name in (quote(event["eventID"], safe=""), event["eventID"], "E07"):
        document = ask(auditor, f"events/{name}")
        schema().validate(document)
        assert events(document) == [event]
    for name in ("E99", quote(f"{SITE}/log/999999999999999999999/", safe=""), f"{SITE}/log/1/", "%00", "a" * 3_000):
        is_refusal(auditor.get(f"{ROOT}/events/{name}"), 404, "NoSuchResourceException")


def test_nobody_else_sees_an_event_of_a_closed_lot() -> None:
    outsider = Client()
    assert found(outsider) == []
    publish("V1", "OX")
    assert found(outsider) == ["E01", "E03", "E04", "E08", "E09"]  # E07 made RES too, of M1
    is_refusal(outsider.get(f"{ROOT}/events/E07"), 404, "NoSuchResourceException")
    is_refusal(outsider.get(f"{ROOT}/events/E10"), 404, "NoSuchResourceException")
    assert found(outsider, MATCH_anyEPC=LOT) == ["E01", "E03", "E04"]
    assert ask(outsider, "epcs")["member"] == [f"{SITE}/lots/OX/", LOT]
    assert ask(outsider, "bizLocations")["member"] == [
        f"{SITE}/facilities/{place}/" for place in ("mine-vn", "plant-my", "plant-th")
    ]
    assert ask(outsider, "readPoints", perPage=1)["member"] == [f"{SITE}/facilities/mine-vn/"]
    for closed in ("epcs/M1", "epcs/M1/events", "readPoints/mine-mm", "bizLocations/mine-mm/events"):
        is_refusal(outsider.get(f"{ROOT}/{closed}"), 404, "NoSuchResourceException")


def test_roles_see_what_they_see_of_lots() -> None:
    decide("OX", Level.CHAIN)
    assert found(program("officer")) == found(program("reviewer")) == ALL
    assert found(program("administrator")) == []
    holder = Client()
    holder.force_login(reader("jp"))
    assert found(holder) == ["E08", "E09", "E12"]  # MAG which it holds, OX which is shared along its chain


def test_the_way_for_many_open_lots_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    publish("V1", "OX")
    few = found(Client())
    monkeypatch.setattr("traceability.selectors.epcis._FEW", 0)
    assert found(Client()) == few == ["E01", "E03", "E04", "E08", "E09"]
    assert found(Client(), MATCH_anyEPC=LOT) == ["E01", "E03", "E04"]


def test_masked_masses_are_left_out_for_others_and_shown_to_holder_and_auditor(auditor: Client) -> None:
    publish()
    decide("MAG", Level.PUBLIC, masks=True)
    holder = Client()
    holder.force_login(reader("jp"))
    for client, shown in ((Client(), False), (holder, True), (auditor, True)):
        document = ask(client, "events", MATCH_anyEPC=f"{SITE}/lots/MAG/")
        schema().validate(document)
        assert ("2600" in str(document)) is shown
        assert "880" not in str(document)
        assert "800" in str(document)  # the metal's own mass is not masked
        assert sorted(ids(document)) == ["E11", "E12"]


def test_the_resources_at_the_top_lead_to_their_members_and_these_to_events(auditor: Client) -> None:
    assert len(ask(auditor, "")["member"]) == 9
    assert ask(auditor, "eventTypes")["member"] == ["AggregationEvent", "ObjectEvent", "TransformationEvent"]
    assert "shipping" in ask(auditor, "bizSteps")["member"]
    assert "in_transit" in ask(auditor, "dispositions")["member"]
    for address, wanted in {
        "eventTypes/TransformationEvent": ["E07", "E10", "E11"],
        "bizSteps/shipping": ["E03", "E05", "E08"],
        "bizSteps/https%3A%2F%2Fref.gs1.org%2Fcbv%2FBizStep-shipping": ["E03", "E05", "E08"],
        "dispositions/active": ["E01", "E02"],
        f"epcs/{quote(LOT, safe='')}": ["E01", "E03", "E04", "E07"],
        f"epcs/{LOT}": ["E01", "E03", "E04", "E07"],
        f"bizLocations/{quote(PLANT, safe='')}": ["E04", "E06", "E07"],
        f"readPoints/{quote(PLANT, safe='')}": ["E04", "E06", "E07", "E08"],
    }.items():
        assert ask(auditor, address)["member"] == ["events"]
        assert sorted(ids(ask(auditor, f"{address}/events"))) == wanted
        assert sorted(ids(ask(auditor, f"{address}/events", EQ_action="OBSERVE"))) == [
            event for event in wanted if event in ("E03", "E04", "E05", "E06", "E08", "E09", "E12")
        ]
    for nothing in ("eventTypes/TransactionEvent", "bizSteps/killing/events", "epcs/none", "nothing", "nothing/at/all"):
        is_refusal(auditor.get(f"{ROOT}/{nothing}"), 404, "NoSuchResourceException")


def test_lists_of_things_have_pages(auditor: Client) -> None:
    turned, answer = [], auditor.get(f"{ROOT}/epcs", {"perPage": 4})
    turned += answer.json()["member"]
    answer = auditor.get(answer.headers["Link"].removeprefix("<http://testserver").partition(">")[0])
    turned += answer.json()["member"]
    assert "Link" not in answer.headers
    assert turned == [f"{SITE}/lots/{lot}/" for lot in ("M1", "MAG", "MET", "OX", "RES", "V1")]


def test_headers_say_versions_and_limits_and_others_are_refused(auditor: Client) -> None:
    answer = auditor.get(f"{ROOT}/events")
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-EPCIS-Min", "GS1-EPCIS-Max"):
        assert answer.headers[name] == "2.0.0"
    assert answer.headers["GS1-Extensions"] == f"seam={SITE}/ns/epcis#"
    options = Client().options(f"{ROOT}/events")
    assert (options.status_code, options.content) == (204, b"")
    assert "GET" in options.headers["Allow"]
    for name, value in (
        ("GS1-EPCIS-Max", "1.2"), ("GS1-EPCIS-Min", "2.0.1"), ("GS1-CBV-Min", "3"),
        ("GS1-EPC-Format", "Always_EPC_URN"), ("Accept", "application/xml"), ("Accept", "text/html"),
    ):  # fmt: skip
        is_refusal(auditor.get(f"{ROOT}/events", headers={name: value}), 406, "NotAcceptableException")
    is_refusal(auditor.get(f"{ROOT}/events", headers={"GS1-EPCIS-Min": "two"}), 400, "ValidationException")
    assert auditor.get(f"{ROOT}/events", headers={"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0"}).status_code == 200
    linked = auditor.get(f"{ROOT}/events", headers={"Accept": "application/ld+json"})
    assert linked.headers["Content-Type"] == "application/ld+json"


def test_a_wrong_password_is_401_and_tokens_are_forgotten_by_themselves() -> None:
    wrong = Client(headers={"Authorization": "Basic bm9ib2R5Ondyb25n"})
    answer = wrong.get(f"{ROOT}/events")
    is_refusal(answer, 401, "SecurityException")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    is_refusal(Client().delete(f"{ROOT}/nextPageToken/x"), 501, "ImplementationException")


def test_a_page_takes_as_many_queries_however_much_it_shows(auditor: Client) -> None:
    def taken(client: Client, **params: Any) -> int:
        with CaptureQueriesContext(connection) as caught:
            ask(client, "events", **params)
        return len(caught)

    assert taken(auditor, perPage=2) == taken(auditor) <= 9
    publish()
    assert taken(Client(), perPage=2) == taken(Client()) <= 11
    assert taken(auditor, EQ_readPoint=PLANT, EQ_bizStep="shipping|receiving") <= 12
