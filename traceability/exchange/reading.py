"""A folder or ZIP of CSV files, or one XLSX workbook, as sheets of text; what cannot be read is a problem, no crash."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from django.conf import settings

from traceability.domain.importing.problems import FILES, Code, Problem
from traceability.domain.importing.reading import Sheet
from traceability.exceptions import CannotRead
from traceability.exchange.archive import unpack
from traceability.exchange.workbook import read_workbook

#: A file larger than this is no list of lots that one import should hold.
LARGEST_FILE = 2_000_000_000


@dataclass(slots=True)
class Found:
    """Sheets that can be read, and problems of those that cannot."""

    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: What has to stay for as long as the sheets are read.
    keeps: object = None


def read_path(path: Path) -> Found:
    """Read what lies at a path: a folder, a ZIP of CSV files or a workbook. Raises CannotRead where it is none, or may
    not be read."""
    try:
        found = _read(path)
    except OSError as error:
        raise CannotRead(f"{error.filename or path} cannot be read: {error.strerror}.") from error
    _check_lines(found)
    return found


def _read(path: Path) -> Found:
    if path.is_dir():
        return _read_folder(path)
    if path.is_file():
        path.open("rb").close()  # who may not read it is told so, and not that it is damaged
    if path.is_file() and path.suffix.lower() == ".xlsx":
        return Found(*read_workbook(path, path.name))
    if path.is_file() and path.suffix.lower() == ".zip":
        return _read_archive(path)
    raise CannotRead(f"{path} is neither a folder of CSV files, nor a ZIP of them, nor an XLSX workbook.")


def _read_archive(path: Path) -> Found:
    """What a ZIP holds, unpacked for as long as its sheets are in use."""
    folder = TemporaryDirectory(prefix="seam-import-")
    try:
        unpack(path, Path(folder.name))
    except CannotRead as error:
        folder.cleanup()
        return Found(problems=[_bad(path.name, None, str(error))])
    found = _read_folder(Path(folder.name))
    found.keeps = folder
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
            found.sheets.append(Sheet(path.name, [], [], is_whole=False))
        else:
            _read_file(path, found)
    return found


def _read_file(path: Path, found: Found) -> None:
    rows = CsvRows(path)
    try:
        found.sheets.append(Sheet(path.name, rows.survey(), rows))
    except UnicodeDecodeError:
        message = "the file is not UTF-8 text; save it as CSV UTF-8"
        found.problems.append(_bad(path.name, _undecodable_row(path), message))
        found.sheets.append(Sheet(path.name, [], [], is_whole=False))
    except csv.Error as error:
        found.problems.append(_bad(path.name, rows.count + 1, f"the row cannot be read: {error}"))
        found.sheets.append(Sheet(path.name, rows.header, rows, is_whole=False))


class CsvRows:
    """The rows of a CSV file below its header, read from the disk again each time: a million of them never lie in
    memory together. Row numbers are those of a spreadsheet: a value over two lines is one row, an empty line too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.header: list[str] = []
        self.count = 0

    def survey(self) -> list[str]:
        """Read all of it once; answers the header. Raises UnicodeDecodeError, or csv.Error in row ``count`` + 1."""
        lines = self._lines()
        for number, cells in self._cells():
            self.count = number
            if number == 1:
                self.header = cells
                if lines is not None:
                    self.count = lines
                    break
        return self.header

    def __len__(self) -> int:
        return max(self.count - 1, 0)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return islice(self._cells(), 1, self.count)

    def _lines(self) -> int | None:
        """How many lines there are, where each is a row: none has quotes, or is so long that a cell may be too long.
        They are counted in a fifth of the time that their cells take."""
        count, longest = 0, csv.field_size_limit()
        with self._open() as file:
            for number, line in enumerate(file, start=1):
                if '"' in line or len(line) > longest:
                    return None
                count = number
        return count

    def _open(self) -> TextIO:
        return self._path.open(encoding="utf-8-sig", newline="")

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        with self._open() as file:
            yield from enumerate(csv.reader(file, strict=True), start=1)


def _undecodable_row(path: Path) -> int:
    content = path.read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1


def _check_lines(found: Found) -> None:
    lines = sum(len(sheet.rows) for sheet in found.sheets)
    if lines > settings.IMPORT_MAX_LINES:
        message = f"the import has {lines} lines; at most {settings.IMPORT_MAX_LINES} are read at once, so split it"
        found.problems.append(_bad(found.sheets[0].file, None, message))
        found.sheets.clear()


def _bad(file: str, row: int | None, message: str) -> Problem:
    return Problem(file, row, None, Code.BAD_VALUE, message)
