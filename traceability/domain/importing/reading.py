"""From sheets of text to rows of values, with every cell that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import Any, Protocol

from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.tables import Column, Table
from traceability.domain.importing.values import BadValue, shown

#: Rows that are read together.
_PIECE = 5_000


class SizedRows(Protocol):
    """(row number, cells) of a table, any number of times over."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[tuple[int, list[str]]]: ...


@dataclass(slots=True)
class Sheet:
    """A table as it was found: the header's names, and (row number, cells) below it. Row 1 is the header.

    ``is_whole`` is false where rows may stand in the file that could not be read.
    """

    file: str
    header: list[str]
    rows: SizedRows
    is_whole: bool = True


@dataclass(slots=True)
class Row:
    """A row's values, in the order of its table's columns; None where there is none. A column that could not be read
    is in ``bad``. Rows lie in memory by the million: they share the names of their columns."""

    number: int
    cells: Sequence[Any]
    places: Mapping[str, int]
    bad: frozenset[str] = frozenset()

    def get(self, column: str) -> Any:
        return self.cells[self.places[column]]

    def has(self, column: str) -> bool:
        return self.cells[self.places[column]] is not None

    @property
    def values(self) -> dict[str, Any]:
        """What is there, by column."""
        return {name: value for name, value in zip(self.places, self.cells, strict=True) if value is not None}

    @property
    def is_whole(self) -> bool:
        return not self.bad


@dataclass(slots=True)
class Rows:
    """All tables as read, and what was wrong with them.

    Tables in ``cut`` have rows that could not be read: nothing can be said of what is not found in them.
    """

    tables: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)

    def of(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def column(self, table: str, name: str) -> list[Any]:
        """One value a row; None where there is none."""
        rows = self.of(table)
        place = rows[0].places[name] if rows else 0
        return [row.cells[place] for row in rows]


def read_sheets(sheets: Iterable[Sheet], tables: Mapping[str, Table]) -> Rows:
    """Read every cell of every sheet. A file that is no table of an import is reported and left."""
    found = Rows()
    for sheet in sheets:
        table = tables.get(sheet.file.removesuffix(".csv"))
        if table is None:
            known = ", ".join(one.file for one in tables.values())
            message = f"there is no table {sheet.file} in an import; the files are {known}"
            found.problems.append(Problem(sheet.file, None, None, Code.UNKNOWN_COLUMN, message))
        else:
            found.tables[table.name] = _read_sheet(sheet, table, found)
    return found


def _read_sheet(sheet: Sheet, table: Table, found: Rows) -> list[Row]:
    header = [name.strip() for name in sheet.header]
    faults = list(_header_faults(table, header))
    found.problems += faults
    is_readable = not any(fault.code is Code.BAD_VALUE for fault in faults)
    if not (is_readable and sheet.is_whole):
        found.cut.add(table.name)
    if not is_readable:
        return []  # each row would say the same again
    reader = _RowReader(table, header, found.problems)
    rows, read = iter(sheet.rows), list[Row]()
    while piece := list(islice(rows, _PIECE)):
        read += reader.read_all(piece)
    return read


def _header_faults(table: Table, header: list[str]) -> Iterator[Problem]:
    if not header:
        return
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        message = "the columns are not separated by commas; save the file as CSV with commas"
        yield Problem(table.file, 1, None, Code.BAD_VALUE, message)
        return
    known = {column.name for column in table.columns}
    for place, name in enumerate(header):
        if name not in known:
            message = f"{shown(name)} is no column of {table.file}; its columns are {', '.join(sorted(known))}"
            yield Problem(table.file, 1, name, Code.UNKNOWN_COLUMN, message)
        elif name in header[:place]:
            yield Problem(table.file, 1, name, Code.BAD_VALUE, f"the column {name} is there twice")
    for column in table.columns:
        if column.required and column.name not in header:
            yield Problem(table.file, 1, column.name, Code.BAD_VALUE, f"the column {column.name} is missing")


class _RowReader:
    """Reads the rows of one sheet, whose columns stand in any order."""

    def __init__(self, table: Table, header: list[str], problems: list[Problem]) -> None:
        self.table, self.problems, self.width = table, problems, len(header)
        at = {name: place for place, name in enumerate(header)}
        # A column that the sheet does not have is read beyond its end, where every row is empty.
        self.columns = [(at.get(column.name, 1_000_000), column.read, column) for column in table.columns]
        self.places = {column.name: place for place, column in enumerate(table.columns)}

    def read_all(self, rows: list[tuple[int, list[str]]]) -> list[Row]:
        """Rows read column by column, where every cell can be read: each different one once. Else row by row."""
        if all(len(cells) == self.width and any(cells) for _number, cells in rows):
            columns = list(zip(*(cells for _number, cells in rows), strict=True))
            try:
                values = [self._column(columns, *column) for column in self.columns]
            except BadValue:
                pass
            else:
                read = zip(*values, strict=True)
                return [Row(number, cells, self.places) for (number, _), cells in zip(rows, read, strict=True)]
        return [self.read(number, cells) for number, cells in rows if any(cells)]

    def _column(
        self, columns: Sequence[Sequence[str]], place: int, read: Callable[[str], Any], column: Column
    ) -> Iterable[Any]:
        if place >= len(columns):
            return repeat(self._value("", read, column), len(columns[0]))
        cells = columns[place]
        values = {cell: self._value(cell, read, column) for cell in set(cells)}
        return map(values.__getitem__, cells)

    def _value(self, cell: str, read: Callable[[str], Any], column: Column) -> Any:
        if cell and not cell.isspace():
            return read(cell)
        if column.required:
            raise BadValue(f"{column.name} is missing")
        return None

    def read(self, number: int, cells: list[str]) -> Row:
        values: list[Any] = []
        bad: list[str] = []
        width = len(cells)
        if width > self.width and any(cells[self.width :]):
            bad.append(self._too_wide(number, width))
        for place, read, column in self.columns:
            cell = cells[place] if place < width else ""
            value = None
            try:
                value = self._value(cell, read, column)
            except BadValue as error:
                self.problems.append(Problem(self.table.file, number, column.name, Code.BAD_VALUE, str(error)))
                bad.append(column.name)
            values.append(value)
        return Row(number, values, self.places, frozenset(bad)) if bad else Row(number, values, self.places)

    def _too_wide(self, number: int, width: int) -> str:
        message = f"the row has {width} cells under {self.width} columns; a comma inside a value needs quotes"
        self.problems.append(Problem(self.table.file, number, None, Code.BAD_VALUE, message))
        return ""
