"""Levels by mineral: on pages, in files, by command and API, on any day as known at any instant."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from ledger.domain.actor import Actor, Door
from ledger.services import seal_all
from registry.services.facts import withdraw_fact
from tests.integration.loaded import loaded, reference  # noqa: F401

pytestmark = [pytest.mark.usefixtures("reference"), pytest.mark.django_db]
OFFICER = Actor("p-officer", Door.DESK)
SAME = ("country", "mineral", "domain", "level", "low", "high")


def asked(client: Client, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/scores/by-mineral/", query).json()["scores"]
    return found


def test_file_workbook_command_and_api_say_the_same(client: Client) -> None:
    by_api = [tuple(row[name] for name in SAME) for row in asked(client, on="2026-06-01")]
    lines = csv.DictReader(io.StringIO(client.get("/scores-by-mineral.csv?on=2026-06-01").content.decode()))
    by_file = [tuple(row[name] for name in SAME) for row in lines]
    book = load_workbook(io.BytesIO(client.get("/scorecard.xlsx?on=2026-06-01").content))
    by_book = [row[: len(SAME)] for row in book["By mineral"].iter_rows(min_row=2, values_only=True)]
    out = io.StringIO()
    call_command("scorecard", "--on", "2026-06-01", "--by-mineral", "--format", "json", stdout=out)
    by_command = [tuple(row[name] for name in SAME) for row in json.loads(out.getvalue())["by_mineral"]]
    assert ("VN", "tungsten", "access", 4, 4, 4) in by_api
    assert by_book == by_api == by_command
    assert by_file == [tuple("" if each is None else str(each) for each in row) for row in by_api]


def test_the_api_gives_one_country_or_one_mineral_with_its_gates(client: Client) -> None:
    assert {row["country"] for row in asked(client, country="vn")} == {"VN"}
    nickel = {(row["country"], row["domain"]): row for row in asked(client, mineral="nickel", on="2026-06-01")}
    assert nickel["ID", "access"]["level"] == 5
    assert nickel["PH", "access"]["level"] == 4
    gates = {gate["gate"]: gate["state"] for gate in nickel["PH", "access"]["gates"]}
    assert gates == {"A2": "pass", "A3": "pass", "A4": "pass", "A5": "fail"}


def test_the_explanation_tells_each_mineral_and_the_card_stays_as_it_was(client: Client) -> None:
    told = client.get("/api/v1/scores/VN/capability/explain/?on=2026-06-01").json()["minerals"]
    assert [(each["mineral"], each["level"]) for each in told] == [("rare_earths", 2), ("tungsten", 3)]
    assert client.get("/api/v1/scores/VN/governance/explain/").json()["minerals"] == []
    assert "by_mineral" not in client.get("/api/v1/scorecard/").json()


def test_the_country_page_shows_its_minerals_and_the_mineral_page_its_countries(client: Client) -> None:
    vietnam = client.get("/countries/VN/?on=2026-06-01").content.decode()
    assert "Mineral by mineral" in vietnam
    assert 'href="/minerals/tungsten/?on=2026-06-01"' in vietnam
    nickel = client.get("/minerals/nickel/?on=2026-06-01").content.decode()
    assert "Levels by country" in nickel
    assert 'href="/countries/PH/access/?on=2026-06-01"' in nickel
    assert "Mineral by mineral" not in client.get("/countries/LA/").content.decode()
    assert "Levels by country" not in client.get("/minerals/graphite/").content.decode()


def test_what_was_known_before_a_correction_stays_on_page_and_api(client: Client) -> None:
    known = timezone.now().isoformat()
    withdraw_fact(fact_id="vn.tungsten.share", by=OFFICER, reason="a test")
    seal_all()
    assert _tungsten(client) is None
    assert _tungsten(client, as_of=known) == 4
    page = client.get("/minerals/tungsten/", {"as_of": known}).content.decode()
    assert "about 9 percent" in page
    assert "about 9 percent" not in client.get("/minerals/tungsten/").content.decode()


def _tungsten(client: Client, **query: str) -> int | None:
    (row,) = [row for row in asked(client, country="VN", mineral="tungsten", **query) if row["domain"] == "access"]
    level: int | None = row["level"]
    return level
