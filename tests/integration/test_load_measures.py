"""Measures from a list: stored once, not a second time beside the act that says the same, and refused with the row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ledger.domain.actor import COMMAND
from registry.exceptions import BadInput
from registry.models import Instrument
from registry.services.measures import load_measures
from registry.services.reference import load_reference

pytestmark = pytest.mark.django_db
ROW: dict[str, Any] = {
    "country": "ID", "hs": "2604", "mineral": "nickel", "materials": ["ore"], "kind": "export_ban", "from": "2020",
    "until": None,
}  # fmt: skip


def load(**changed: Any) -> dict[str, int]:
    return load_measures(rows=[{**ROW, **changed}], by=COMMAND, reason="a test").to_json()


def test_a_measure_is_stored_once() -> None:
    assert load()["created"] == 1
    assert load() == {"created": 0, "changed": 0, "unchanged": 1}


def test_what_an_act_on_record_says_already_is_not_stored_beside_it() -> None:
    load_reference(by=COMMAND)
    acts = Instrument.objects.count()
    assert load() == {"created": 0, "changed": 0, "unchanged": 1}
    assert load(country="VN", hs="2530", mineral="rare_earths", **{"from": "2025-07-01"})["unchanged"] == 1
    assert Instrument.objects.count() == acts
    for other in ({"from": "2021"}, {"hs": "260400"}, {"until": "2030-01-01"}, {"country": "PH"}, {"materials": None}):
        assert load(**other)["created"] == 1, other


@pytest.mark.parametrize(
    "wrong",
    [{"country": ["ID"]}, {"country": "XX"}, {"kind": 7}, {"mineral": {}}, {"materials": {"ore": 1}}, {"hs": "26a4"},
     {"hs": {"a": 1}}, {"from": "soon"}, {"from": 2020.5}, {"colour": "red"}, {"from": "2020-13-01"},
     {"from": "2020-06", "until": "2020-05-31"}],
)  # fmt: skip
def test_a_wrong_row_is_refused_by_its_number(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="Measure 1: "):
        load(**wrong)
    assert not Instrument.objects.exists()


def test_a_measure_may_end_in_the_year_in_which_it_starts() -> None:
    assert load(**{"from": "2020-06-01", "until": "2020"})["created"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"country": "ID"', "no JSON: line 1, column 18"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff[]", "not UTF-8 text (byte 0)"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_is_wrong_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    path = tmp_path / "measures.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as ended:
        call_command("load_measures", str(path))
    assert ended.value.code == 1
    assert said in capsys.readouterr().out
