"""Loading reference and demonstration again, as every start does: what people changed since stays."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from jobs.services import drain
from ledger.domain.actor import COMMAND, Actor, Door
from registry.models import Facility, FactVersion, Feed, Source
from registry.services.facts import FactRow, put_facts, withdraw_fact
from registry.services.feed_settings import save_feed
from registry.services.parties import change_facility
from registry.services.reference import load_reference
from registry.services.sources import save_source
from tests.integration.loaded import loaded, reference  # noqa: F401
from traceability.models import Lot
from traceability.services.publishing import set_public

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER = Actor("p-officer", Door.DESK)


def again() -> tuple[int, int]:
    tally = load_reference(by=COMMAND)
    return tally.created, tally.changed


def test_a_fact_that_was_withdrawn_stays_withdrawn() -> None:
    withdraw_fact(fact_id="sg.tech.home", by=OFFICER, reason="origin is not stated")
    assert again() == (0, 0)
    assert FactVersion.objects.current().get(fact_id="sg.tech.home").status == "withdrawn"


def test_a_fact_that_was_corrected_stays_corrected() -> None:
    fact = FactVersion.objects.current().exclude(content__quote=None).order_by("fact_id")[0]
    content = {**fact.content, "version": 2, "note": "read again"}
    put_facts(rows=[FactRow(fact.fact_id, fact.kind, content, fact.country, fact.mineral)], by=OFFICER, reason="read")
    assert again() == (0, 0)
    assert FactVersion.objects.current().get(fact_id=fact.fact_id).content["note"] == "read again"


def test_a_source_that_was_mended_stays_mended_and_others_follow_the_files() -> None:
    mended, stale = Source.objects.filter(kind="endnote").order_by("key")[:2]
    mended.title = "The title as the gazette has it"
    save_source(source=mended, by=OFFICER, reason="mended")
    Source.objects.filter(pk=stale.pk).update(title="as an older file had it")
    assert again() == (0, 1)
    mended.refresh_from_db()
    assert mended.title == "The title as the gazette has it"
    assert Source.objects.get(pk=stale.pk).title == stale.title


def load_demo() -> dict[str, Any]:
    out = io.StringIO()
    call_command("load_demo", format="json", stdout=out)
    drain()
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_a_demonstration_that_people_worked_on_loads_again_and_stays_as_they_left_it() -> None:
    assert load_demo()["created"] > 0
    closed = Lot.objects.filter(is_public=True).order_by("lot_id")[0].lot_id
    set_public(lot_ids=[closed], is_public=False, by=OFFICER, reason="not for everybody")
    assert load_demo()["created"] == 0
    assert not Lot.objects.get(lot_id=closed).is_public
    plant = Facility.objects.exclude(licence_until=None).order_by("facility_id")[0]
    plant.licence_number = "another one"
    change_facility(facility=plant, by=OFFICER, reason="the ministry's register")
    assert load_demo()["created"] == 0
    assert Facility.objects.get(pk=plant.pk).licence_number == "another one"


def test_the_feed_of_the_demonstration_moves_with_the_address_of_the_site(settings: Any) -> None:
    load_demo()
    settings.SITE_URL = "http://127.0.0.1:8999"
    assert load_demo()["changed"] == 1
    feed = Feed.objects.get(feed_id="demo-wire")
    assert feed.url == "http://127.0.0.1:8999/demo/feeds/licence-1.xml"
    feed.url = "https://example.org/news.xml"
    save_feed(feed=feed, by=OFFICER, reason="a feed of ours")
    assert load_demo()["changed"] == 0
