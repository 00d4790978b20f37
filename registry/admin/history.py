"""The history of a record as people read it: who changed what, when and why. Rows of one saving stand together."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.models import Entry
from registry.choices import label
from registry.comparing import ChangeLine, Words, changes_between
from registry.models import EnforcementRecord, Instrument, InstrumentDocument, InstrumentRelation, Measure, StatusEvent

#: One press of a button writes its rows within this time.
_TOGETHER = dt.timedelta(seconds=2)
_SILENT = {"id", "created_at", "changed_at", "instrument", "drafted_by", "submitted_by", "instrument_id", "record_id",
           "rests_on", "row"}  # fmt: skip


@dataclass(slots=True)
class Edit:
    """What one person saved at one time. ``by`` is a public id, empty where no person did it."""

    at: dt.datetime
    by: str
    reason: str
    lines: list[ChangeLine] = field(default_factory=list)
    is_first: bool = False
    door: str = ""
    entry: int | None = None


def get_edits(record: Any, logged_as: str, public_id: str) -> list[Edit]:
    """Every saving of a record with its parts, newest first; ``logged_as`` is the type of its entries in the log."""
    words = Words()
    rows = sorted(_rows(record), key=lambda row: (row.history_date, row.history_id))
    edits: list[Edit] = []
    for row in rows:
        if not edits or not _belongs(row, edits[-1]):
            edits.append(Edit(row.history_date, row.history_user_id or "", row.history_change_reason or ""))
        edit = edits[-1]
        edit.is_first = edit.is_first or (row.history_type == "+" and row.history_object.__class__ is type(record))
        edit.lines.extend(_lines(row, words))
    _find_entries(logged_as, public_id, edits)
    return edits[::-1]


def _find_entries(logged_as: str, public_id: str, edits: list[Edit]) -> None:
    """Each edit's entry in the log, which says through which door it came: of the same person at the same time."""
    entries = list(Entry.objects.filter(object_type=logged_as, object_id=public_id).order_by("pk"))
    for edit in edits:
        near = [each for each in entries if each.actor == edit.by and abs(each.recorded_at - edit.at) <= _TOGETHER]
        if near:
            edit.door, edit.entry = near[0].door, near[0].pk


def _rows(record: Any) -> list[Any]:
    if not isinstance(record, Instrument):
        return list(type(record).history.filter(id=record.pk))
    instrument = record
    return [
        *Instrument.history.filter(id=instrument.pk),
        *Measure.history.filter(instrument_id=instrument.pk),
        *StatusEvent.history.filter(instrument_id=instrument.pk),
        *InstrumentRelation.history.filter(instrument_id=instrument.pk).select_related("other"),
        *InstrumentDocument.history.filter(instrument_id=instrument.pk),
    ]


def _belongs(row: Any, edit: Edit) -> bool:
    near = row.history_date - edit.at <= _TOGETHER
    return near and (row.history_user_id or "") == edit.by and (row.history_change_reason or "") == edit.reason


def _lines(row: Any, words: Words) -> Iterator[ChangeLine]:
    if row.history_type == "-":
        yield ChangeLine(_subject(row), _whole(row, words), "")
        return
    previous = row.prev_record
    if previous is None:
        if not _is_record(row):
            yield ChangeLine(_subject(row), "", _whole(row, words))
        return
    for change in row.diff_against(previous).changes:
        if change.field not in _SILENT:
            name = str(row.instance._meta.get_field(change.field).verbose_name)
            subject = "" if _is_record(row) else f"{_subject(row)}, "
            yield ChangeLine(_capital(subject + name), words.of(change.old), words.of(change.new))


def _is_record(row: Any) -> bool:
    """Whether the row is of the record itself, not of one of its parts."""
    return isinstance(row.history_object, Instrument | EnforcementRecord)


def _subject(row: Any) -> str:
    subject = row.history_object
    if isinstance(subject, Measure):
        return f"Measure {row.number}"
    return str(subject._meta.verbose_name).capitalize()


def _whole(row: Any, words: Words) -> str:
    if isinstance(row.history_object, Measure):
        return words.of({"code": row.code, "minerals": row.minerals, "hs": row.hs})
    if isinstance(row.history_object, InstrumentRelation):
        return f"{label(row.kind)} {row.other.title}"
    if isinstance(row.history_object, InstrumentDocument):
        return f"{label(row.role)}: {row.name}, SHA-256 {row.sha256[:16]}…"
    return words.of({"status": row.status, "since": row.since})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def get_logged_edits(logged_as: str, public_id: str) -> list[Edit]:
    """The same of rows whose history is the log alone: each entry of an object, newest first, field by field."""
    words = Words()
    entries = Entry.objects.filter(object_type=logged_as, object_id=public_id).order_by("-pk")
    return [_logged(entry, words) for entry in entries]


def _logged(entry: Entry, words: Words) -> Edit:
    before, after = json.loads(entry.before), json.loads(entry.after)
    return Edit(
        at=entry.recorded_at,
        by=entry.actor,
        reason=entry.reason,
        lines=changes_between(before or {}, after or {}, words) if before else [],
        is_first=before is None,
        door=entry.door,
        entry=entry.pk,
    )
