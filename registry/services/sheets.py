"""Sheets of instruments: looked at first, stored as drafts when confirmed, all rows or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from tablib import Dataset

from registry.bulk import RecordSheet
from registry.exceptions import BadInput, RegistryError
from registry.models import User
from registry.services.instruments import submit

#: Largest sheet, in bytes.
LARGEST = 5_000_000
_WHAT = {"new": "new", "update": "changed", "skip": "unchanged"}


@dataclass(frozen=True, slots=True)
class RowTold:
    """A row of the sheet (the header is row 1) and what it would do: new, changed, unchanged, refused."""

    number: int
    what: str
    title: str
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a sheet would do, or did. ``refusal``: a sentence against the whole file."""

    rows: tuple[RowTold, ...]
    refusal: str = ""

    @property
    def is_good(self) -> bool:
        return not self.refusal and all(not row.errors for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        kinds = [row.what for row in self.rows]
        return {what: kinds.count(what) for what in ("new", "changed", "unchanged", "refused")}


def keep_sheet(*, name: str, content: bytes, by: User) -> str:
    """Keep a sheet until it is confirmed and return its key. Raises BadInput where it is no CSV or XLSX file."""
    ending = name.lower().rpartition(".")[2]
    if ending not in ("csv", "xlsx"):
        raise BadInput("Choose a file that ends in .csv or .xlsx.")
    if len(content) > LARGEST:
        raise BadInput(f"The file has {len(content) // 1_000_000} MB; the largest sheet is {LARGEST // 1_000_000} MB.")
    key = f"{hashlib.sha256(content).hexdigest()}.{ending}"
    path = _path(key, by)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return key


def look_at_sheet(*, key: str, by: User) -> Told:
    """Say what a kept sheet would do, row by row. Stores nothing."""
    try:
        return _run(RecordSheet(by, "a look"), _load(_path(key, by)), dry_run=True)
    except BadInput as error:
        return Told((), str(error))


@transaction.atomic
def store_sheet(*, key: str, by: User, reason: str, send_on: bool) -> Told:
    """Store the drafts of a kept sheet under one reason, all of them or none; ``send_on`` asks for their review.

    Raises BadInput where the file is gone, and RegistryError where a draft cannot be sent on.
    """
    rows = RecordSheet(by, f"sheet: {reason.strip()}")
    told = _run(rows, _load(_path(key, by)), dry_run=False)
    if not told.is_good:
        return told
    for instrument in rows.saved if send_on else ():
        try:
            submit(instrument=instrument, by=by, reason=reason)
        except RegistryError as error:
            raise BadInput(f"{instrument.title}: {error}") from error
    _path(key, by).unlink(missing_ok=True)
    return told


def _path(key: str, by: User) -> Path:
    """In a person's own folder: a key that somebody else was given opens nothing."""
    return Path(settings.DATA_DIR) / "sheets" / by.public_id / Path(key).name


def _run(rows: RecordSheet, data: Dataset, *, dry_run: bool) -> Told:
    result = rows.import_data(data, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True)
    if result.base_errors:
        return Told((), str(result.base_errors[0].error))
    wrong = {row.number: row.error for row in result.invalid_rows}
    wrong |= {row.number: row.errors[0].error for row in result.error_rows}
    kinds = iter(row.import_type for row in result.rows if row.import_type in _WHAT)
    return Told(tuple(_told(number, row, wrong, kinds) for number, row in enumerate(data.dict, start=1)))


def _told(number: int, row: Mapping[str, Any], wrong: Mapping[int, Any], kinds: Iterator[str]) -> RowTold:
    title = str(row.get("title") or "")
    if number in wrong:
        return RowTold(number + 1, "refused", title, tuple(_errors(wrong[number])))
    return RowTold(number + 1, _WHAT[next(kinds)], title)


def _errors(error: Any) -> Iterator[tuple[str, str]]:
    """Column and sentence of each thing that cannot stand; no column where it is the row as a whole."""
    if hasattr(error, "error_dict"):
        for name, words in error.message_dict.items():
            yield from ((("" if name == "__all__" else name), word) for word in words)
    else:
        yield from (("", word) for word in getattr(error, "messages", [str(error)]))


def _load(path: Path) -> Dataset:
    if not path.is_file():
        raise BadInput("The file is no longer here: choose it again.")
    try:
        if path.suffix == ".csv":
            return Dataset().load(path.read_bytes().decode("utf-8-sig"), format="csv")
        return Dataset().load(path.read_bytes(), format="xlsx")
    except UnicodeDecodeError as error:
        raise BadInput("The file is not UTF-8: save it as “CSV UTF-8”, or as XLSX.") from error
    except Exception as error:  # readers of sheets raise whatever a file makes them stumble over
        raise BadInput("The file cannot be read as a sheet, whatever its name says. Is it the right one?") from error
