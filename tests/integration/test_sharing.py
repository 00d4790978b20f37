"""Who sees a lot, decided per lot and per party; masses masked; labels that lead to the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from registry.models import Party
from registry.services.people import create_person
from tests.cast import signed_in
from tests.chains import as_rows, clean, write_folder
from traceability.domain.labels import BadLabel, digital_link, gtin14
from traceability.domain.sharing import Level
from traceability.models import Lot, PartyPerson, Sharing
from traceability.selectors.visibility import get_lots
from traceability.services.sharing import add_reader, share_lot, share_party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chain(tmp_path: Path) -> None:
    """Holders at the end: V1, M1 and RES: my; OX and MET: th; MAG: jp."""
    call_command("import_lots", str(write_folder(tmp_path / "chain", as_rows(clean()))))


def reader(party_id: str) -> Any:
    """Someone who signs in and reads for a party, with a role that sees no lots by itself."""
    user = create_person(
        username=f"of-{party_id}", password="correct horse battery", role="administrator", country=None, by=COMMAND
    )
    add_reader(user=user, party=Party.objects.get(party_id=party_id), by=COMMAND)
    return type(user).objects.get(pk=user.pk)


def decide(lot_id: str, level: Level, *, masks: bool = False) -> None:
    lot = Lot.objects.get(lot_id=lot_id)
    share_lot(lot=lot, level=level, masks_masses=masks, by=COMMAND, reason="asked")


def decide_for(party_id: str, level: Level, *, masks: bool = False) -> None:
    party = Party.objects.get(party_id=party_id)
    share_party(party=party, level=level, masks_masses=masks, by=COMMAND, reason="asked")


def seen(user: Any) -> set[str]:
    return set(get_lots(user).values_list("lot_id", flat=True))


def test_nothing_decided_is_private_to_the_holder() -> None:
    assert seen(None) == set()
    assert seen(reader("jp")) == {"MAG"}
    assert seen(reader("mm")) == set()  # it shipped M1, and holds nothing any more


def test_a_lot_shared_along_the_chain_is_seen_by_those_on_it_only() -> None:
    decide("OX", Level.CHAIN)
    decide("RES", Level.CHAIN)
    assert seen(reader("mm")) == {"OX", "RES"}  # both were made of its ore
    assert seen(reader("jp")) == {"MAG", "OX"}  # RES is no ancestor of the magnets it holds
    stranger = create_person(
        username="else", password="correct horse battery", role="administrator", country=None, by=COMMAND
    )
    assert seen(stranger) == seen(None) == set()


def test_a_party_decides_for_its_lots_where_a_lot_has_no_word_of_its_own() -> None:
    decide("V1", Level.PRIVATE)
    decide_for("my", Level.PUBLIC)
    assert seen(None) == {"M1", "RES"}
    decide("V1", Level.PUBLIC)
    assert seen(None) == {"M1", "RES", "V1"}
    decide_for("my", Level.PRIVATE)
    assert seen(None) == {"V1"}
    assert Sharing.objects.filter(party__party_id="my").count() == 2  # the first word stays, superseded
    call_command("verify_log")


def test_a_party_shares_along_the_chain() -> None:
    decide_for("my", Level.CHAIN)
    assert seen(reader("vn")) == {"V1", "RES"}


def test_masked_masses_are_shown_to_holder_and_auditor_only() -> None:
    decide("MAG", Level.PUBLIC, masks=True)
    for client, shown in ((Client(), False), (signed_in("auditor"), True)):
        text = client.get("/lots/MAG/").content.decode()
        assert ("2,600" in text) is shown
        assert ("masked" in text) is not shown
        assert "34.78 %" in client.get("/lots/MAG/?element=dry").content.decode()  # shares stay
    own = Client()
    own.force_login(reader("jp"))
    assert "2,600" in own.get("/lots/MAG/").content.decode()


def test_masses_masked_by_a_party_are_masked_in_lists_traces_pictures_and_labels() -> None:
    decide("MAG", Level.PUBLIC)
    decide_for("th", Level.PUBLIC, masks=True)
    page = Client().get("/lots/MAG/").content.decode()
    assert "2,600" in page  # jp's
    assert "1,200" not in page  # the oxide, th's
    assert "mass masked" in page
    row = re.search(r"/lots/OX/.*?</tr>", Client().get("/lots/").content.decode(), re.DOTALL)
    assert row
    assert "masked" in row[0]
    trace = Client().get("/api/v1/lots/MAG/trace/").json()
    assert {one["lot"]: one["kg"] is None for one in trace["lots"]} == {
        "V1": False, "M1": False, "OX": True, "MET": True,
    }  # fmt: skip
    assert "1,200" not in Client().get("/lots/OX/label/").content.decode()


def test_the_page_decides_with_a_reason_and_only_for_officers_and_auditors() -> None:
    client = signed_in("auditor")
    client.post("/lots/MAG/sharing/", {"do": "lot", "level": "public", "reason": ""})
    assert seen(None) == set()
    client.post("/lots/MAG/sharing/", {"do": "lot", "level": "everything", "reason": "x"})
    assert not Sharing.objects.exists()
    client.post("/lots/MAG/sharing/", {"do": "lot", "level": "public", "masks": "yes", "reason": "buyers asked"})
    assert seen(None) == {"MAG"}
    client.post("/lots/MAG/sharing/", {"do": "party", "level": "chain", "reason": "members"})
    client.post("/lots/MAG/sharing/", {"do": "reader", "username": "auditor"})
    assert "1 account." in client.get("/lots/MAG/sharing/").content.decode()
    assert Sharing.objects.filter(party__party_id="jp", level="chain").exists()
    outsider = signed_in("administrator")
    assert outsider.get("/lots/MAG/sharing/").status_code == 403
    assert Client().get("/lots/MAG/sharing/").status_code == 302


def test_a_label_leads_to_the_page_or_is_a_digital_link() -> None:
    decide("MAG", Level.PUBLIC)
    plain = Client().get("/lots/MAG/label/").content.decode()
    assert "http://127.0.0.1:8000/lots/MAG/" in plain
    linked = Client().get("/lots/MAG/label/?gtin=09506000134352").content.decode()
    assert "http://127.0.0.1:8000/01/09506000134352/10/MAG" in linked
    svg = Client().get("/lots/MAG/label.svg?gtin=09506000134352")
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert svg.content.startswith(b"<svg")
    assert Client().get("/01/09506000134352/10/MAG").headers["Location"] == "/lots/MAG/"
    assert Client().get("/lots/MAG/label/?gtin=09506000134353").status_code == 400
    assert Client().get("/01/123/10/MAG").status_code == 400
    assert Client().get("/lots/OX/label/").status_code == Client().get("/lots/NONE/label/").status_code == 404


def test_a_gtin_is_checked_and_padded() -> None:
    assert gtin14("9506000134352") == "09506000134352"
    assert gtin14("96385074") == "00000096385074"
    for bad in ("9506000134353", "950600013435", "abc", "", "٩٥٠٦٠٠٠١٣٤٣٥٢"):
        with pytest.raises(BadLabel):
            gtin14(bad)
    assert digital_link("https://x/", "96385074", "A&B?/1") == "https://x/01/00000096385074/10/A%26B%3F%2F1"
    with pytest.raises(BadLabel, match="20 signs"):
        digital_link("https://x", "96385074", "L" * 21)


def test_findings_that_name_masses_say_nothing_of_masked_ones(tmp_path: Path) -> None:
    rows = as_rows(clean())
    counted = {"event_id": "E99", "kind": "adjust", "occurred_at": "2026-03-01T08:00:00+07:00", "reason": "count"}
    rows["events"].append({**rows["events"][0], **counted, "party_id": "th", "facility_id": "plant-th"})
    rows["event_lines"].append(
        {"event_id": "E99", "role": "item", "lot_id": "OX", "quantity": "-500", "unit": "KGM", "basis": "dry"}
    )
    call_command("import_lots", str(write_folder(tmp_path / "drawn", rows)))
    decide("OX", Level.PUBLIC)
    found = Client().get("/api/v1/lots/OX/").json()["findings"]
    assert [one["code"] for one in found] == ["overdrawn"]
    assert "kg" in found[0]["message"]
    decide("OX", Level.PUBLIC, masks=True)
    (kept,) = Client().get("/api/v1/lots/OX/").json()["findings"]
    assert "masked" in kept["message"]
    assert "masked by a holder" in Client().get("/lots/OX/").content.decode()
    assert "kg" in signed_in("auditor").get("/api/v1/lots/OX/").json()["findings"][0]["message"]


def test_an_account_that_reads_for_a_party_is_taken_off_with_a_reason() -> None:
    decide_for("my", Level.CHAIN)
    person = reader("vn")
    assert seen(person) == {"V1", "RES"}
    client = signed_in("auditor")
    holder = Lot.objects.get(lot_id="V1").state.holder
    add_reader(user=person, party=holder, by=COMMAND)
    page = client.get("/lots/V1/sharing/").content.decode()
    assert person.username in page
    asked = {"do": "no-reader", "person": person.public_id}
    client.post("/lots/V1/sharing/", asked)
    assert PartyPerson.objects.filter(user=person, party=holder).exists(), "not without a reason"
    client.post("/lots/V1/sharing/", {**asked, "reason": "left the firm"})
    assert not PartyPerson.objects.filter(user=person, party=holder).exists()
    entry = Entry.objects.get(object_type="party_reader", action="remove")
    assert (entry.after, entry.reason, person.username in entry.before) == ("null", "left the firm", False)
    call_command("verify_log")
