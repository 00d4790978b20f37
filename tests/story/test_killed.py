"""Killed without warning at ten points of the story, the site goes on where it stood: nothing is lost or doubled."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from tests.story.conftest import Site, until
from tests.story.play import Form, Person, ask_to_subscribe, asked_to_confirm, confirm, governance, open_flag, told

pytestmark = pytest.mark.story
EMAIL = "reader@example.org"


class Fate:
    """Strikes while something is done, and lets the person go on as people do: look, and do it again if need be."""

    def __init__(self, site: Site, dice: random.Random) -> None:
        self.site, self.dice, self.strikes = site, dice, 0

    def despite(self, act: Callable[[], object], done: Callable[[], object], *, within: float = 1.0) -> None:
        self.strike(act, within=within)
        until(lambda: done() or (act(), done())[1], seconds=180, what=f"the step of strike {self.strikes}")

    def strike(self, act: Callable[[], object], *, within: float) -> None:
        self.strikes += 1
        killer = threading.Timer(self.dice.uniform(0.0, within), self.site.kill)
        killer.start()
        with suppress(requests.RequestException, AssertionError):  # the site goes away under them
            act()
        killer.join()
        self.site.start()


@pytest.mark.parametrize("wording", ["licence-3"], indirect=True)
def test_killed_at_ten_points_nothing_is_lost_or_doubled(one_process: Site) -> None:
    site, seed = one_process, random.SystemRandom().randrange(2**32)
    print(f"strikes are drawn from seed {seed}")
    fate = Fate(site, random.Random(seed))

    fate.despite(lambda: ask_to_subscribe(site, EMAIL), lambda: asked_to_confirm(site, EMAIL))
    fate.despite(lambda: confirm(site, EMAIL), lambda: site.count("alerts_subscription", "confirmed_at IS NOT NULL"))
    fate.strike(lambda: time.sleep(3), within=3)  # the feed is polled, an entry becomes a flag
    officer, reviewer = Person(site, "officer"), Person(site, "reviewer")
    fate.despite(lambda: time.sleep(1), lambda: open_flag(officer), within=2)
    flag = str(open_flag(officer))
    record = "registry_instrument", "is_demo = 1 AND flag_id IS NOT NULL"
    fate.despite(lambda: draft(officer, flag), lambda: site.count(*record))
    address = record_of(officer)
    fate.despite(
        lambda: officer.post(address, [*Form(officer.get(address).text, "instrument_form").fields, ("_submit", "1")]),
        lambda: site.count(record[0], f"{record[1]} AND state = 'submitted'"),
    )
    fate.despite(
        lambda: reviewer.post(re.sub("change/$", "step/approve/", address), {}, form=address),
        lambda: site.count("registry_instrumentversion", "approved_by LIKE 'p-%'"),
    )
    for _ in range(3):  # the score is recomputed, the change goes out
        fate.strike(lambda: time.sleep(2), within=2)
    assert fate.strikes == 10

    until(lambda: governance(site) == 3, seconds=60, what="governance 3")
    until(lambda: told(site), seconds=60, what="the message")
    time.sleep(6)  # two more rounds of the worker
    assert len(told(site)) == 1
    assert site.count("registry_flag", "country_id = 'TH' AND measure = 'export_licence'") == 1
    assert site.count(*record) == 1
    assert site.count("registry_instrumentversion", "approved_by LIKE 'p-%'") == 1
    assert site.count("scoring_scorechange", "country = 'TH' AND domain = 'governance'") == 1
    verdict = json.loads(site.manage("verify_log", "--format", "json"))
    assert verdict["ok"], verdict


def draft(officer: Person, flag: str) -> None:
    address = f"/admin/registry/instrument/add/?flag={flag}"
    fields = Form(officer.get(address).text, "instrument_form").fields
    officer.post(address, [*fields, ("_save", "1")])


def record_of(officer: Person) -> str:
    page = officer.get("/admin/registry/instrument/?waits=mine").text
    found = re.search(r"/admin/registry/instrument/\d+/change/", page)
    assert found, page[:2000]
    return found[0]
