"""An officer adds a feed, waits for a poll, and works the inbox to empty, without help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import hostile
from tests.browser.conftest import Troubles, session_of
from tests.hostile import item, rss
from tests.story.conftest import Site, one_process_site

pytestmark = pytest.mark.browser
NEWS = (
    "Thailand bans tin ore exports from 1 May 2027",
    "Thai cabinet raises royalty on copper to 6 percent from 1 June 2027",
    "Thailand to require licence for graphite exports from 1 July 2027 under Notification 9/2027",
    "Bangkok revokes eleven tungsten mining licences on 3 March 2027",
    "Tin price climbs to a six-month high",
)


@pytest.fixture
def web() -> Iterator[hostile.Server]:
    with hostile.server() as server:
        page = b'<html><link rel="alternate" type="application/rss+xml" title="Royal wire" href="/rss"></html>'
        server.put("/", hostile.http(page, "Content-Type: text/html"))
        server.put("/rss", hostile.http(rss(*(item(n, title=title) for n, title in enumerate(NEWS)))))
        yield server


@pytest.fixture
def site(tmp_path: Path, web: hostile.Server) -> Iterator[Site]:
    site = one_process_site(tmp_path)
    site.environment["FETCH_ALLOW"] += f",127.0.0.1:{web.port}"
    site.start()
    yield site
    site.kill()


def test_an_officer_adds_a_feed_waits_for_a_poll_and_empties_the_inbox(
    site: Site, web: hostile.Server, chromium: Browser
):
    troubles = Troubles()
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    troubles.watch(context)
    cookie = session_of(site, "officer", {})
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": site.url}])
    page = context.new_page()
    add_feed(page, web)
    wait_for_flags(page)
    work_inbox(page)
    context.close()
    assert not troubles, "\n".join(troubles)


def add_feed(page: Page, web: hostile.Server) -> None:
    page.goto("/admin/")
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Feeds", exact=True).click()
    page.get_by_role("link", name="Find a feed by a page").click()
    page.get_by_label("Address of the page or feed").fill(web.url("/"))
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="Add Royal wire").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/admin/registry/feed/")
    page.get_by_role("link", name="Royal wire").click()


def wait_for_flags(page: Page) -> None:
    """The feed's page tells when it was looked at and what came of it."""
    answers = page.get_by_text("Answers")
    for _ in range(60):
        if answers.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(answers.first).to_be_visible()
    expect(page.get_by_text("Thailand bans tin ore exports")).to_be_visible()


def work_inbox(page: Page) -> None:
    """By keys: one is accepted, one put off, one joined, the others are no change, until none waits."""
    page.goto("/admin/registry/flag/?show=all")
    first = page.locator(".inbox a")
    expect(first.first).to_be_visible()
    accept(page)
    verdicts = ["s", "m"]
    for _ in range(30):
        if not page.locator(".inbox a").count():
            break
        title = page.locator(".pane h2").inner_text()
        press_verdict(page, verdicts)
        expect(page.locator(".msgs")).to_contain_text(title[:40])
    expect(page.get_by_text("No flag waits here")).to_be_visible()
    page.get_by_role("link", name="Put off").click()
    expect(page.locator(".inbox a")).to_have_count(1)
    page.get_by_role("link", name="How right the rules are").click()
    expect(page.get_by_text("flags were right")).to_be_visible()
    expect(page.get_by_text("1 of ")).to_be_visible()


def accept(page: Page) -> None:
    """The key opens the form with what the news says, its source cited and what was read kept."""
    title = page.locator(".pane h2").inner_text()
    page.keyboard.press("i")
    expect(page.get_by_label("Title", exact=True)).to_have_value(title)
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".msgs")).to_contain_text("Draft saved")
    expect(page.locator("a", has_text="entry.txt").first).to_have_attribute(
        "href", re.compile(r"^/documents/[0-9a-f]{64}/$")
    )
    page.goto("/admin/registry/flag/?show=all")


def press_verdict(page: Page, verdicts: list[str]) -> None:
    if "s" in verdicts and page.locator("#snooze").count():
        verdicts.remove("s")
        page.keyboard.press("s")
    elif "m" in verdicts and page.locator("#merge").count():
        verdicts.remove("m")
        page.keyboard.press("m")
        page.get_by_role("button", name="Join").click()
    else:
        page.keyboard.press("x")
        page.get_by_role("button", name="Dismiss").click()
    page.wait_for_load_state()
