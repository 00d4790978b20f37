"""Everybody can read every page: whatever their eyes, their screen, their keyboard, or without a script."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Reader
from tests.browser.pages import AUDITOR, DESK, PUBLIC, REFUSED

pytestmark = pytest.mark.browser
EVERY = {"": (*PUBLIC, *REFUSED), "officer": DESK, "auditor": AUDITOR}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page: Page, *only: str) -> list[str]:
    """What axe finds serious or critical, with the place; ``only`` limits it to these rules."""
    run = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": _RULES}
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": run}).response["violations"]
    return [
        f"{page.url}: {each['id']}, {each['help']}: {node['html'][:160]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_serious_on_any_page_in_light_or_dark(reader: Reader, width: int) -> None:
    found = []
    for username, paths in EVERY.items():
        page = reader(username, width=width)
        for path in paths:
            page.goto(path)
            found += faults(page)
            page.emulate_media(color_scheme="dark")
            found += faults(page, "color-contrast")  # only colours differ from what was checked in the light
            page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways_on_the_narrowest_phone(reader: Reader) -> None:
    wide = []
    for username, paths in EVERY.items():
        page = reader(username, width=320)
        for path in paths:
            page.goto(path)
            if beyond := page.evaluate(_SIDEWAYS):
                wide.append(f"{path}: {beyond} px")
    assert not wide, "\n".join(wide)


def _words(page: Page) -> str:
    """What a page says, but for pictures that repeat the lists beside them and their buttons."""
    return page.evaluate(
        """() => {
        const main = document.querySelector("#main"), off = [...main.querySelectorAll("figure.graph")];
        off.forEach(one => one.hidden = true);
        return main.innerText;
    }"""
    )


def test_every_page_can_be_read_without_a_script(reader: Reader) -> None:
    page, bare = reader(), reader(javascript=False)
    for path in PUBLIC:
        page.goto(path)
        bare.goto(path)
        with_script, without = (_words(each) for each in (page, bare))
        assert bare.locator("h1").count() == 1, path
        assert len(without) > 0.9 * len(with_script), path


def test_every_refusal_says_what_it_is_and_where_to_go_on(reader: Reader) -> None:
    page = reader()
    for path, status in REFUSED.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status, path
        assert page.locator("h1").count() == 1, path
        assert page.locator("#main a").count() >= 1, path


def test_every_public_page_says_its_day_and_that_it_holds_demonstration_data(reader: Reader) -> None:
    page = reader()
    for path in (*PUBLIC, *REFUSED):
        page.goto(path)
        strip = page.locator(".strip")
        assert "State on" in strip.inner_text(), path
        assert strip.locator(".demo").count() == 1, path


def test_a_past_day_is_marked_and_leads_back(reader: Reader) -> None:
    page = reader()
    page.goto("/?on=2024-01-01")
    assert "1 Jan 2024" in page.locator(".strip.past").inner_text()
    page.get_by_role("link", name="Back to today").click()
    assert page.locator(".strip.past").count() == 0


def test_another_day_is_asked_for_by_keyboard(reader: Reader) -> None:
    page = reader()
    page.goto("/countries/TH/")
    page.get_by_text("Look at another day").focus()
    page.keyboard.press("Enter")
    page.get_by_label("State on", exact=True).fill("2025-02-03")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**/countries/TH/?on=2025-02-03*")
    assert "3 Feb 2025" in page.locator(".strip").inner_text()


def test_the_keyboard_skips_to_the_content_and_shows_where_it_is(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("each => each === document.activeElement")
    assert skip.bounding_box()["x"] >= 0  # type: ignore[index]  # it is on the screen while it has the focus
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(25):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_the_slash_key_goes_to_the_search_and_enter_asks(reader: Reader) -> None:
    page = reader()
    page.goto("/minerals/")
    page.keyboard.press("/")
    page.keyboard.type("nickel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=nickel")
    assert page.get_by_role("link", name="Nickel", exact=True).count() == 1


def test_the_readers_own_theme_stays_on_the_next_page(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    page.goto("/minerals/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_print_keeps_the_content_and_drops_the_frame(reader: Reader) -> None:
    page = reader()
    for path in ("/", "/countries/TH/", "/lots/TH-CMP-0007/", "/instruments/vn-law-geology-minerals-2024/"):
        page.goto(path)
        page.emulate_media(media="print")
        assert page.locator("h1").is_visible(), path
        for part in ("header.top", ".strip", "footer.foot"):
            assert not page.locator(part).is_visible(), (path, part)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.emulate_media(media="screen")
