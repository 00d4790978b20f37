"""The portal's open page: what changes appears there within seconds, and as a notification where that is allowed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Reader
from tests.story.conftest import ROOT, Site

pytestmark = pytest.mark.browser
Change = Callable[[str], None]

#: Keeps what the page asks the browser to show; the permission is the browser's own.
_RECORD = """() => {
  window.shown = [];
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) { super(title, options); window.shown.push([options.tag, options.body]); }
  };
}"""


@pytest.fixture
def change(site: Site) -> Change:
    """Approves an act beside the running site, which learns of it from the database alone."""
    environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}

    def approve(title: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "tests.story.alerts_driver"], cwd=ROOT, env=environment, check=True, text=True,
            input=f"change {title}\n", stdout=subprocess.DEVNULL,
        )  # fmt: skip

    return approve


def open_portal(page: Page) -> Any:
    """The portal's list, following Thailand's acts by the portal."""
    page.goto("/alerts/")
    if page.get_by_role("button", name="Begin").count():
        page.get_by_role("button", name="Begin").click()
    form = page.locator("#more form")
    form.get_by_label("What").select_option("instruments")
    form.get_by_label("Country").select_option("TH")
    form.get_by_label("By").select_option(label="Portal")
    form.get_by_role("button", name="Follow").click()
    page.goto("/alerts/")
    return page.locator("#inbox [data-list]")


def test_a_change_appears_in_the_open_portal_and_is_notified_once(reader: Reader, change: Change) -> None:
    page = reader("auditor")
    page.context.grant_permissions(["notifications"])
    page.add_init_script(f"({_RECORD})()")
    inbox = open_portal(page)
    change("An act that is notified")
    line = inbox.get_by_text("Thailand: An act that is notified")
    expect(line.first).to_be_visible(timeout=40_000)
    expect(line).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="An act that is notified")).to_be_visible()
    told = [body for _tag, body in page.evaluate("window.shown") if "An act that is notified" in body]
    assert len(told) == 1
    # looked at twice more, and opened anew: it is news no longer
    page.wait_for_timeout(11_000)
    assert len(page.evaluate("window.shown")) == len({tag for tag, _body in page.evaluate("window.shown")})
    page.reload()
    expect(line).to_have_count(1)
    page.wait_for_timeout(6_000)
    assert page.evaluate("window.shown") == []


@pytest.mark.parametrize("dark", [False, True])
def test_without_permission_the_list_shows_it_and_a_screen_reader_hears_of_it(
    reader: Reader, change: Change, dark: bool
) -> None:
    page = reader("reviewer", width=360, dark=dark)
    page.context.clear_permissions()
    inbox = open_portal(page)
    title = f"An act in the list {'by night' if dark else 'by day'}"
    change(title)
    expect(inbox.get_by_text(f"Thailand: {title}")).to_be_visible(timeout=40_000)
    expect(page.get_by_role("status").filter(has_text=title)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    violations = Axe().run(page).response["violations"]
    assert not [each for each in violations if each["impact"] in ("serious", "critical")]
