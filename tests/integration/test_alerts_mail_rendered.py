"""Mails as a reader sees them: in the light and in the dark, on a desk and on a phone."""

from __future__ import annotations

import threading
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from jobs.services import run_due
from tests.integration.loaded import loaded, reference  # noqa: F401
from tests.integration.test_alerts_told import follow, log_act

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference"), pytest.mark.django_db]

#: The least contrast (WCAG 2.2, AA) of every text that is seen against what is behind it.
_CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let worst = [99, ""];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.trim()) continue;
    const pair = [light(parse(getComputedStyle(node.parentElement).color)), light(behind(node.parentElement))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < worst[0]) worst = [ratio, node.textContent.trim().slice(0, 40)];
  }
  return worst;
}"""


@pytest.fixture
def html(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settings, "ALERT_SETTLE_SECONDS", 0)
    follow(country="TH")
    log_act()
    while run_due():
        pass
    (path,) = settings.MAIL_DIR.glob("m-*.eml")
    mail: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
    text: str = mail.get_body(("html",)).get_content()
    return text


def _looked_at(html: str, width: int, scheme: str) -> tuple[int, float, str, list[str]]:
    """In a thread of its own: playwright's loop and Django's connection do not share one."""
    found: list[Any] = []

    def look() -> None:
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
            page: Page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.set_content(html)
            worst, where = page.evaluate(_CONTRAST)
            found.append((page.evaluate("document.documentElement.scrollWidth"), worst, where, asked))
            browser.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(120)
    result: tuple[int, float, str, list[str]] = found[0]
    return result


def test_a_mail_is_read_in_light_and_dark_on_desk_and_phone(html: str) -> None:
    for width in (360, 720):
        for scheme in ("light", "dark"):
            wide, contrast, where, asked = _looked_at(html, width, scheme)
            assert wide <= width, "nothing to scroll sideways"
            assert contrast >= 4.5, f"{scheme}, {width}: '{where}'"
            assert not asked, "a mail fetches nothing"
