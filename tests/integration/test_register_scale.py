"""A thousand instruments with ten versions each: every list, filter and search in under 20 queries a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.domain.actor import COMMAND
from ledger.services import Change, record
from registry.models import Instrument, InstrumentVersion, Measure, StatusEvent
from registry.states import details_of, state_of
from tests.integration.test_desk_instruments import at_desk, person

ACTS, VERSIONS = 1000, 10
COUNTS = Path(__file__).parents[1] / "query_counts.json"
_COUNTRIES = ("ID", "VN", "TH", "MY", "PH", "MM")
_CODES = ("export_ban", "export_licence", "royalty", "export_tax")
_MINERALS = ("nickel", "rare_earths", "tin", "tungsten")


@pytest.fixture(scope="module")
def thousand(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        fill()
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


def fill() -> None:
    """Rows as the services leave them, without their history: what is counted here is reading."""
    entry = record(by=COMMAND, change=Change("put", "test", "thousand", None, {"acts": ACTS}))
    acts = [act(number) for number in range(ACTS)]
    QuerySet(Instrument).bulk_create(acts)
    measures = [measure(each, number) for number, each in enumerate(acts)]
    events = [StatusEvent(instrument=each, status="in_force", since=f"{2000 + n % 26}") for n, each in enumerate(acts)]
    QuerySet(Measure).bulk_create(measures)
    QuerySet(StatusEvent).bulk_create(events)
    for each, one, event in zip(acts, measures, events, strict=True):
        details = {**details_of(each, [one]), "relations": []}
        InstrumentVersion.objects.bulk_create(
            InstrumentVersion(
                instrument=each,
                number=number,
                content=state_of(each, [one], [event], version=number).to_json(),
                details=details,
                approved_by="p-reviewer",
                drafted_by="p-officer",
                recorded_entry=entry,
                superseded_entry=None if number == VERSIONS else entry,
            )
            for number in range(1, VERSIONS + 1)
        )


def act(number: int) -> Instrument:
    return Instrument(
        instrument_id=f"act-{number}",
        country_id=_COUNTRIES[number % len(_COUNTRIES)],
        title=f"Act {number} on minerals",
        title_original=f"Luật số {number} về khoáng sản",
        number=f"{number}/2026",
        type="law" if number % 2 else "decree",
        state="approved",
        drafted_by="p-officer",
    )


def measure(instrument: Instrument, number: int) -> Measure:
    return Measure(
        instrument=instrument,
        code=_CODES[number % len(_CODES)],
        direction="restricts",
        minerals=[_MINERALS[number % len(_MINERALS)]],
        hs=["2604"],
        stages=["mining_extraction"],
    )


PUBLIC = (
    "/instruments/",
    "/instruments/?country=VN&kind=export_tax&mineral=tungsten&stage=mining_extraction&type=law&status=in_force",
    "/instruments/?q=luat+so+17",
    "/instruments/?on=2010-06-01&page=3",
    "/instruments/?format=json",
    "/instruments/act-17/",
    "/minerals/",
    "/minerals/tin/",
    "/enforcement/",
    "/search/?q=khoang+san",
    "/api/v1/instruments/?country=VN",
    "/api/v1/instruments/act-17/",
)
DESK = (
    "/admin/",
    "/admin/registry/instrument/",
    "/admin/registry/instrument/?country=VN&measure=export_tax&mineral=tungsten",
    "/admin/registry/instrument/?q=khoang",
    "/admin/registry/enforcementrecord/",
    "/admin/registry/instrument/add/",
    "/admin/registry/instrument/export/?format=csv&country=VN",
)


@pytest.mark.django_db
def test_no_page_needs_more_queries_than_are_on_record(thousand: None) -> None:
    officer = at_desk(person("officer", "officer", None))
    counts = {address: queries(Client(), address) for address in PUBLIC}
    counts |= {address: queries(officer, address) for address in DESK}
    known: dict[str, int] = json.loads(COUNTS.read_text(encoding="utf-8"))

    assert set(counts) == set(known)
    more = {address: (known[address], count) for address, count in counts.items() if count > known[address]}
    assert more == {}, "queries on record and needed now: mend the page, or write the new count to the file"
    assert all(count < 20 for count in known.values())


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(captured)
