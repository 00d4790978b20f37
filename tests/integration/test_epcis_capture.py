"""EPCIS documents captured: the same events come out of them again, or a sentence, and never a half."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from jobs.services import drain
from ledger.models import Entry
from tests.cast import person
from tests.chains import as_rows, clean, write_folder
from tests.integration.epcis_register import ROOT, SITE, ask, events, ids, is_refusal, schema
from traceability.loading import load_events, load_lots_named
from traceability.models import Event, Lot
from traceability.selectors.findings import get_findings
from traceability.selectors.trace import get_trace

pytestmark = pytest.mark.django_db
JSON = Any
DEMO = Path(__file__).parents[2] / "config" / "demo" / "chain"
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"seam": f"{SITE}/ns/epcis#"}]


@dataclass(frozen=True)
class Exported:
    """A chain as it was imported: its folder, the answer to a query for all of it, and what is to come out again."""

    folder: Path
    document: JSON
    facts: dict[str, Any]


def everything() -> dict[str, Any]:
    """All that a register says of its lots, but for when and by whom."""
    lots = sorted(Lot.objects.values_list("lot_id", flat=True))
    return {
        "events": sorted(
            (one.event_id, *map(str, one.content()[:-1]), sorted(map(str, one.lines)))
            for one in load_events(list(Event.objects.values_list("pk", flat=True)))
        ),
        "lots": sorted(str(lot) for lot in load_lots_named(lots)),
        "traces": [get_trace(lot_id=lot, direction=way) for lot in lots for way in ("up", "down")],
        "findings": [get_findings(lot_id=lot) for lot in lots],
    }


def export(folder: Path, db_blocker: Any, data: Path) -> Exported:
    with db_blocker.unblock(), override_settings(DATA_DIR=data), transaction.atomic():
        call_command("import_lots", str(folder))
        client = Client()
        client.force_login(person("auditor"))
        document = client.get(f"{ROOT}/events", {"perPage": 1000}).json()
        found = Exported(folder, document, everything())
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(DEMO, django_db_blocker, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def small(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The clean chain with faults that open findings: a lot too heavy, a shipment that a later event corrects."""
    tables = as_rows(clean())
    changed = {"E10": "980", "E12": "2600"}
    for line in tables["event_lines"]:
        if line["event_id"] in changed and line["role"] != "input":
            line["quantity"] = changed[line["event_id"]]
    ship = next(row for row in tables["events"] if row["event_id"] == "E08")
    tables["events"].append({**ship, "event_id": "E08b", "corrects_event_id": "E08", "reason": "mistyped",
                             "permit_number": "P-1", "occurred_at": "2026-01-21T08:00:00.123456+07:00"})  # fmt: skip
    tables["event_lines"].append({"event_id": "E08b", "role": "item", "lot_id": "OX", "quantity": "1100.5",
                                  "unit": "KGM", "basis": "dry"})  # fmt: skip
    folder = write_folder(tmp_path_factory.mktemp("small"), tables)
    return export(folder, django_db_blocker, tmp_path_factory.mktemp("data"))


@pytest.fixture
def auditor() -> Client:
    client = Client()
    client.force_login(person("auditor"))
    return client


def masters(exported: Exported, tmp_path: Path, *names: str) -> None:
    """Import some tables of a chain and no other."""
    folder = tmp_path / "-".join(names)
    folder.mkdir()
    for name in names:
        (folder / f"{name}.csv").write_bytes((exported.folder / f"{name}.csv").read_bytes())
    call_command("import_lots", str(folder))


