"""Lists of risks: versions that supersede, rows that are refused, and what the page of a lot says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from ledger.models import Entry
from tests.cast import signed_in
from tests.chains import as_rows, clean, write_folder
from traceability.models import RiskList

pytestmark = pytest.mark.django_db
HEAD = "subject,id,risk,statement,from,until,latitude,longitude,radius_km\n"


@pytest.fixture(autouse=True)
def chain(tmp_path: Path) -> None:
    rows = as_rows(clean())
    for row in rows["facilities"]:
        if row["facility_id"] == "plant-my":
            row["capacity_t_per_year"] = "20"
    call_command("import_lots", str(write_folder(tmp_path / "chain", rows)))


def publish(client: Client, rows: str, day: str = "2025-06-01", **changes: str) -> Any:
    given = {"code": "cahra", "title": "Areas", "published_on": day, "source_title": "A body", **changes}
    return client.post("/due-diligence/", {**given, "file": SimpleUploadedFile("l.csv", (HEAD + rows).encode())})


def test_a_list_shows_on_the_lots_it_meets_on_their_day_with_its_version() -> None:
    client = signed_in("auditor")
    publish(client, "area,MM,conflict_affected_area,Fighting,2025-01-01,,,,\nparty,vn,bribery,A case,2026-06-01,,,,\n")
    text = client.get("/lots/MAG/").content.decode().partition('id="diligence"')[2].partition('id="documents"')[0]
    assert "Conflict affected area" in text
    assert "Areas, version 1 of 2025-06-01" in text
    assert "A case" not in text  # it holds only from June on


def test_output_above_capacity_is_worked_out_over_all_events_of_the_facility() -> None:
    text = signed_in("officer").get("/lots/MAG/").content.decode()
    assert "Output above capacity" in text
    assert "27 t came out in 2026" in text
    assert "20 t a year" in text


def test_a_new_version_supersedes_and_the_old_one_stays_readable() -> None:
    client = signed_in("auditor")
    publish(client, "area,MM,conflict_affected_area,,,,,,\n")
    publish(client, "area,TH,conflict_affected_area,,,,,,\n", "2025-07-01")
    publish(client, "area,TH,conflict_affected_area,,,,,,\n", "2025-07-01")  # the same again
    versions = RiskList.objects.order_by("version")
    assert [(one.version, one.superseded_entry is None) for one in versions] == [(1, False), (2, True)]
    assert "Myanmar" in client.get("/due-diligence/cahra/?version=1").content.decode()
    assert "Thailand" in client.get("/due-diligence/cahra/").content.decode()
    assert client.get("/due-diligence/cahra/?version=9").status_code == 404
    assert client.get("/due-diligence/none/").status_code == 404
    assert Entry.objects.filter(object_type="risklist").count() == 2
    call_command("verify_log")


def test_an_older_version_cannot_supersede() -> None:
    client = signed_in("auditor")
    publish(client, "area,MM,other,,,,,,\n")
    answer = publish(client, "area,TH,other,,,,,,\n", "2024-01-01")
    assert answer.status_code == 400
    assert "cannot supersede" in answer.content.decode()
    assert RiskList.objects.get().published_on == dt.date(2025, 6, 1)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("area,ZZ,other,,,,,,\n", "Row 2: &#x27;ZZ&#x27; is no country code"),
        ("mine,MM,other,,,,,,\n", "is no subject"),
        ("area,MM,evil,,,,,,\n", "is no risk"),
        ("area,MM,other,,2025-13-01,,,,\n", "write a day as"),
        ("area,MM,other,,2025-02-01,2025-01-01,,,\n", "until lies before from"),
        ("area,MM,other,,,,91,0,1\n", "at most 90"),
        ("area,MM,other,,,,NaN,0,1\n", "plain number"),
        ("area,MM,other,,,,1e1,0,1\n", "plain number"),
        ("party,,other,,,,,,\n", "id is missing"),
        ("", "holds no row"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_recorded(rows: str, words: str) -> None:
    answer = publish(signed_in("auditor"), rows)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not RiskList.objects.exists()


def test_lists_are_for_officers_and_auditors() -> None:
    publish(signed_in("officer"), "area,MM,other,,,,,,\n")
    assert RiskList.objects.count() == 1
    outsider = signed_in("administrator")
    assert outsider.get("/due-diligence/").status_code == 403
    assert outsider.get("/due-diligence/cahra/").status_code == 403
    assert publish(outsider, "area,TH,other,,,,,,\n").status_code == 403
    assert Client().get("/due-diligence/").status_code == 302


def test_lots_that_went_the_same_impossible_way_are_one_row(tmp_path: Path) -> None:
    rows = as_rows(clean())
    for kind in ("ship", "receive"):  # the ores of both mines are used in Malaysia, and no shipment brought them
        gone = {row["event_id"] for row in rows["events"] if row["kind"] == kind and row["event_id"] < "E07"}
        rows["events"] = [row for row in rows["events"] if row["event_id"] not in gone]
        rows["event_lines"] = [row for row in rows["event_lines"] if row["event_id"] not in gone]
    for table, column in (("lots", "lot_id"), ("assays", "lot_id"), ("events", "event_id"), ("event_lines", "lot_id")):
        for row in rows[table]:
            row[column] = f"X{row[column]}"
            if table in ("assays", "event_lines"):
                key = "assay_id" if table == "assays" else "event_id"
                row[key] = f"X{row[key]}"
    call_command("import_lots", str(write_folder(tmp_path / "again", {**rows, "facilities": [], "parties": []})))
    text = signed_in("auditor").get("/lots/XMAG/").content.decode().partition('id="diligence"')[2]
    assert text.count("Route against origin") == 2  # from Vietnam, and from Myanmar
    assert "the report before has it in Myanmar" in text
