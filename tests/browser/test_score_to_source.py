"""A score is followed from the front page down to the page and endnote of its source; the slider and what-if work."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Reader = Callable[..., Page]


def test_a_score_leads_to_the_page_and_endnote_of_its_source(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Indonesia"))
    row.get_by_role("link", name=re.compile("^Access")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Why Indonesia’s access is 5"))
    fact = page.get_by_role("link", name=re.compile("Production share, nickel: about 55 percent")).first
    line = page.get_by_role("listitem").filter(has=fact).last
    expect(line.get_by_text("endnote 16")).to_be_visible()
    fact.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("endnote 16").first).to_be_visible()
    expect(page.get_by_text("App. Indonesia").first).to_be_visible()


def test_a_supposition_is_made_in_a_form_and_can_be_shared(reader: Reader) -> None:
    page = reader()
    page.goto("/what-if/")
    page.get_by_label("Kind").select_option("law")
    form = page.locator("form").filter(has=page.get_by_role("heading", name="A new act"))
    form.get_by_label("Country").select_option("LA")
    form.get_by_role("button", name="Suppose").click()
    expect(page.get_by_text("Laos has “Law specific to critical minerals”")).to_be_visible()
    expect(page.get_by_text("Laos’s governance would be 3")).to_be_visible()
    other = reader(width=360)
    other.goto(page.url)
    expect(other.get_by_text("Laos’s governance would be 3")).to_be_visible()
    page.get_by_role("link", name="take out").click()
    expect(page.get_by_role("heading", name="To begin with")).to_be_visible()


def test_the_slider_goes_to_the_day_on_which_it_is_let_go(reader: Reader) -> None:
    page = reader()
    page.goto("/time/")
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    expect(page).to_have_url(re.compile(r"on=\d{4}-\d\d-\d\d"))
    expect(page.get_by_text("A backcast.")).to_be_visible()
