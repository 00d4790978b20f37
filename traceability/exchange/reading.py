"""A folder of CSV files, or one XLSX workbook, as sheets of text; what cannot be read is a problem, never a crash."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from traceability.domain.importing.problems import FILES, Code, Problem
from traceability.domain.importing.reading import Sheet
from traceability.exceptions import CannotRead
from traceability.exchange.workbook import read_workbook

#: A file larger than this is no list of lots that one import should hold.
LARGEST_FILE = 2_000_000_000


@dataclass(slots=True)
class Found:
    """Sheets that can be read, and problems of those that cannot."""

    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_path(path: Path) -> Found:
    """Read what lies at a path. Raises CannotRead where there is neither a folder nor a workbook."""
    if path.is_dir():
        found = _read_folder(path)
    elif path.is_file() and path.suffix.lower() == ".xlsx":
        found = Found(*read_workbook(path))
    else:
        raise CannotRead(f"{path} is neither a folder of CSV files nor an XLSX workbook.")
    _check_lines(found)
    return found


def _read_folder(folder: Path) -> Found:
    found = Found()
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.suffix.lower() != ".csv":
            continue
        if path.name not in FILES:
            found.sheets.append(Sheet(path.name, [], []))  # reported as no table of an import
        elif path.stat().st_size > LARGEST_FILE:
            found.problems.append(_bad(path.name, None, "the file is too large to be read at once; split the import"))
        else:
            _read_file(path, found)
    return found


def _read_file(path: Path, found: Found) -> None:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        message = "the file is not UTF-8 text; save it as CSV UTF-8"
        found.problems.append(_bad(path.name, row, message))
        return
    rows: list[tuple[int, list[str]]] = []
    number = 0
    try:
        # Row numbers are those of a spreadsheet: a value over two lines is one row, an empty line is one too.
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            rows.append((number, cells))
    except csv.Error as error:
        found.problems.append(_bad(path.name, number + 1, f"the row cannot be read: {error}"))
    header = rows.pop(0)[1] if rows else []
    found.sheets.append(Sheet(path.name, header, rows))


def _check_lines(found: Found) -> None:
    lines = sum(len(sheet.rows) for sheet in found.sheets if isinstance(sheet.rows, list))
    if lines > settings.IMPORT_MAX_LINES:
        message = f"the import has {lines} lines; at most {settings.IMPORT_MAX_LINES} are read at once, so split it"
        found.problems.append(_bad(found.sheets[0].file, None, message))
        found.sheets.clear()


def _bad(file: str, row: int | None, message: str) -> Problem:
    return Problem(file, row, None, Code.BAD_VALUE, message)
