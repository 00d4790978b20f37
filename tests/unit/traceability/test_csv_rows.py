"""Rows of a CSV file are counted as they are read, whichever way the file lets them be counted."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from traceability.exchange.reading import CsvRows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b",
        "a,b\n1,2",
        "a,b\n1,2\n\n3,4\n",
        "a,b\r1,2\r\n3,4\r",
        'a,b\n"1\n2",3\n4,5\n',
        "a\n1\x002\n3\n",
        "a\n\n\n",
    ],
)
def test_every_line_break_counts_and_one_in_quotes_does_not(text: str, tmp_path: Path) -> None:
    path = tmp_path / "lots.csv"
    path.write_text(text, encoding="utf-8-sig", newline="")
    with path.open(encoding="utf-8-sig", newline="") as file:
        wanted = list(csv.reader(file, strict=True))
    rows = CsvRows(path)
    assert rows.survey() == (wanted[0] if wanted else [])
    assert rows.count == len(wanted)
    assert [cells for _number, cells in rows] == wanted[1:]


def test_a_cell_too_long_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "lots.csv"
    path.write_text("a\n1\n" + "x" * (csv.field_size_limit() + 1) + "\n")
    rows = CsvRows(path)
    with pytest.raises(csv.Error):
        rows.survey()
    assert rows.count == 2
