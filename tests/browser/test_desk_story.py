"""The officer's, the reviewer's and the reader's story at the desk, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader

pytestmark = pytest.mark.browser
PDF = {"name": "gazette.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
ADD = "/admin/registry/instrument/add/"


def write_act(page: Page, title: str, **fields: str) -> None:
    """Fill in the form as an officer would: an export licence on tungsten with its gazette."""
    page.goto(ADD)
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Country or body").select_option("TH")
    page.locator("#id_status_events-0-status").select_option("in_force")
    page.locator("#id_status_events-0-since").fill(fields.get("since", "2026-11-20"))
    page.locator("#id_measures-0-code").select_option("export_licence")
    page.locator("#measures-0").get_by_label("Tungsten").check()


def open_act(page: Page, title: str) -> None:
    page.goto(f"/admin/registry/instrument/?q={title.replace(' ', '+')}")
    page.get_by_role("link", name=title).click()


def test_an_act_is_logged_previewed_returned_mended_approved_and_read(reader: Reader) -> None:
    officer, reviewer = reader("officer"), reader("reviewer")
    title = "Browser rule on tungsten"
    write_act(officer, title)
    officer.get_by_role("button", name="+ 261100", exact=False).click()
    expect(officer.locator("#id_measures-0-hs")).to_have_value("261100")
    officer.get_by_text("Add another Document").click()
    officer.locator("#id_documents-0-file").set_input_files([PDF])  # type: ignore[list-item]
    officer.get_by_role("button", name="Preview again").click()
    expect(officer.locator("#will")).to_contain_text("Nothing yet.")
    expect(officer.locator("#will")).to_contain_text("Thailand")
    # A browser does not send a file again by itself: the page says so where it happened.
    officer.locator("#id_documents-0-file").set_input_files([PDF])  # type: ignore[list-item]
    officer.get_by_role("button", name="Send to a second officer").click()
    expect(officer.get_by_text("Sent to a second officer.")).to_be_visible()

    reviewer.goto("/admin/")
    reviewer.get_by_role("link", name=title).first.click()
    reviewer.get_by_role("button", name="Send back").click()
    expect(reviewer.get_by_text("Say what is to be mended.")).to_be_visible()
    reviewer.get_by_label("Note").fill("Name the rate.")
    reviewer.get_by_role("button", name="Send back").click()

    officer.goto("/admin/")
    expect(officer.get_by_text("Name the rate.")).to_be_visible()
    open_act(officer, title)
    officer.locator("#measures-0").get_by_text("Materials, stages, destinations, rate, exemptions").click()
    officer.locator("#id_measures-0-rate").fill("100 baht a tonne")
    officer.get_by_role("button", name="Send to a second officer").click()
    open_act(reviewer, title)
    expect(reviewer.get_by_text("100 baht a tonne")).to_be_visible()
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("Approved as version 1.")).to_be_visible()

    public = reader()
    public.goto("/instruments/?q=browser+tungsten&country=TH&kind=export_licence")
    public.get_by_role("link", name=title).click()
    expect(public.get_by_text("In force").first).to_be_visible()
    expect(public.get_by_text("100 baht a tonne")).to_be_visible()
    expect(public.get_by_role("link", name="gazette.pdf")).to_be_visible()


@pytest.mark.parametrize(
    "title",
    ["<script>alert(1)</script><b>Act</b>", "قانون المعادن \u202eتجربة", "鉱物 🪨⛏️ \u200d act", "Act" * 30_000],
    ids=["html", "right to left", "emoji", "100 kB"],
)
def test_nonsense_is_kept_as_typed_with_the_errors_beside_the_fields(reader: Reader, title: str) -> None:
    page = reader("officer")
    write_act(page, title, since="0001-01-01")
    page.locator("#id_measures-0-hs").fill("28a6")
    page.locator("#id_measures-0-start").fill("9999")
    page.get_by_role("button", name="Save draft").click()

    # The field takes no more than a title may have.
    assert page.locator("#id_title").input_value() == title[:300]
    expect(page.locator("#id_status_events-0-since")).to_have_value("0001-01-01")
    expect(page.locator(".field-since .wrong").first).to_contain_text("outside 1800 to 2200")
    expect(page.locator(".field-hs .wrong").first).to_contain_text("is no HS code")
    expect(page.locator(".field-start .wrong").first).to_contain_text("The year 9999 lies outside")
    assert page.url.endswith(ADD)


def test_what_was_typed_and_not_sent_is_offered_again(reader: Reader) -> None:
    page = reader("officer")
    write_act(page, "Half a thought")
    page.wait_for_timeout(1000)  # what is typed is kept when the typing pauses
    page.goto("/admin/")
    page.goto(ADD)
    page.get_by_role("button", name="Fill it in again").click()

    expect(page.locator("#id_title")).to_have_value("Half a thought")
    expect(page.locator("#measures-0").get_by_label("Tungsten")).to_be_checked()


@pytest.mark.parametrize("path", ["/admin/", "/admin/registry/flag/", "/admin/registry/instrument/", ADD,
                                  "/admin/registry/instrument/import/"])  # fmt: skip
def test_the_desk_fits_a_phone(reader: Reader, path: str) -> None:
    page = reader("officer", width=320)
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_text("Menu", exact=True).click()
    expect(page.locator(".deskmenu").get_by_role("link", name=re.compile("^Flags"))).to_be_visible()


def test_without_scripts_the_form_still_works(reader: Reader) -> None:
    page = reader("officer", javascript=False)
    write_act(page, "Plain rule on tungsten")
    page.get_by_role("button", name="Preview again").click()
    expect(page.locator("#will")).to_contain_text("Check")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_text("Draft saved.")).to_be_visible()


def test_codes_and_minerals_offer_each_other_and_a_preview_keeps_the_file(reader: Reader) -> None:
    page = reader("officer")
    page.goto(ADD)
    page.get_by_label("Title", exact=True).fill("Rule that previews")
    page.get_by_label("Country or body").select_option("TH")
    page.locator("#id_status_events-0-status").select_option("in_force")
    since = page.locator("#id_status_events-0-since")
    for text, read in (("2569", "the year 2026"), ("2026-11", "the month November 2026"), ("2026-02-30", ""),
                       ("2569-11-20", "the day 20 November 2026")):  # fmt: skip
        since.fill(text)
        expect(page.locator("#status_events-0 output.read")).to_have_text(f"Read as {read}" if read else "")
    page.locator("#id_measures-0-code").select_option("export_ban")
    expect(page.locator("#id_measures-0-direction")).to_have_value("restricts")
    page.locator("#id_measures-0-hs").fill("260900")
    page.get_by_role("button", name="+ Tin").click()
    expect(page.locator("#measures-0").get_by_label("Tin", exact=True)).to_be_checked()
    page.get_by_role("button", name="+ 800110", exact=False).click()
    expect(page.locator("#id_measures-0-hs")).to_have_value("260900, 800110")
    page.get_by_text("Add another Document").click()
    page.locator("#id_documents-0-file").set_input_files([PDF])  # type: ignore[list-item]
    page.get_by_role("button", name="Preview again").click()
    expect(page.locator("#will")).to_contain_text("Worked out")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_text("Draft saved.")).to_be_visible()
    expect(page.locator("#id_status_events-0-since")).to_have_value("2026-11-20")
    expect(page.locator("#documents-0")).to_contain_text("gazette.pdf")


def test_an_incident_is_recorded_questioned_answered_approved_and_read(reader: Reader) -> None:
    officer, reviewer = reader("officer"), reader("reviewer")
    title = "Tailings dam of a browser mine gave way"
    officer.goto("/admin/registry/enforcementrecord/add/")
    officer.get_by_label("In one sentence").fill(title)
    officer.locator("#id_country").select_option("TH")
    officer.locator("#id_kind").select_option("tailings_failure")
    officer.locator("#id_since").fill("2026-10")
    officer.get_by_label("Area").fill("Ratchaburi")
    officer.locator(".field-source .select2-selection").click()
    officer.locator(".select2-search__field").last.fill("Southeast Asia Tech Stack")
    officer.locator(".select2-results__option").first.click()
    officer.get_by_role("button", name="Preview again").click()
    expect(officer.locator("#will")).to_contain_text("No score reads it")
    officer.get_by_role("button", name="Send to a second officer").click()
    expect(officer.get_by_text("Sent to a second officer.")).to_be_visible()

    reviewer.goto("/admin/")
    reviewer.get_by_role("link", name=title).first.click()
    reviewer.get_by_label("Say something to the other side").fill("How many tonnes?")
    reviewer.get_by_role("button", name="Comment").click()
    officer.goto("/admin/")
    expect(officer.locator("#asked")).to_contain_text("How many tonnes?")
    officer.locator("#asked").get_by_role("link", name=title).click()
    officer.get_by_label("Say something to the other side").fill("The source does not say.")
    officer.get_by_role("button", name="Comment").click()
    reviewer.reload()
    expect(reviewer.get_by_text("The source does not say.")).to_be_visible()
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("Approved as version 1.")).to_be_visible()

    public = reader()
    public.goto("/enforcement/?kind=incident&country=TH&q=browser")
    public.get_by_role("link", name=title).click()
    expect(public.get_by_text("Ratchaburi").first).to_be_visible()
    assert "How many tonnes?" not in public.content()
