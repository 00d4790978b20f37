"""Cells of a sheet of instruments: several things in one cell, a line each, as people can type them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.domain.dates import Basis
from registry.domain.entering import read_date
from registry.domain.family import RelationKind
from registry.domain.instruments import Status

#: Columns of an instrument, in order; then eleven for each measure, such as ``measure_1_hs``.
COLUMNS = ("instrument_id", "country", "title", "title_original", "number", "type", "legal_force", "scope", "pillar",
           "engagement_scope", "counterparts", "until", "review", "source", "section", "quote", "note", "life",
           "relations")  # fmt: skip
MEASURE_COLUMNS = ("code", "direction", "minerals", "materials", "hs", "stages", "destinations", "start", "until",
                   "rate", "exemptions")  # fmt: skip
#: Most measures that one row may have.
MOST_MEASURES = 30
_MEASURE = re.compile(rf"measure_([1-9][0-9]?)_({'|'.join(MEASURE_COLUMNS)})")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_LINE = re.compile(r"(?P<what>[a-z_]+)\s+(?P<rest>.*)")
_NOT_STATED = "-"


@dataclass(frozen=True, slots=True)
class Step:
    """A status event as a sheet has it; ``since`` empty where not stated."""

    status: Status
    since: str
    basis: Basis
    note: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """A relation as a sheet has it: ``other`` is the id of the earlier act."""

    kind: RelationKind
    other: str
    since: str
    note: str = ""


def columns(measures: int) -> list[str]:
    """All columns of a sheet whose instruments have at most so many measures."""
    return [*COLUMNS, *(f"measure_{n}_{name}" for n in range(1, measures + 1) for name in MEASURE_COLUMNS)]


def unknown_columns(names: Iterable[str]) -> list[str]:
    """Names that are no column of a sheet of instruments."""
    return [name for name in names if name not in COLUMNS and not _is_measure(name)]


def _is_measure(name: str) -> bool:
    found = _MEASURE.fullmatch(name)
    return found is not None and int(found[1]) <= MOST_MEASURES


def measures_of(row: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """The measures of a row by number: those with any value."""
    found: dict[int, dict[str, str]] = {}
    for name, value in row.items():
        match = _MEASURE.fullmatch(name)
        if match and value:
            found.setdefault(int(match[1]), {})[match[2]] = value
    return dict(sorted(found.items()))


def write_life(steps: Iterable[Step]) -> str:
    """One event a line: ``in_force 2025-07-01 inferred: day the law is counted from``; ``-`` is a date not stated."""
    return "\n".join(
        f"{step.status.value} {step.since or _NOT_STATED} {step.basis.value}{_noted(step.note)}" for step in steps
    )


def read_life(text: str) -> list[Step]:
    """Read what `write_life` wrote; the date may be left out, the basis too. ValueError with a sentence."""
    return [_step(line) for line in _lines(text)]


def _step(line: str) -> Step:
    said, note = _parted(line)
    words = said.split()
    if words[0] not in set(Status):
        raise ValueError(f"'{words[0][:40]}' is no status: take one of {', '.join(Status)}.")
    if len(words) > 3:
        raise ValueError(f"'{line[:60]}' has too many words: write status, date and basis, and a note after a colon.")
    since = read_date(words[1]) if len(words) > 1 and words[1] != _NOT_STATED else ""
    basis = words[2] if len(words) > 2 else Basis.STATED.value
    if basis not in set(Basis):
        raise ValueError(f"'{basis[:40]}' is no basis: take one of {', '.join(Basis)}.")
    return Step(Status(words[0]), since, Basis(basis), note)


def write_relations(acts: Iterable[Act]) -> str:
    """One relation a line: ``lifts ph-mining-moratorium 2021: note``."""
    return "\n".join(f"{act.kind.value} {act.other} {act.since or _NOT_STATED}{_noted(act.note)}" for act in acts)


def read_relations(text: str) -> list[Act]:
    """Read what `write_relations` wrote; the date may be left out. ValueError with a sentence."""
    return [_act(line) for line in _lines(text)]


def _act(line: str) -> Act:
    said, note = _parted(line)
    words = said.split()
    if words[0] not in set(RelationKind):
        raise ValueError(f"'{words[0][:40]}' is no relation: take one of {', '.join(RelationKind)}.")
    if len(words) not in (2, 3):
        raise ValueError(f"'{line[:60]}': write the relation, the id of the earlier act, and the date if it is known.")
    since = read_date(words[2]) if len(words) == 3 and words[2] != _NOT_STATED else ""
    return Act(RelationKind(words[0]), words[1], since, note)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parted(line: str) -> tuple[str, str]:
    said, _colon, note = line.partition(":")
    if not said.strip():
        raise ValueError(f"'{line[:40]}' does not say what happened before its colon.")
    return said, note.strip()


def _noted(note: str) -> str:
    return f": {' '.join(note.split())}" if note else ""


def guarded(value: str) -> str:
    """A cell that no spreadsheet reads as a formula; `plain` gives the value back."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def plain(value: object) -> str:
    """A cell as text: what `guarded` put before it taken off, days and whole numbers as they are written."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).replace("\r\n", "\n").strip()
    return text.removeprefix("'")
