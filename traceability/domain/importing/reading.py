"""From sheets of text to rows of values, with every cell that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
class Columns:
    """A table as it was read: a list of values a column, where each row has its place, and None where there is no
    value. ``numbers`` says which row of the sheet stands at a place, ``bad`` which columns of it could not be read.

    Rows come by the million, so that none is an object: reading and checking took half as long again with one for each.
    """

    values: dict[str, list[Any]]
    numbers: list[int] = field(default_factory=list)
    bad: dict[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table) -> Columns:
        return cls({column.name: [] for column in table.columns})

    def __getitem__(self, column: str) -> list[Any]:
        return self.values[column]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of each row, in the order of the table's columns."""
        return zip(*self.values.values(), strict=True)

    def mark(self, place: int, column: str) -> None:
        """What stands there is of no use."""
        self.bad[place] = self.bad.get(place, frozenset()) | {column}


@dataclass(slots=True)
class Rows:
    """All tables as read, and what was wrong with them.

    Tables in ``cut`` have rows that could not be read: nothing can be said of what is not found in them.
    """

    tables: dict[str, Columns]
    problems: list[Problem] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)

    def of(self, table: str) -> Columns:
        return self.tables[table]


def read_sheets(sheets: Iterable[Sheet], tables: Mapping[str, Table]) -> Rows:
    """Read every cell of every sheet. A file that is no table of an import is reported and left."""
    found, seen = Rows({name: Columns.of(table) for name, table in tables.items()}), set[str]()
    for sheet in sheets:
        table = tables.get(sheet.file.removesuffix(".csv"))
        if table is None:
            known = ", ".join(one.file for one in tables.values())
            message = f"there is no table {sheet.file} in an import; the files are {known}"
            found.problems.append(Problem(sheet.file, None, None, Code.UNKNOWN_COLUMN, message))
        elif table.name in seen:
            message = f"there are two sheets called {table.name}; put their rows into one"
            found.problems.append(Problem(sheet.file, None, None, Code.BAD_VALUE, message))
        else:
            seen.add(table.name)
            found.tables[table.name] = _read_sheet(sheet, table, found)
    return found


def _read_sheet(sheet: Sheet, table: Table, found: Rows) -> Columns:
    header = [name.strip() for name in sheet.header]
    faults = list(_header_faults(table, header))
    found.problems += faults
    is_readable = not any(fault.code is Code.BAD_VALUE for fault in faults)
    if not (is_readable and sheet.is_whole):
        found.cut.add(table.name)
    reader = _Reader(table, header, found.problems)
    if not is_readable:
        return reader.read  # each row would say the same again
    rows = iter(sheet.rows)
    while piece := list(islice(rows, _PIECE)):
        reader.take(piece)
    return reader.read


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


class _Reader:
    """Reads the rows of one sheet, whose columns stand in any order, into the columns of its table."""

    def __init__(self, table: Table, header: list[str], problems: list[Problem]) -> None:
        self.table, self.problems, self.width = table, problems, len(header)
        at = {name: place for place, name in enumerate(header)}
        #: Where in a row each column of the table stands; None: the sheet does not have it.
        self.columns = [(column, at.get(column.name)) for column in table.columns]
        self.read = Columns.of(table)

    def take(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        """Read rows column by column, where every cell can be read; else row by row."""
        numbers, texts = zip(*rows, strict=True)
        if set(map(len, texts)) != {self.width} or [""] * self.width in texts:
            return self._take_each(rows)
        cells = list(zip(*texts, strict=True))
        try:
            values = [
                repeat(_value(column, ""), len(rows)) if at is None else _read_all(column, cells[at])
                for column, at in self.columns
            ]
        except BadValue:
            return self._take_each(rows)
        self.read.numbers += numbers
        for into, column in zip(self.read.values.values(), values, strict=True):
            into += column
        return None

    def _take_each(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        for number, cells in rows:
            if any(cells):
                self._take_row(number, cells)

    def _take_row(self, number: int, cells: list[str]) -> None:
        place, width = len(self.read.numbers), len(cells)
        self.read.numbers.append(number)
        if width > self.width and any(cells[self.width :]):
            message = f"the row has {width} cells under {self.width} columns; a comma inside a value needs quotes"
            self._bad(place, None, message)
        for column, at in self.columns:
            value = None
            try:
                value = _value(column, cells[at] if at is not None and at < width else "")
            except BadValue as error:
                self._bad(place, column.name, str(error))
            self.read[column.name].append(value)

    def _bad(self, place: int, column: str | None, message: str) -> None:
        number = self.read.numbers[place]
        self.problems.append(Problem(self.table.file, number, column, Code.BAD_VALUE, message))
        self.read.mark(place, column or "")


def _read_all(column: Column, cells: Sequence[str]) -> Iterable[Any]:
    """The values of a column, each different cell read once. Raises BadValue."""
    different = set(cells)
    empty = {cell for cell in different if not cell or cell.isspace()}
    values = {cell: column.read(cell) for cell in different - empty}
    values |= {cell: _value(column, cell) for cell in empty}
    return map(values.__getitem__, cells)


def _value(column: Column, cell: str) -> Any:
    if cell and not cell.isspace():
        return column.read(cell)
    if column.required:
        raise BadValue(f"{column.name} is missing")
    return None
