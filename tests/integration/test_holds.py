"""Hold and recall: everything below, whoever holds it and how much, in one step; placed and lifted with a reason."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from ledger.domain.actor import COMMAND
from ledger.models import Entry
from tests.cast import signed_in
from tests.chains import as_rows, clean, event, line, lot, more, write_folder
from traceability.domain.holds import HoldKind
from traceability.exceptions import WrongState
from traceability.models import Hold, Lot
from traceability.selectors.holds import get_affected
from traceability.services.holds import lift_hold, place_hold
from traceability.services.publishing import set_public

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chain(tmp_path: Path) -> None:
    call_command("import_lots", str(write_folder(tmp_path / "chain", as_rows(clean()))))


def the(lot_id: str) -> Lot:
    return Lot.objects.get(lot_id=lot_id)


def place(lot_id: str, kind: HoldKind = HoldKind.HOLD) -> Hold:
    return place_hold(lot=the(lot_id), kind=kind, by=COMMAND, reason="origin in doubt")


def test_a_hold_reaches_all_descendants_with_holders_masses_and_shares() -> None:
    found = get_affected(the("M1"))
    assert {one.lot_id for one in found.lots} == {"M1", "OX", "RES", "MET", "MAG"}
    assert found.lots[0].lot_id == "M1"
    shares = {one.lot_id: one.share for one in found.lots}
    assert shares["M1"] == 1
    assert shares["MAG"] == shares["OX"] == Decimal("0.347826")  # 9,600 of 27,600 kg dry
    holders = {one.holder_id: (one.lots, one.kg) for one in found.holders}
    assert holders == {"my": (1, 26_000), "th": (2, 180), "jp": (1, 2_600)}
    assert found.kg == 26_000 + 100 + 80 + 2_600
    assert abs(found.from_here - found.kg * Decimal("0.347826")) < 1


def test_the_log_names_every_lot_that_was_reached_when_it_was_placed() -> None:
    hold = place("M1")
    entry = Entry.objects.get(object_type="hold_reach", object_id=hold.hold_id)
    assert {row[0] for row in json.loads(entry.after)} == {"M1", "OX", "RES", "MET", "MAG"}
    call_command("verify_log")


def test_a_lot_made_later_is_reached_too(tmp_path: Path) -> None:
    place("M1")
    lines = line("input", "MAG", "100"), line("output", "MAG2", "99")
    later = more(
        clean(),
        lots=[lot("MAG2", "magnet", "850511")],
        events=[event("E20", "transform", 50, "plant-th", "jp", *lines)],
    )
    call_command("import_lots", str(write_folder(tmp_path / "later", as_rows(later))))
    assert "On hold since" in signed_in("auditor").get("/lots/MAG2/").content.decode()


def test_a_lot_is_held_once_and_lifted_once_each_with_a_reason() -> None:
    hold = place("M1")
    with pytest.raises(WrongState, match="already"):
        place("M1", HoldKind.RECALL)
    with pytest.raises(WrongState, match="what answered"):
        lift_hold(hold=hold, by=COMMAND, reason=" ")
    lifted = lift_hold(hold=hold, by=COMMAND, reason="papers came")
    with pytest.raises(WrongState, match="lifted already"):
        lift_hold(hold=hold, by=COMMAND, reason="again")
    assert Hold.objects.filter(hold_id=hold.hold_id).count() == 2  # the old row stays
    assert lifted.lifted_because == "papers came"
    place("M1", HoldKind.RECALL)
    call_command("verify_log")


def test_a_hold_without_a_reason_is_refused() -> None:
    with pytest.raises(WrongState, match="Say why"):
        place_hold(lot=the("M1"), kind=HoldKind.HOLD, by=COMMAND, reason="  ")


def test_the_page_shows_what_it_would_reach_then_places_it_and_is_the_notice() -> None:
    client = signed_in("auditor")
    before = client.get("/lots/M1/hold/").content.decode()
    assert "Nothing is on hold yet" in before
    assert "3 holders" in before
    assert client.post("/lots/M1/hold/", {"do": "place", "kind": "recall", "reason": "lead in it"}).status_code == 302
    notice = client.get("/lots/M1/hold/").content.decode()
    for words in ("Recall notice: M1", "lead in it", "26,000", "MAG", "34.78 %"):
        assert words in notice
    assert "Recalled since" in client.get("/lots/MAG/").content.decode()
    assert "on hold already" in client.post("/lots/M1/hold/", {"reason": "x"}).content.decode()
    assert client.get("/lots/?findings=hold").content.decode().count('<th scope="row">') == 5
    client.post("/lots/M1/hold/", {"do": "lift", "reason": "clean"})
    assert "Recalled" not in client.get("/lots/MAG/").content.decode()


def test_readers_of_a_public_lot_see_that_it_is_on_hold_and_only_that() -> None:
    set_public(lot_ids=["MAG"], is_public=True, by=COMMAND, reason="")
    place("M1")
    text = Client().get("/lots/MAG/").content.decode()
    assert "On hold since" in text
    assert "/hold/" not in text
    assert Client().get("/lots/MAG/hold/").status_code == 302


def test_only_officers_and_auditors_place_holds() -> None:
    outsider = signed_in("administrator")
    assert outsider.get("/lots/M1/hold/").status_code == 403
    assert outsider.post("/lots/M1/hold/", {"reason": "x"}).status_code == 403
    assert signed_in("officer").post("/lots/M1/hold/", {"reason": "x"}).status_code == 302
