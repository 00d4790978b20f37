"""A supposed act tells which public lots it would touch, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ledger.domain.actor import COMMAND
from tests.chains import as_rows, clean, write_folder
from traceability.services.publishing import set_public

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chain(tmp_path: Path) -> None:
    call_command("import_lots", str(write_folder(tmp_path / "chain", as_rows(clean()))))


def touched(client: Client, code: str = "export_ban") -> list[dict[str, Any]]:
    head = {"instrument_id": "x", "version": 1, "country": "MY"}
    measure = {**head, "measure_id": "x.1", "code": code, "minerals": ["rare_earths"]}
    act = {**head, "title": "A supposed act", "pillar": "regulation", "scope": "cm_specific",
           "events": [{"status": "in_force", "since": None}], "measures": [measure]}  # fmt: skip
    asked = json.dumps([{"op": "add_instrument", "instrument": act}])
    found: list[dict[str, Any]] = client.get("/api/v1/what-if/", {"ops": asked}).json()["touched"]
    return found


def test_lots_that_are_not_public_are_not_told(client: Client) -> None:
    assert touched(client) == []


def test_public_lots_that_a_supposed_ban_touches_are_told_with_their_mass(client: Client) -> None:
    set_public(lot_ids=["MAG"], is_public=True, by=COMMAND, reason="a test")
    (answer,) = touched(client)
    assert answer["what"] == "Lots touched"
    assert answer["lines"][0].startswith("1 public lot still held")
    assert "export ban" in answer["lines"][0]
    assert answer["lines"][1].startswith("MAG: ")


def test_an_act_without_a_measure_at_borders_touches_no_lot(client: Client) -> None:
    set_public(lot_ids=["MAG"], is_public=True, by=COMMAND, reason="a test")
    assert touched(client, "tax_holiday") == []
