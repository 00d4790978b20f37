"""Deciding about a finding where it stands: acknowledged, dismissed with a reason, opened again; kept in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ledger.models import Entry
from tests.cast import signed_in
from tests.chains import as_rows, change, clean, line, write_folder
from traceability.models import Finding
from traceability.selectors.findings import get_findings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chain(tmp_path: Path) -> None:
    """More neodymium comes out of E07 than went in."""
    lines = (line("input", "V1", "18000"), line("input", "M1", "9600"), line("output", "OX", "1200"),
             line("by_product", "RES", "100000"))  # fmt: skip
    facts = change(clean(), "E07", lines=lines)
    call_command("import_lots", str(write_folder(tmp_path / "chain", as_rows(facts))))


def decide(client: Client, **given: str) -> Any:
    return client.post("/lots/OX/findings/", {"code": "mass-gain", "event": "E07", "next": "/lots/MAG/", **given})


def state() -> tuple[str, str]:
    finding = Finding.objects.current().get(code="mass-gain")
    return finding.state, finding.reason


def test_a_finding_is_decided_on_the_page_and_each_step_is_in_the_log() -> None:
    client = signed_in("auditor")
    assert "Acknowledge" in client.get("/lots/MAG/").content.decode()
    assert decide(client, state="acknowledged").headers["Location"] == "/lots/MAG/#findings"
    assert state() == ("acknowledged", "")
    decide(client, state="dismissed")  # without a reason
    assert state() == ("acknowledged", "")
    decide(client, state="dismissed", reason="the scale was wrong")
    assert state() == ("dismissed", "the scale was wrong")
    assert [one["reason"] for one in get_findings() if one["state"] == "dismissed"] == ["the scale was wrong"]
    decide(client, state="acknowledged")  # not from there
    assert state()[0] == "dismissed"
    decide(client, state="open")
    assert state()[0] == "open"
    assert Entry.objects.filter(object_type="finding").count() == 3
    call_command("verify_log")


def test_nonsense_and_strangers_change_nothing() -> None:
    client = signed_in("auditor")
    decide(client, state="resolved")
    decide(client, state="gone")
    assert decide(client, state="open", code="no-such").status_code == 404
    assert decide(signed_in("administrator"), state="acknowledged").status_code == 403
    assert decide(Client(), state="acknowledged").status_code == 302
    assert state()[0] == "open"
    assert "Acknowledge" not in signed_in("officer").get("/lots/V1/").content.decode()


def test_the_desk_says_what_is_open() -> None:
    text = signed_in("auditor").get("/admin/").content.decode()
    assert "1 violation and" in text
    assert "More came out than went in" in text
    assert 'href="/import/"' in text


def test_the_command_tells_the_reason_of_a_decision(capsys: pytest.CaptureFixture[str]) -> None:
    decide(signed_in("auditor"), state="dismissed", reason="the scale was wrong")
    capsys.readouterr()
    call_command("findings")
    told = capsys.readouterr().out.splitlines()
    assert [line.endswith("Decided: the scale was wrong") for line in told].count(True) == 1
    assert len(told) > 1
