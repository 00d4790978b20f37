"""The front page: whatever number stands on it is a link to its reason."""

from __future__ import annotations

import re

import pytest
import requests

from tests.browser.conftest import Reader
from tests.browser.crawl import Links
from tests.story.conftest import Site

pytestmark = pytest.mark.browser

#: Words with digits that are neither links nor meant to be: heads of tables, dates, captions, hidden words.
_NUMBERS = """() => {
  const walk = document.createTreeWalker(document.querySelector("#main"), NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const node = walk.currentNode, place = node.parentElement;
    if (/\\d/.test(node.data) && !place.closest("a, thead, title, .date, .vh, .demo, time, h1"))
      found.push(node.data.trim());
  }
  return found;
}"""
#: Names of gates (A5, G2) and the height of the scale are no findings.
_NAMES = re.compile(r"\b[ACGK]\d\b|Of 5 steps|HS \d+|, \d{4}\b")


def test_every_number_on_the_front_page_is_a_link(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    bare = [text for text in page.evaluate(_NUMBERS) if re.search(r"\d", _NAMES.sub("", text))]
    assert not bare


def test_every_link_on_the_front_page_opens_its_place(site: Site) -> None:
    page = Links(requests.get(f"{site.url}/", timeout=60).text)
    pages: dict[str, Links] = {"": page}
    for link in sorted(set(page.links)):
        path, _, anchor = link.partition("#")
        if path not in pages:
            answer = requests.get(f"{site.url}{path}", timeout=60)
            assert answer.status_code == 200, link
            pages[path] = Links(answer.text if "html" in answer.headers["Content-Type"] else "")
        assert not anchor or anchor in pages[path].anchors, link


def test_the_answer_stands_first_and_the_scorecard_has_every_member(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    assert "Indonesia stands highest" in page.locator(".lead").inner_text()
    rows = page.locator(".heat tbody tr")
    assert rows.count() == 8  # seven scored and one row for those without facts
    assert page.locator(".heat tbody a.sc").count() == 21
    assert page.locator("svg .tile").count() == 11