def capture(client: Client, document: JSON, **headers: str) -> JSON:
    """The job of a document that was sent in, once it is done."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    answer = client.post(f"{ROOT}/capture", body, content_type="application/ld+json", headers=headers)
    assert answer.status_code == 202, answer.content
    before = client.get(answer.headers["Location"]).json()
    assert (before["running"], before["success"], before["errors"]) == (True, True, [])
    drain()
    job = client.get(answer.headers["Location"]).json()
    assert job["running"] is False
    assert job["captureErrorBehaviour"] == "rollback"
    assert job["finishedAt"] >= job["createdAt"]
    return job


def refused(client: Client, document: JSON) -> list[str]:
    """What was wrong with a document, of which nothing was stored."""
    before = Event.objects.count(), Lot.objects.count(), Entry.objects.count()
    job = capture(client, document)
    assert not job["success"]
    for error in job["errors"]:
        assert error["type"] == "epcisException:ValidationException"
        assert error["status"] == 400
        assert error["detail"].endswith(".")
    assert (Event.objects.count(), Lot.objects.count(), Entry.objects.count()) == before
    return [error["detail"] for error in job["errors"]]


@pytest.mark.parametrize("name", ["demo", "small"])
def test_what_was_exported_is_captured_as_the_same_register(
    name: str, request: pytest.FixtureRequest, auditor: Client, tmp_path: Path
) -> None:
    exported: Exported = request.getfixturevalue(name)
    masters(exported, tmp_path, "parties", "facilities")
    job = capture(auditor, exported.document)
    assert job["success"], job["errors"]
    assert job["seam:notes"] == []
    assert everything() == exported.facts
    assert name == "demo" or any(exported.facts["findings"])
    again = ask(auditor, "events", perPage=1000)
    schema().validate(again)
    assert by_id(again) == by_id(exported.document)
    call_command("verify_log")


def by_id(document: JSON) -> dict[str, JSON]:
    return {event["seam:event"]["seam:id"]: event["seam:event"] for event in events(document)}


def test_captured_again_it_is_unchanged(small: Exported, auditor: Client, tmp_path: Path) -> None:
    masters(small, tmp_path, "parties", "facilities")
    first = capture(auditor, small.document)
    assert first["seam:accepted"]["events"] == 13
    entries = Entry.objects.count()
    again = capture(auditor, small.document)
    assert again["success"]
    assert not any(again["seam:accepted"].values())
    assert again["seam:unchanged"]["events"] == 13
    assert Entry.objects.count() == entries
    own = capture(auditor, ask(auditor, "events", perPage=1000))
    assert not any(own["seam:accepted"].values())


def test_an_event_of_the_same_id_with_other_words_is_a_conflict(
    small: Exported, auditor: Client, tmp_path: Path
) -> None:
    masters(small, tmp_path, "parties", "facilities")
    assert capture(auditor, small.document)["success"]
    changed = copy.deepcopy(small.document)
    event = next(one for one in events(changed) if one["seam:event"]["seam:id"] == "E10")
    event["seam:event"]["seam:lines"][0]["seam:quantity"] = "1"
    (sentence,) = refused(auditor, changed)
    assert "'E10' stands in the registry with other content" in sentence
    assert "Correct it by an event of another id" in sentence
    answer = post_event(auditor, {"@context": CONTEXT, **event})
    assert "other content" in is_refusal(answer, 409, "ResourceAlreadyExistsException")


def test_the_document_may_give_the_extension_any_prefix(small: Exported, auditor: Client, tmp_path: Path) -> None:
    masters(small, tmp_path, "parties", "facilities")
    document = json.loads(json.dumps(small.document).replace('"seam', '"mine'))
    assert capture(auditor, document)["success"]
    assert everything()["events"] == small.facts["events"]


@pytest.mark.pango
def test_what_a_dossier_holds_is_captured_with_the_same_trace(demo: Exported, auditor: Client, tmp_path: Path) -> None:
    masters(demo, tmp_path, "parties", "facilities")
    with transaction.atomic():
        call_command("import_lots", str(DEMO))
        call_command("export_dossier", "TH-CMP-0007", "--output", str(tmp_path / "lot.zip"))
        trace = get_trace(lot_id="TH-CMP-0007")
        transaction.set_rollback(True)
    assert not Lot.objects.exists()
    with zipfile.ZipFile(tmp_path / "lot.zip") as archive:
        job = capture(auditor, archive.read("epcis.json"))
    assert job["success"], job["errors"]
    assert get_trace(lot_id="TH-CMP-0007") == trace


# --- events in the words of the standard alone ---


@pytest.fixture
def places(small: Exported, tmp_path: Path) -> None:
    """Parties and facilities, and nothing that happened."""
    masters(small, tmp_path, "parties", "facilities")


def lot(name: str) -> str:
    return f"{SITE}/lots/{name}/"


def plain_event(kind: str, day: int, place: str, party: str, **fields: Any) -> JSON:
    return {
        "type": kind,
        "eventTime": f"2026-03-{day:02}T01:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "readPoint": {"id": f"{SITE}/facilities/{place}/"},
        "sourceList": [{"type": "possessing_party", "source": f"{SITE}/parties/{party}/"}],
        **fields,
    }


def quantity(name: str, kg: Any, uom: str = "KGM") -> JSON:
    return {"epcClass": lot(name), "quantity": kg, "uom": uom}


def ilmd(material: str = "ore", hs: str = "253090") -> JSON:
    return {"seam:mineral": "rare_earths", "seam:material": material, "seam:hsCode": hs,
            "seam:custodyModel": "controlled_blending"}  # fmt: skip


def document(*listed: JSON, **more: Any) -> JSON:
    return {"@context": CONTEXT, "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2026-03-31T00:00:00Z", "epcisBody": {"eventList": list(listed)}, **more}  # fmt: skip


def commission(**more: Any) -> JSON:
    return plain_event("ObjectEvent", 1, "mine-vn", "vn", action="ADD", bizStep="commissioning", disposition="active",
                       eventID="urn:uuid:0001", quantityList=[quantity("A", 1000)], ilmd=ilmd(), **more)  # fmt: skip


def shipped(**more: Any) -> JSON:
    return plain_event(
        "ObjectEvent", 2, "mine-vn", "vn", action="OBSERVE",
        bizStep="https://ref.gs1.org/cbv/BizStep-shipping", disposition="in_transit", eventID="urn:uuid:0002",
        quantityList=[quantity("A", 1000.5)],
        destinationList=[{"type": "cbv:SDT-location", "destination": "urn:x:plant-my"}],
        **{"seam:permitNumber": "P-7"}, **more,
    )  # fmt: skip


def received(**more: Any) -> JSON:
    found = plain_event(
        "ObjectEvent", 5, "plant-my", "vn", action="OBSERVE", bizStep="receiving", eventID="urn:uuid:0003",
        disposition="in_progress", quantityList=[quantity("A", 1, "TNE")],
        destinationList=[{"type": "possessing_party", "destination": f"{SITE}/parties/my/"}], **more,
    )  # fmt: skip
    return found


def transformed(**more: Any) -> JSON:
    return plain_event(
        "TransformationEvent", 6, "plant-my", "my", bizStep="commissioning", disposition="in_progress",
        eventID="ni:///sha-256;" + "ab" * 32 + "?ver=CBV2.0", inputQuantityList=[quantity("A", 900)],
        outputQuantityList=[quantity("B", 100), quantity("C", 50)], ilmd=ilmd("separated_oxide", "284690"), **more,
    )  # fmt: skip


def packed(**more: Any) -> JSON:
    found = plain_event(
        "AggregationEvent", 7, "plant-my", "my", action="ADD", bizStep="packing", disposition="in_progress",
        eventID="urn:uuid:0005", parentID=lot("P"), childQuantityList=[quantity("B", 100), quantity("C", 50)],
        **more,
    )  # fmt: skip
    described = {"seam:id": "P", **ilmd("separated_oxide", "284690")}
    return {**found, "seam:lots": [described]}


def unpacked() -> JSON:
    found = plain_event(
        "AggregationEvent", 8, "plant-my", "my", action="DELETE", bizStep="unpacking", disposition="in_progress",
        eventID="urn:uuid:0006", parentID=lot("P"), childQuantityList=[quantity("D", 150_000, "GRM")],
    )  # fmt: skip
    return {**found, "seam:lots": [{"seam:id": "D", **ilmd("separated_oxide", "284690")}]}


def sold() -> JSON:
    return {
        **plain_event("ObjectEvent", 9, "plant-my", "my", action="OBSERVE", bizStep="accepting",
                      disposition="in_progress", eventID="urn:uuid:0007", quantityList=[quantity("D", 150)]),
        "sourceList": [{"type": "https://ref.gs1.org/cbv/SDT-owning_party", "source": "urn:x:my"}],
        "destinationList": [{"type": "owning_party", "destination": "https://elsewhere.example/parties/jp"}],
    }  # fmt: skip


def destroyed() -> JSON:
    return plain_event("ObjectEvent", 10, "plant-my", "jp", action="DELETE", bizStep="decommissioning",
                       disposition="inactive", eventID="urn:uuid:0008", quantityList=[quantity("D", 10)])  # fmt: skip


def seen() -> JSON:
    return plain_event("ObjectEvent", 9, "plant-my", "my", action="OBSERVE", bizStep="inspecting",
                       disposition="in_progress", quantityList=[quantity("D", 150)])  # fmt: skip


WHOLE = (commission, shipped, received, transformed, packed, unpacked, seen, sold, destroyed)


def test_events_of_the_standard_alone_become_the_kinds_they_mean(auditor: Client, places: None) -> None:
    sent = document(*(make() for make in WHOLE))
    schema().validate(sent)
    job = capture(auditor, sent)
    assert job["success"], job["errors"]
    assert job["seam:notes"] == []
    columns = ("kind", "facility__facility_id", "party__party_id", "to_facility__facility_id", "to_party__party_id")
    found = Event.objects.order_by("occurred_at", "pk").values_list(*columns)
    assert list(found) == [
        ("commission", "mine-vn", "vn", None, None),
        ("ship", "mine-vn", "vn", "plant-my", None),
        ("receive", "plant-my", "my", None, None),
        ("transform", "plant-my", "my", None, None),
        ("aggregate", "plant-my", "my", None, None),
        ("disaggregate", "plant-my", "my", None, None),
        ("observe", "plant-my", "my", None, None),
        ("transfer_ownership", "plant-my", "my", None, "jp"),
        ("decommission", "plant-my", "jp", None, None),
    ]
    ship = Event.objects.get(kind="ship")
    assert (ship.permit_number, ship.local_time.isoformat()) == ("P-7", "2026-03-02T08:00:00+07:00")
    lines = {(one.lot.lot_id, one.role, str(one.quantity), one.unit, one.basis)
             for one in Event.objects.get(kind="aggregate").lines.select_related("lot")}  # fmt: skip
    assert lines == {("P", "parent", "150", "KGM", "wet"), ("B", "child", "100", "KGM", "wet"),
                     ("C", "child", "50", "KGM", "wet")}  # fmt: skip
    assert Lot.objects.get(lot_id="B").material == "separated_oxide"
    assert get_trace(lot_id="D", direction="up")["origins"][0]["facility"] == "mine-vn"


def test_words_are_read_as_urn_and_lots_as_lgtin_too(auditor: Client, places: None) -> None:
    event = {**commission(), "bizStep": "urn:epcglobal:cbv:bizstep:commissioning"}
    event["disposition"] = "urn:epcglobal:cbv:disp:active"
    event["sourceList"] = [{"type": "urn:epcglobal:cbv:sdt:possessing_party", "source": "urn:x:vn"}]
    event["quantityList"] = [{"epcClass": "urn:epc:class:lgtin:9506000.134352.A.1", "quantity": 5, "uom": "TNE"}]
    job = capture(auditor, document(event))
    assert (job["success"], job["seam:notes"]) == (True, [])
    assert Lot.objects.get().lot_id == "A.1"


def test_captured_events_keep_their_ids_and_are_found_by_them(auditor: Client, places: None) -> None:
    sent = [make() for make in WHOLE]
    assert capture(auditor, document(*sent))["success"]
    for event in sent:
        if "eventID" in event:
            answer = ask(auditor, f"events/{event['eventID'].replace('?', '%3F').replace('/', '%2F')}")
            (found,) = events(answer)
            assert found["eventID"] == event["eventID"]
            assert ids(ask(auditor, "events", EQ_eventID=event["eventID"])) == [found["seam:event"]["seam:id"]]
    answer = ask(auditor, "events")
    schema().validate(answer)
    assert not any(capture(auditor, document(*sent))["seam:accepted"].values())
    assert not any(capture(auditor, answer)["seam:accepted"].values())


def test_an_event_that_says_something_the_register_has_no_place_for_is_kept_and_that_is_told(
    auditor: Client, places: None
) -> None:
    extra = {"bizTransactionList": [{"type": "po", "bizTransaction": "urn:x"}], "example:field": "1"}
    event = {**commission(**extra), "disposition": "conformant", "ilmd": {**ilmd(), "example:colour": "red"}}
    job = capture(auditor, document(event))
    assert job["success"]
    assert job["seam:notes"] == [
        f"{field} of event 1 is not kept: the register has no place for it."
        for field in ("bizTransactionList", "disposition", "example:field", "ilmd")
    ]


def test_an_error_declaration_names_the_event_that_corrects(auditor: Client, places: None) -> None:
    wrong, right = commission(), {**commission(), "eventID": "urn:uuid:0009", "quantityList": [quantity("A", 1010)]}
    assert capture(auditor, document(wrong))["success"]
    declared = {"declarationTime": "2026-03-20T00:00:00Z", "reason": "incorrect_data",
                "correctiveEventIDs": ["urn:uuid:0009"]}  # fmt: skip
    assert capture(auditor, document({**wrong, "errorDeclaration": declared}, right))["success"]
    assert Event.objects.get(event_id="urn:uuid:0009").corrects == Event.objects.get(event_id="urn:uuid:0001")
    (found,) = events(ask(auditor, "events", EXISTS_errorDeclaration="true"))
    assert found["eventID"] == "urn:uuid:0001"
    assert found["errorDeclaration"]["correctiveEventIDs"] == ["urn:uuid:0009"]
    assert ids(ask(auditor, "events", EQ_correctiveEventID="urn:uuid:0009")) == ["urn:uuid:0001"]
    assert ids(ask(auditor, "events", EQ_errorReason="did_not_occur")) == []
    assert ids(ask(auditor, "events", GE_errorDeclarationTime="2000-01-01T00:00:00Z")) == ["urn:uuid:0001"]
    assert ids(ask(auditor, "events", EXISTS_errorDeclaration="false")) == ["urn:uuid:0009"]


Change = Callable[[JSON], object]


def drop(*names: str) -> Change:
    return lambda event: [event.pop(name) for name in names]


def put(**fields: Any) -> Change:
    return lambda event: event.update(fields)


def put_ours(**fields: Any) -> Change:
    return lambda event: event.update({f"seam:{name}": value for name, value in fields.items()})


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (put(type="AssociationEvent"), "type", "no kind of event here"),
        (put(type=["ObjectEvent"]), "type", "no text"),
        (drop("type"), "type", "no kind"),
        (put(action="OBSERVE", bizStep="stock_taking"), "bizStep", "adjust"),
        (put(action="CHANGE"), "action", "no kind"),
        (drop("eventTime"), "eventTime", "missing"),
        (put(eventTime="yesterday"), "eventTime", "no time with an offset"),
        (put(eventTime=7), "eventTime", "no text"),
        (put(eventTime="2999-01-01T00:00:00Z"), "eventTime", "future"),
        (put(eventTime="0001-01-01T00:00:00+14:00", eventTimeZoneOffset="-12:00"), "eventTime", "no time"),
        (put(eventTimeZoneOffset="+7"), "eventTimeZoneOffset", "no offset"),
        (put(eventTimeZoneOffset="+99:00"), "eventTimeZoneOffset", "no offset"),
        (drop("readPoint"), "readPoint", "missing"),
        (put(readPoint="mine-vn"), "readPoint", "names no place"),
        (put(readPoint={"id": f"{SITE}/facilities/nowhere/"}), "readPoint", "no facility of the register"),
        (put(readPoint={"id": "http://[half/x"}), "readPoint", "no facility of the register"),
        (drop("sourceList"), "sourceList", "possessing_party"),
        (put(sourceList="vn"), "sourceList", "no list of objects"),
        (put(sourceList=[{"type": "possessing_party", "source": "nobody"}]), "sourceList", "no party of the register"),
        (put(sourceList=[{"type": "possessing_party", "source": one} for one in ("vn", "my")]), "sourceList", "two"),
        (put(quantityList=[]), "quantityList", "names no lot"),
        (put(quantityList=[{"quantity": 1, "uom": "KGM"}]), "quantityList", "without epcClass"),
        (put(quantityList=[{"epcClass": "A"}]), "quantityList", "no quantity"),
        (put(quantityList=[{"epcClass": "A", "quantity": "5", "uom": "KGM"}]), "quantityList", "no quantity"),
        (put(quantityList=[{"epcClass": "A", "quantity": True, "uom": "KGM"}]), "quantityList", "no quantity"),
        (put(quantityList=[{"epcClass": "A", "quantity": 5}]), "quantityList", "without uom"),
        (put(quantityList=[quantity("A", 5, "LBR")]), "uom", "none of KGM, TNE, GRM"),
        (put(quantityList=[quantity("A", -5)]), "quantity", "negative"),
        (put(quantityList=[quantity("A", 0.0000000001)]), "quantity", "no plain number"),
        (put(epcList=["urn:epc:id:sgtin:0614141.107346.2017"]), "epcList", "without a mass"),
        (drop("ilmd"), "epcClass", "Describe it in seam:lots"),
        (put(ilmd={"seam:mineral": "rare_earths"}), "seam:material", "missing"),
        (put(ilmd={**ilmd(), "seam:mineral": "unobtainium"}), "seam:mineral", "not in the registry"),
        (put(ilmd={**ilmd(), "seam:hsCode": "25"}), "seam:hsCode", "six digits"),
        (put(ilmd={**ilmd(), "seam:mineral": 5}), "seam:lots", "no text"),
        (put(ilmd={**ilmd(), "seam:assays": [{"seam:id": "x"}]}), "seam:gradePct", "missing"),
        (put_ours(basis="damp"), "seam:basis", "none of wet, dry"),
        (put_ours(reason="x" * 3_000), "seam:reason", "too long"),
        (put_ours(event="all of it"), "seam:event", "no object"),
        (put_ours(event={"seam:kind": "ship"}), "seam:event", "the event is none"),
        (put_ours(lots="A"), "seam:lots", "no list"),
        (put(eventID="urn:uuid:" + "x" * 100), "eventID", "too long"),
        (put(eventID="urn:\0"), "eventID", "control character"),
        (put(eventID="urn:\ud800"), "eventID", "control character"),
        (put(eventID=5), "eventID", "no text"),
        (put(eventID=f"{SITE}/log/5/"), "eventID", "address in this register's log"),
        (put(errorDeclaration={"reason": "did_not_occur"}), "errorDeclaration", "corrected by another"),
        (put(errorDeclaration={"correctiveEventIDs": ["urn:x"]}), "errorDeclaration", "send both together"),
        (put(errorDeclaration=7), "errorDeclaration", "corrected by another"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_event_and_field(
    auditor: Client, small: Exported, tmp_path: Path, change: Change, field: str, words: str
) -> None:
    masters(small, tmp_path, "parties", "facilities")
    bad = commission()
    change(bad)
    sentences = refused(auditor, document(good(), bad))
    assert any(one.startswith(f"Event 2, {field}: ") and words in one for one in sentences), sentences
    answer = post_event(auditor, {"@context": CONTEXT, **bad})
    assert field in is_refusal(answer, 400, "ValidationException")


def good() -> JSON:
    """A good event before a bad one."""
    return plain_event("ObjectEvent", 1, "mine-vn", "vn", action="ADD", bizStep="commissioning", disposition="active",
                       quantityList=[quantity("Z", 1000)], ilmd=ilmd())  # fmt: skip


def test_one_event_is_stored_at_once_and_sent_again_it_is_the_same(auditor: Client, places: None) -> None:
    event = {"@context": CONTEXT, **commission(bizTransactionList=[])}
    answer = post_event(auditor, event)
    assert answer.status_code == 201, answer.content
    assert answer.headers["Location"] == "/epcis/v2/events/urn%3Auuid%3A0001"
    body = answer.json()
    schema().validate({name: value for name, value in body.items() if name != "seam:notes"})
    assert body["seam:notes"] == ["bizTransactionList of event 1 is not kept: the register has no place for it."]
    assert events(auditor.get(answer.headers["Location"]).json())[0]["eventID"] == "urn:uuid:0001"
    entries = Entry.objects.count()
    assert post_event(auditor, event).headers["Location"] == answer.headers["Location"]
    assert Entry.objects.count() == entries
    assert Entry.objects.filter(object_type="event", door="api").count() == 1


def test_an_event_without_an_id_gets_one_that_stays(auditor: Client, places: None) -> None:
    event = commission()
    del event["eventID"]
    for _ in range(2):
        answer = post_event(auditor, {"@context": CONTEXT, **event})
        assert answer.status_code == 201
    (stored,) = Event.objects.all()
    assert stored.event_id.startswith("epcis-")
    assert answer.json()["eventID"] == f"{SITE}/log/{stored.recorded_entry_id}/"


def post_event(client: Client, event: JSON) -> Any:
    return client.post(f"{ROOT}/events", json.dumps(event), content_type="application/json")
