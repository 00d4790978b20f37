"""One XLSX workbook as sheets of text. Formulas are refused: what is imported is what was written, not worked out."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from traceability.domain.importing.problems import FILES, Code, Problem
from traceability.domain.importing.reading import Sheet

#: What openpyxl and the unpacking raise where a byte of a workbook is another: none of them says so by one name.
_DAMAGED = (InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, EOFError, OSError,
            NotImplementedError, RuntimeError, LookupError, ValueError, TypeError, AttributeError)  # fmt: skip
#: A workbook unpacks to many times its size; more than this is a bomb, or no list of lots.
LARGEST_UNPACKED = 1_000_000_000
MOST_PACKED = 200
MOST_ROWS = 1_048_576
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z0-9:]{1,40})"')
#: Sheets of the template that are for people.
_FOR_PEOPLE = {"instructions", "read me", "readme"}


def read_workbook(source: Path | BinaryIO, name: str = "workbook.xlsx") -> tuple[list[Sheet], list[Problem]]:
    """The sheets of a workbook, and what is wrong with it as a file."""
    problems: list[Problem] = []
    if fault := _fault_of_file(source):
        return [], [Problem(name, None, None, Code.BAD_VALUE, fault)]
    try:
        book = load_workbook(source, read_only=True, data_only=False, keep_links=False)
        try:
            sheets = [_read(sheet, problems) for sheet in book.worksheets if _is_wanted(sheet)]
        finally:
            book.close()
    except _DAMAGED as error:
        return [], [Problem(name, None, None, Code.BAD_VALUE, f"the workbook cannot be read: {error}")]
    return sheets, problems


def _fault_of_file(source: Path | BinaryIO) -> str | None:
    try:
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile:
        return "this is no XLSX workbook, or it is cut off"
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if unpacked > LARGEST_UNPACKED or unpacked > MOST_PACKED * max(packed, 10_000):
        return "the workbook unpacks to far more than it should hold; it is not read"
    return None


def _is_wanted(sheet: Any) -> bool:
    title = sheet.title.strip()
    return f"{title}.csv" in FILES or (title.lower() not in _FOR_PEOPLE and _has_rows(sheet))


def _has_rows(sheet: Any) -> bool:
    """Whether there are cells below the first row; what a sheet says of its own size is often missing, or wrong."""
    sheet.reset_dimensions()
    return any(cell.value is not None for row in sheet.iter_rows(min_row=2, max_row=MOST_ROWS) for cell in row)


def _read(sheet: Any, problems: list[Problem]) -> Sheet:
    file = f"{sheet.title.strip()}.csv"
    if file not in FILES:
        return Sheet(file, [], [])
    rows: list[tuple[int, list[str]]] = []
    header: list[str] = []
    is_whole = True
    problems += _merged(sheet, file)
    # A sheet may claim a billion rows and cells in the last: what is read is what has cells, as far as sheets go.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1), start=1):
        if number > MOST_ROWS:
            message = f"the sheet claims rows beyond {MOST_ROWS}, which no spreadsheet has"
            problems.append(Problem(file, None, None, Code.BAD_VALUE, message))
            is_whole = False
            break
        texts = []
        for place, cell in enumerate(cells):
            if cell.data_type == "f":
                column = header[place] if place < len(header) else None
                message = "the cell holds a formula; put in its value"
                problems.append(Problem(file, number, column, Code.BAD_VALUE, message))
            texts.append("" if cell.data_type == "f" else _text(cell.value))
        if number == 1:
            header = _without_empty_end(texts)
        elif any(texts):
            rows.append((number, texts))
    return Sheet(file, header, rows, is_whole)


def _merged(sheet: Any, file: str) -> Iterator[Problem]:
    """Merged cells: all but the first are empty, so what a person sees in them would not be read."""
    with sheet._get_source() as source:
        for place in _merged_places(source):
            row = int(re.sub(r"\D", "", place.partition(":")[0]) or 1)
            message = f"the cells {place} are merged; split them and fill in each"
            yield Problem(file, row, None, Code.BAD_VALUE, message)


def _merged_places(source: IO[bytes]) -> Iterator[str]:
    """Read in pieces: they stand at the very end of a sheet that may be large."""
    kept = b""
    while piece := source.read(1 << 20):
        kept += piece
        for found in _MERGED.finditer(kept):
            yield found[1].decode()
        last = kept.rfind(b"<")
        kept = kept[last:] if last >= 0 and b">" not in kept[last:] else b""


def _without_empty_end(texts: list[str]) -> list[str]:
    while texts and not texts[-1].strip():
        texts = texts[:-1]
    return texts


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV file. A spreadsheet's number has 15 digits; what it shows beyond is noise."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value)
