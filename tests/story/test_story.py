"""The main job from end to end, with the real processes: as people do it, in a browser and by mail."""

from __future__ import annotations

import json
import signal
import time
from xml.etree import ElementTree

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.story.conftest import Site, signed_in, until
from tests.story.play import COMPONENT, governance, subscribe, told, traced

pytestmark = [pytest.mark.story, pytest.mark.browser]
_ATOM = "{http://www.w3.org/2005/Atom}"


def make_it_an_instrument(officer: Page) -> str:
    """The desk officer's part: from the flag to a record that a second officer is asked to approve."""
    until(lambda: officer.reload() and officer.get_by_text("flag to judge").count(), seconds=60, what="a flag")
    officer.goto("/admin/registry/flag/?show=all&country=TH")
    expect(officer.get_by_text("Why it was flagged")).to_be_visible()
    officer.get_by_role("link", name="Make it an instrument").click()
    expect(officer.locator("[name=country]")).to_have_value("TH")
    assert officer.locator(_CHOSEN_MINERALS).evaluate_all("chosen => chosen.map(one => one.value)") == ["rare_earths"]
    expect(officer.locator("[name=measures-0-code]")).to_have_value("export_licence")
    expect(officer.get_by_text("governance rises from 2 to 3").first).to_be_visible()
    title = officer.locator("[name=title]").input_value()
    officer.get_by_role("button", name="Send to a second officer").click()
    expect(officer.get_by_text("Sent to a second officer")).to_be_visible()
    expect(officer.get_by_role("button", name="Approve")).to_have_count(0)
    return title


_CHOSEN_MINERALS = "[name=measures-0-minerals]:checked, [name=measures-0-minerals] option:checked"


def approve(reviewer: Page, title: str) -> None:
    reviewer.goto("/admin/")
    reviewer.get_by_role("link", name=title).first.click()
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("Approved as version 1")).to_be_visible()


def play(site: Site, chromium: Browser) -> None:
    assert governance(site) == 2
    subscribe(site)
    title = make_it_an_instrument(signed_in(chromium, site, "officer"))
    assert governance(site) == 2, "a draft moves no score"
    approved = time.monotonic()
    approve(signed_in(chromium, site, "reviewer"), title)

    until(lambda: governance(site) == 3, seconds=60, what="governance 3")
    until(lambda: told(site), seconds=60 - (time.monotonic() - approved), what="a message within a minute of approval")
    the_country_page_tells_why(chromium, site, title)
    the_subscriber_has_one_message(site, title)
    the_feed_has_it(site)
    the_auditor_sees_it_all(signed_in(chromium, site, "auditor"), site, title)


def the_country_page_tells_why(chromium: Browser, site: Site, title: str) -> None:
    page = chromium.new_context(base_url=site.url).new_page()
    page.goto("/")
    expect(page.get_by_text("Thailand’s governance rose").first).to_be_visible()
    page.goto("/countries/TH/")
    expect(page.get_by_text("gate G3 now passes").first).to_be_visible()
    expect(page.get_by_role("link", name=title).first).to_be_visible()
    expect(page.get_by_text("approved by p-").first).to_be_visible()
    page.context.close()


def the_subscriber_has_one_message(site: Site, title: str) -> None:
    time.sleep(6)  # two more rounds of the worker: what would be told twice is told by then
    (mail,) = told(site)
    text = mail.get_body(("plain",)).get_content()
    assert "2 → 3" in mail["Subject"]
    assert title in " ".join(text.split())
    assert "G3" in text


def the_feed_has_it(site: Site) -> None:
    feed = ElementTree.fromstring(requests.get(f"{site.url}/feeds/scores.atom", timeout=30).text)
    titles = [entry.findtext(f"{_ATOM}title") for entry in feed.iter(f"{_ATOM}entry")]
    assert titles.count("Thailand, governance 2 → 3") == 1


def the_auditor_sees_it_all(auditor: Page, site: Site, title: str) -> None:
    trace = traced(site)
    shares = {origin["country"]: float(origin["share"]) for origin in trace["origins"]}
    assert set(shares) == {"MM", "VN"}
    assert sum(shares.values()) == pytest.approx(1)
    assert "export-banned" in trace["findings"]

    auditor.goto(f"/lots/{COMPONENT}/")
    expect(auditor.get_by_text("of its neodymium has a known origin")).to_be_visible()
    expect(auditor.get_by_text("Shipped during an export ban").first).to_be_visible()
    expect(auditor.locator("svg").first).to_be_visible()
    expect(auditor.get_by_text("holders").first).to_be_visible()
    expect(auditor.get_by_text("each included in the log").first).to_be_visible()
    expect(auditor.get_by_text(title).first).to_be_visible()


def test_the_main_job_in_one_process_on_sqlite(one_process: Site, chromium: Browser) -> None:
    play(one_process, chromium)
    assert json.loads(one_process.manage("verify_log", "--format", "json"))["ok"]

    (server,) = one_process.processes
    assert int((one_process.folder / "seam.pid").read_text()) == server.pid
    assert (one_process.folder / "first-sign-in.txt").stat().st_mode & 0o777 == 0o600
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=20) == 0
    assert not (one_process.folder / "seam.pid").exists()


@pytest.mark.postgres
@pytest.mark.redis
def test_the_main_job_in_several_processes_on_postgresql_and_redis(several_processes: Site, chromium: Browser) -> None:
    play(several_processes, chromium)
    assert json.loads(several_processes.manage("verify_log", "--format", "json"))["ok"]
