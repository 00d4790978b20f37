"""Workbooks that programs write oddly, or that are damaged: no row is lost without a word, and nothing crashes."""

from __future__ import annotations

import datetime as dt
import errno
import random
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from ledger.commands import Refused, _check_text
from ledger.dossier.archive import write_archive
from tests.chains import write_folder
from tests.integration.test_traceability_import import Tables, errors, put, run, tables, workbook  # noqa: F401
from traceability.exceptions import CannotRead
from traceability.exchange.reading import read_path

pytestmark = pytest.mark.django_db


def test_a_sheet_of_another_name_is_told_though_it_does_not_say_how_large_it_is(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    for name, rows in (
        ("parties", [("party_id", "name", "country"), ("P1", "One", "ID")]),
        ("Sheet2", [("x",), ("y",)]),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "lots.xlsx")
    assert errors(tmp_path / "lots.xlsx") == [("Sheet2.csv", None, None, "unknown_column")]


def test_two_sheets_of_one_table_are_told_and_neither_takes_the_place_of_the_other(
    tmp_path: Path,
    tables: Tables,  # noqa: F811
) -> None:
    path = workbook(tmp_path / "lots.xlsx", tables)
    book = load_workbook(path)
    book.create_sheet("assays ")
    book.save(path)
    assert errors(path) == [("assays.csv", None, None, "bad_value")]


def test_a_workbook_with_another_byte_anywhere_is_read_or_refused_with_a_sentence(
    tmp_path: Path,
    tables: Tables,  # noqa: F811
) -> None:
    whole, chance = workbook(tmp_path / "lots.xlsx", tables).read_bytes(), random.Random(3)
    damaged = tmp_path / "damaged.xlsx"
    for _ in range(60):
        place = chance.randrange(len(whole))
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ chance.randrange(1, 256)]) + whole[place + 1 :])
        code, told = run("import_lots", str(damaged), "--dry-run")
        assert code in (0, 1)
        assert "errors" in told, told
        assert bool(told["errors"]) == bool(code)


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path, *arguments: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    for name in ("lots.xlsx", "lots.zip"):
        (tmp_path / name).write_bytes(b"PK")
    # An administrator, who runs these tests, may read everything.
    monkeypatch.setattr(Path, "open", locked)
    for name in ("lots.xlsx", "lots.zip"):
        with pytest.raises(CannotRead, match="cannot be read: Permission denied"):
            read_path(tmp_path / name)


def test_what_may_follow_from_a_line_whose_event_cannot_be_read_is_not_told(
    tmp_path: Path,
    tables: Tables,  # noqa: F811
) -> None:
    rows = tables["event_lines"]
    only = next(n for n, row in enumerate(rows, 2) if row["role"] == "input" and inputs_of(rows, row["event_id"]) == 1)
    put("event_lines", only, "event_id", "a/b")(tables)
    assert errors(write_folder(tmp_path, tables)) == [("event_lines.csv", only, "event_id", "bad_value")]


def inputs_of(rows: list[dict[str, str]], event_id: str) -> int:
    return sum(row["event_id"] == event_id and row["role"] == "input" for row in rows)


def test_a_dossier_is_written_in_the_place_of_a_file_alone() -> None:
    with pytest.raises(FileExistsError, match="no file that could be replaced"):
        write_archive(Path("/dev/null"), {}, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert Path("/dev/null").is_char_device()


def test_words_that_are_no_utf8_are_no_name_of_anything() -> None:
    _check_text({"lot": "ไทย", "format": "json", "file": Path("\udcff")})
    with pytest.raises(Refused, match="is no UTF-8 text; nothing here is called that"):
        _check_text({"lot": "\udcff"})
