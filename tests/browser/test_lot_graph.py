"""The graph around a lot: moves, zooms and folds by mouse and keyboard, and stays usable with thousands of lots."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Reader
from tests.browser.test_access import faults

pytestmark = pytest.mark.browser
_PAGE = "/lots/MY-OX-0118/graph/"


def transform(page: Page) -> str:
    return str(page.locator(".graph-view > g").get_attribute("transform"))


def test_the_graph_moves_zooms_folds_and_leads_to_lots(reader: Reader) -> None:
    page = reader()
    page.goto(_PAGE)
    expect(page.locator(".graph-lot")).to_have_count(21)
    assert not faults(page)
    start = transform(page)
    page.get_by_role("button", name="Closer").click()
    closer = transform(page)
    page.locator(".graph-view").press("ArrowLeft")
    moved = transform(page)
    box = page.locator(".graph-view").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60)
    page.mouse.up()
    assert len({start, closer, moved, transform(page)}) == 4
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(page.locator(".graph-group")).not_to_have_count(0)
    group = page.locator(".graph-group").first
    group.focus()
    group.press("Enter")
    expect(page.locator(".graph-head")).to_have_count(1)
    expect(page.locator(".graph-head")).to_be_focused()  # folding again is one more press
    page.get_by_role("button", name="Unfold", exact=True).click()
    page.locator(".graph-view a", has_text="TH-ALY-0052").click()
    page.wait_for_url("**/lots/TH-ALY-0052/")


def test_the_lists_say_the_same_without_a_script(reader: Reader) -> None:
    page = reader(javascript=False)
    page.goto(_PAGE)
    expect(page.locator("figure.graph")).to_be_hidden()
    expect(page.locator(".nodes li")).to_have_count(21)


def test_five_thousand_lots_are_folded_and_unfolded_piece_by_piece(reader: Reader) -> None:
    count = 5_000
    nodes: list[dict[str, Any]] = [
        {"id": f"L{n}", "material": "ore", "country": "ID", "kg": "1", "step": -1 - n % 10, "href": "", "flag": ""}
        for n in range(count)
    ]
    nodes.append({**nodes[0], "id": "MY-OX-0118", "step": 0})
    links = [[n, count if n % 10 == 0 else n - 1] for n in range(count)]
    answer = {"asked": "MY-OX-0118", "nodes": nodes, "links": links, "left_off": 0, "countries": {"ID": "Indonesia"}}

    def fulfil(route: Route) -> None:
        route.fulfill(json=answer)

    page = reader()
    page.route("**/graph.json", fulfil)
    page.goto(_PAGE)
    expect(page.locator(".graph-group")).to_have_count(10)
    expect(page.locator(".graph-lot")).to_have_count(1)
    page.locator(".graph-group").first.dispatch_event("click")
    expect(page.locator(".graph-lot")).to_have_count(41)
    page.locator(".graph-more").dispatch_event("click")
    expect(page.locator(".graph-lot")).to_have_count(81)
    page.locator(".graph-head").dispatch_event("click")
    expect(page.locator(".graph-lot")).to_have_count(1)
