"""Workbooks that SEAM writes: the template of an import, and the errors of one."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from traceability.domain.importing.tables import Table, tables

_DATA = Path(__file__).resolve().parent.parent / "data" / "template"
_HEAD = PatternFill("solid", fgColor="10302F")
_REQUIRED = Font(bold=True, color="FFFFFF")
_OPTIONAL = Font(color="FFFFFF", italic=True)
#: Rows of the template that offer the words of a list.
_OFFERED = 2_000


def write_template(target: BinaryIO) -> None:
    """The six sheets with an example chain, and one sheet of instructions that says which fault the example has."""
    book = Workbook()
    words = _words()
    _instructions(book.active, words)
    for table in _tables().values():
        sheet = book.create_sheet(table.name)
        for place, column in enumerate(table.columns, start=1):
            cell = sheet.cell(1, place, column.name)
            cell.fill, cell.font = _HEAD, _REQUIRED if column.required else _OPTIONAL
            sheet.column_dimensions[get_column_letter(place)].width = max(14, len(column.name) + 3)
        for number, row in enumerate(example(table), start=2):
            for place, value in enumerate(row, start=1):
                cell = sheet.cell(number, place, value or None)
                cell.number_format = "@"
        _offer_choices(sheet, table, words)
        sheet.freeze_panes = "B2"
    book.save(target)


def example(table: Table) -> list[list[str]]:
    """The rows of the example, in the columns of the table."""
    with (_DATA / table.file).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [[row.get(column.name) or "" for column in table.columns] for row in rows]


def write_errors(target: BinaryIO, problems: Iterable[Mapping[str, Any]]) -> None:
    """One row an error. What stood in a cell may look like a formula: every cell is written as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("errors")
    for letter, width in zip("ABCDE", (20, 8, 22, 20, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(["file", "row", "column", "code", "message"])
    for problem in problems:
        cells = [_text(sheet, problem["file"]), problem["row"], *(_text(sheet, problem[name]) for name in _TEXTS)]
        sheet.append(cells)
    book.save(target)


_TEXTS = ("column", "code", "message")


def _text(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=None)
    if value:
        cell.value, cell.data_type = str(value), "s"
    return cell


def _tables() -> dict[str, Table]:
    return tables(now=dt.datetime.now(dt.UTC), countries=frozenset())


def _words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((_DATA / "words.yaml").read_text(encoding="utf-8"))
    return found


def _instructions(sheet: Any, words: Mapping[str, Any]) -> None:
    sheet.title = "Instructions"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 22
    sheet.column_dimensions["C"].width = 110
    number = 1
    for line in words["steps"]:
        sheet.cell(number, 1, line).font = Font(bold=number == 1, size=16 if number == 1 else 11)
        number += 1
    number += 1
    for table in _tables().values():
        sheet.cell(number, 1, table.name).font = Font(bold=True, size=12)
        sheet.cell(number, 3, words["tables"][table.name]).font = Font(italic=True)
        number += 1
        for column in table.columns:
            sheet.cell(number, 1, column.name).font = Font(bold=column.required)
            sheet.cell(number, 2, "has to be filled" if column.required else "may stay empty")
            cell = sheet.cell(number, 3, words["columns"][column.name])
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            number += 1
        number += 1


def _offer_choices(sheet: Any, table: Table, words: Mapping[str, Any]) -> None:
    for place, column in enumerate(table.columns, start=1):
        choices: Sequence[str] = words["choices"].get(table.name, {}).get(column.name, ())
        if choices:
            offer = DataValidation(type="list", formula1='"' + ",".join(choices) + '"', allow_blank=True)
            offer.errorTitle, offer.error = column.name, "One of: " + ", ".join(choices)
            sheet.add_data_validation(offer)
            letter = get_column_letter(place)
            offer.add(f"{letter}2:{letter}{_OFFERED}")
