"""How far an uploaded import has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from traceability.domain.importing.problems import FILES
from traceability.domain.importing.reading import Sheet, SizedRows


class UploadState(StrEnum):
    """checking → checked or refused; checked → storing → stored or refused. ``failed``: our fault, nothing stored."""

    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    STORING = "storing"
    STORED = "stored"
    FAILED = "failed"


class Phase(StrEnum):
    """What an import does, in this order; storing is followed by its findings, on a dry run by taking all back."""

    READING = "reading the rows"
    CHECKING = "checking the whole"
    STORING = "storing"
    FINDINGS = "working out findings"


#: How much of the whole each phase takes, measured on 100,000 lines; a stored import's findings are a job of their own.
WEIGHTS = {
    True: {Phase.READING: 10, Phase.CHECKING: 10, Phase.STORING: 48, Phase.FINDINGS: 32},
    False: {Phase.READING: 15, Phase.CHECKING: 15, Phase.STORING: 70},
}
#: Hears which phase an import is in, and how much of that is done, from 0 to 1.
Tell = Callable[[Phase, float], None]
#: Rows between two reports of progress.
EVERY = 2_000


def silent(phase: Phase, done: float) -> None:
    """For imports that nobody watches."""


def per_cent(phase: Phase, done: float, *, dry_run: bool) -> int:
    """How much of the whole import is done."""
    weights = WEIGHTS[dry_run]
    before = sum(weight for other, weight in weights.items() if list(weights).index(other) < list(weights).index(phase))
    return round(before + weights[phase] * min(done, 1.0))


def count_rows(sheets: Iterable[Sheet]) -> int:
    return sum(len(sheet.rows) for sheet in sheets)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Rows that tell how many of them have been taken."""

    rows: SizedRows
    took: Callable[[], None]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for row in self.rows:
            self.took()
            yield row


def reporting(sheets: Iterable[Sheet], tell: Callable[[int], None]) -> Iterator[Sheet]:
    """The same sheets; ``tell`` hears how many rows have been taken from them, every so often."""
    read = 0

    def took() -> None:
        nonlocal read
        read += 1
        if read % EVERY == 0:
            tell(read)

    for sheet in sheets:
        yield Sheet(sheet.file, sheet.header, _Counted(sheet.rows, took), sheet.is_whole)


def first_rows(sheets: Iterable[Sheet], count: int) -> list[dict[str, object]]:
    """The head of each table, in the order of an import: what a person looks at to see that columns are right."""
    known = [sheet for sheet in sheets if sheet.file in FILES]
    return [
        {
            "file": sheet.file,
            "header": [name[:60] for name in sheet.header[:40]],
            "rows": [[cell[:80] for cell in cells[:40]] for _, cells in islice(sheet.rows, count)],
            "count": len(sheet.rows),
        }
        for sheet in sorted(known, key=lambda sheet: FILES.index(sheet.file))
    ]
