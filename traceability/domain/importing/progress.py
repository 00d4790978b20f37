"""How far an uploaded import has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from traceability.domain.importing.problems import FILES
from traceability.domain.importing.reading import Sheet


class UploadState(StrEnum):
    """checking → checked or refused; checked → storing → stored or refused. ``failed``: our fault, nothing stored."""

    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    STORING = "storing"
    STORED = "stored"
    FAILED = "failed"


#: Rows between two reports of progress.
EVERY = 2_000


def count_rows(sheets: Iterable[Sheet]) -> int:
    return sum(len(sheet.rows) for sheet in sheets if isinstance(sheet.rows, list))


def reporting(sheets: Iterable[Sheet], tell: Callable[[int], None]) -> Iterator[Sheet]:
    """The same sheets; ``tell`` hears how many rows have been taken from them, every so often."""
    read = 0

    def rows(of: Sheet) -> Iterator[tuple[int, list[str]]]:
        nonlocal read
        for row in of.rows:
            read += 1
            if read % EVERY == 0:
                tell(read)
            yield row

    for sheet in sheets:
        yield Sheet(sheet.file, sheet.header, rows(sheet))


def first_rows(sheets: Iterable[Sheet], count: int) -> list[dict[str, object]]:
    """The head of each table, in the order of an import: what a person looks at to see that columns are right."""
    known = [sheet for sheet in sheets if sheet.file in FILES and isinstance(sheet.rows, list)]
    return [
        {
            "file": sheet.file,
            "header": [name[:60] for name in sheet.header[:40]],
            "rows": [[cell[:80] for cell in cells[:40]] for _, cells in _list(sheet)[:count]],
            "count": len(_list(sheet)),
        }
        for sheet in sorted(known, key=lambda sheet: FILES.index(sheet.file))
    ]


def _list(sheet: Sheet) -> list[tuple[int, list[str]]]:
    return sheet.rows if isinstance(sheet.rows, list) else []
