"""The auditor's story: a newcomer takes the template, imports it, sees the chain, finds the planted fault, holds the
lot, hands in a paper, and prints the report; nobody told them how."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader
from tests.browser.test_access import faults

pytestmark = pytest.mark.browser
LOT = "EXAMPLE-TIN-01"
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def imported(page: Page, folder: Path) -> None:
    """From the list of lots to a stored import, by what the pages say."""
    page.goto("/lots/")
    page.get_by_role("link", name="Import lots").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the template").click()
    template = folder / "template.xlsx"
    download.value.save_as(template)
    page.get_by_label("The filled-in workbook").set_input_files(template)
    page.get_by_role("button", name="Check it").click()
    verdict = page.get_by_role("heading", level=1)
    expect(verdict).to_have_text("template.xlsx can be stored", timeout=60_000)
    if page.get_by_role("button", name="Store").count():  # another test of this server may have stored it
        assert not faults(page)
        expect(page.locator(".lead")).to_contain_text("3 findings")
        page.get_by_role("button", name="Store").click()
        expect(page.get_by_role("heading", name="Found in it")).to_be_visible(timeout=60_000)


def test_a_newcomer_imports_the_template_finds_the_fault_and_prints_the_report(reader: Reader, tmp_path: Path) -> None:
    page = reader("auditor")
    imported(page, tmp_path)

    page.goto("/lots/?q=Klang")
    page.get_by_role("link", name=LOT, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(LOT)
    page.locator(".stat").get_by_text("violation").first.click()
    fault = page.locator(".find-c", has_text="mass-gain")
    expect(fault).to_contain_text("5.86 % more")
    fault.get_by_role("link", name="Event EXAMPLE-E5").click()
    expect(page.locator("#event-EXAMPLE-E5")).to_contain_text("EXAMPLE-CON-01")
    expect(page.locator("#event-EXAMPLE-E5")).to_be_visible()
    for name in ("EXAMPLE-ORE-01", "EXAMPLE-CON-01", LOT):
        expect(page.locator("figure.fig .wide").get_by_text(name, exact=True)).to_be_visible()

    page.emulate_media(media="print")
    for hidden in ("header.top", "main .btns", "main .tabs"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".printhead")).to_contain_text("SEAM lot report")
    expect(page.locator("#event-EXAMPLE-E1")).to_be_visible()
    report = page.pdf(format="A4")
    assert report.startswith(b"%PDF")


def test_the_auditor_holds_the_lot_and_hands_in_a_paper(reader: Reader, tmp_path: Path) -> None:
    page = reader("auditor")
    imported(page, tmp_path)
    paper = tmp_path / "permit.pdf"
    paper.write_bytes(b"%PDF-1.4\n% export permit MY-EXP-2025-0311\n")

    page.goto(f"/lots/{LOT}/")
    page.get_by_role("link", name="Add a document").click()
    page.get_by_label("About").select_option("event:EXAMPLE-E6")
    page.get_by_label("Kind").select_option("export_permit")
    page.get_by_label("Title").fill("Export permit MY-EXP-2025-0311")
    page.get_by_label("Valid until").fill("2025-03-01")
    page.get_by_label("File", exact=True).set_input_files(paper)
    assert not faults(page)
    page.get_by_role("button", name="Add it").click()
    row = page.locator("tr", has_text="Export permit MY-EXP-2025-0311").first
    expect(row).to_contain_text("Expired")  # thirteen days before the shipment
    with page.expect_download() as download:
        row.get_by_role("link", name="Save").click()
    kept = Path(str(download.value.path())).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == hashlib.sha256(paper.read_bytes()).hexdigest()

    page.get_by_role("link", name="Hold or recall").click()
    assert not faults(page)
    page.get_by_label("Recall: give it back").check()
    page.get_by_label("Why").fill("More tin out than in")
    page.get_by_role("button", name="Place it on all").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Recall notice: {LOT}")
    expect(page.locator("main")).to_contain_text("Jurong Solder")
    page.goto(f"/lots/{LOT}/")
    expect(page.locator(".note.bad")).to_contain_text("Recalled since")
    page.get_by_role("link", name="The notice").click()
    page.get_by_label("What answered the question").fill("The scale was wrong")
    page.get_by_role("button", name="Lift the recall").click()
    expect(page.get_by_role("heading", name="Earlier")).to_be_visible()


def test_a_wrong_file_is_answered_with_its_errors_on_a_phone_too(reader: Reader, tmp_path: Path) -> None:
    bad = tmp_path / "lots.csv"
    bad.write_text("lot_id,mineral,material,hs_code,custody_model\nX-1,tin,rock,26,segregated\n", encoding="utf-8")
    page = reader("auditor", width=320)
    page.goto("/import/")
    page.get_by_label("The filled-in workbook").set_input_files(bad)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("errors in lots.csv", timeout=60_000)
    expect(page.locator("section[aria-labelledby=errors] tr", has_text="hs_code")).to_contain_text("six digits")
    assert page.evaluate(_SIDEWAYS) == 0
    assert not faults(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all errors").click()
    assert download.value.suggested_filename.startswith("errors-")
