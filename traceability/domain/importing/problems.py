"""What is wrong with an import, and where."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Why a row is refused (contract, section 2)."""

    BAD_VALUE = "bad_value"
    UNKNOWN_REFERENCE = "unknown_reference"
    CONFLICT = "conflict"
    UNKNOWN_COLUMN = "unknown_column"
    CYCLE = "cycle"
    BIRTH = "birth"
    INCOMPLETE_EVENT = "incomplete_event"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error: ``row`` counts the header as 1 and is None where no single row is at fault."""

    file: str
    row: int | None
    column: str | None
    code: Code
    message: str

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "code": self.code.value}

    @property
    def order(self) -> tuple[int, int, str, str]:
        place = FILES.index(self.file) if self.file in FILES else len(FILES)
        return (place, self.row or 0, self.column or "", self.code.value)


#: The files of an import, in the order in which they build on each other.
FILES = ("parties.csv", "facilities.csv", "lots.csv", "assays.csv", "events.csv", "event_lines.csv")
