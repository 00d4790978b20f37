"""Files of the card, snapshots that come out again byte for byte, and what stands beside the scores."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from jobs.services import drain
from ledger.domain.actor import Actor, Door
from ledger.services import seal_all
from registry.services.facts import FactRow, put_facts, withdraw_fact
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER = Actor("p-officer", Door.DESK)


def snapshot(*arguments: str) -> Any:
    out = io.StringIO()
    try:
        call_command("score_snapshot", *arguments, "--format", "json", stdout=out)
    except SystemExit as stopped:
        return {**json.loads(out.getvalue()), "exit": stopped.code}
    return {**json.loads(out.getvalue()), "exit": 0}


def test_a_snapshot_comes_out_again_byte_for_byte_after_the_facts_have_changed(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    written = snapshot("--on", "2026-06-01", "--output", str(first))
    assert "methodology v1" in written["citation"]
    withdraw_fact(fact_id="sg.tech.home", by=OFFICER, reason="origin is not stated")
    drain()
    seal_all()
    assert snapshot("--check", str(first)) == {"ok": True, "differs": [], "sha256": written["sha256"], "exit": 0}
    as_of = json.loads(first.read_text())["as_of"]
    snapshot("--on", "2026-06-01", "--as-of", as_of, "--output", str(second))
    assert first.read_bytes() == second.read_bytes()
    later = snapshot("--on", "2026-06-01", "--output", str(second))
    assert later["sha256"] != written["sha256"]


def test_a_changed_snapshot_is_found_and_named(tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    snapshot("--output", str(file))
    plain = json.loads(file.read_text())
    plain["countries"][0]["access"] = 1
    file.write_text(json.dumps(plain))
    checked = snapshot("--check", str(file))
    assert (checked["exit"], checked["differs"]) == (1, ["countries"])
    file.write_text("no snapshot")
    assert "no snapshot" in snapshot("--check", str(file))["error"]


def test_a_snapshot_of_another_engine_says_so(tmp_path: Path) -> None:
    file, out = tmp_path / "card.json", io.StringIO()
    snapshot("--output", str(file))
    file.write_text(json.dumps({**json.loads(file.read_text()), "code_version": "0"}))
    with pytest.raises(SystemExit):
        call_command("score_snapshot", "--check", str(file), stdout=out)
    assert "made by another version of SEAM" in out.getvalue()


def test_the_page_gives_the_same_snapshot_as_the_command(client: Client, tmp_path: Path) -> None:
    answer = client.get("/snapshot.json", {"on": "2026-06-01"})
    file = tmp_path / "card.json"
    file.write_bytes(answer.content)
    assert snapshot("--check", str(file))["ok"] is True


def test_the_table_has_a_row_a_member_with_ranges_and_overall(client: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/scorecard.csv?on=2026-06-01").content.decode())))
    assert len(rows) == 11
    indonesia = next(row for row in rows if row["country"] == "ID")
    assert (indonesia["access"], indonesia["access_low"], indonesia["overall"], indonesia["rank"]) == (
        "5", "5", "4.00", "1",
    )  # fmt: skip


def test_the_workbook_holds_card_gates_evidence_and_no_formula(client: Client) -> None:
    content = {"fact_id": "th.evil", "kind": "enforcement", "subject": {"country": "TH"}, "fact_class": "present",
               "printed": "=HYPERLINK(1)"}  # fmt: skip
    put_facts(rows=[FactRow("th.evil", "enforcement", content, "TH")], by=OFFICER, reason="a test")
    seal_all()
    book = load_workbook(io.BytesIO(client.get("/scorecard.xlsx").content))
    assert book.sheetnames == ["Scorecard", "By mineral", "Gates", "Evidence", "About"]
    assert book["Scorecard"].max_row == 12
    assert {row[0].value for row in book["Gates"].iter_rows(min_row=2)} >= {"ID", "TH"}
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_dependence_gives_the_figures_of_the_paper_with_their_source(client: Client) -> None:
    found = client.get("/api/v1/dependence/?country=ID").json()["indicators"]
    told = {(each["indicator"], each["mineral"], len(each["countries"])): each for each in found}
    assert told["concentration", "nickel", 1]["low"] == "8100"
    assert told["concentration", "nickel", 2]["low"] == "9025"
    owned = told["foreign_ownership", "nickel", 1]
    assert (owned["low"], owned["facts"][0]["source"]["endnote"]) == ("75", 19)
    page = client.get("/countries/ID/").content.decode()
    assert "Dependence in figures" in page
    assert "9,025 to 10,000 of 10,000" in page


def test_sensitivity_is_told_beside_the_ranks(client: Client) -> None:
    rows = {row["country"]: row for row in client.get("/api/v1/sensitivity/").json()["countries"]}
    assert rows["ID"]["quarter"] == [1, 1]
    assert rows["SG"]["free"] == [1, 7]
    page = client.get("/methodology/").content.decode()
    assert "How firm the ranks are" in page
    assert "4–5" in page


def test_the_page_of_the_method_shows_every_judgement_contradiction_and_who_published(client: Client) -> None:
    page = client.get("/methodology/").content.decode()
    assert all(f'id="J{n:02d}"' in page for n in range(1, 36))
    for words in ("The paper’s criterion", "Where the paper disagrees with itself", "SHA-256", "published"):
        assert words in page


def test_the_page_of_the_method_shows_the_day_that_it_is_worked_out_for(client: Client) -> None:
    page = client.get("/methodology/?on=2026-06-01").content.decode()
    assert "State on <b>1 Jun 2026</b>" in page
    assert 'href="/api/v1/sensitivity/?on=2026-06-01"' in page


def test_sensitivity_tells_the_cells_that_the_prose_leaves_open(client: Client) -> None:
    rows = {row["country"]: row for row in client.get("/api/v1/sensitivity/").json()["countries"]}
    assert rows["PH"]["bounded"] == [3, 4]
    page = client.get("/methodology/").content.decode()
    assert "Where the paper’s prose is open" in page
    assert "a major nickel producer" in page


def test_a_why_page_says_what_the_other_reading_would_do_here(client: Client) -> None:
    page = client.get("/countries/VN/capability/").content.decode()
    assert "J03" in page
    assert "It would make this level 3" in page
