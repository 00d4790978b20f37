"""What notices speak of, read for many threads at once: a burst of changes takes as few queries as one change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts.domain.items import Kind
from alerts.models import Notice
from registry.domain.instruments import InstrumentState
from registry.models import Flag, InstrumentVersion
from scoring.models import ScoreChange
from traceability.models import Finding

#: Values of one IN: SQLite takes no more than 999 in some builds.
_MOST_VALUES = 900


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version with its state."""

    row: InstrumentVersion
    state: InstrumentState


@dataclass(slots=True)
class Gathered:
    """Rows by the ids that notices give."""

    changes: dict[str, ScoreChange] = field(default_factory=dict)
    versions: dict[tuple[str, int], Version] = field(default_factory=dict)
    current: dict[str, Version] = field(default_factory=dict)
    findings: dict[int, Finding] = field(default_factory=dict)
    flags: dict[str, Flag] = field(default_factory=dict)

    def version(self, instrument_id: str, number: int | None) -> Version | None:
        """A version by number; None for none."""
        return self.versions.get((instrument_id, number or 0))


def gather(notices: Sequence[Notice]) -> Gathered:
    """All that these notices speak of."""
    of_kind = {kind: [notice.payload for notice in notices if notice.kind == kind.value] for kind in Kind}
    found = Gathered()
    for part in _parts(payload["change_id"] for payload in of_kind[Kind.SCORE]):
        found.changes.update({each.change_id: each for each in ScoreChange.objects.filter(change_id__in=part)})
    _add_versions(found, of_kind[Kind.INSTRUMENT], of_kind[Kind.EFFECT])
    for part in _parts(key for payload in of_kind[Kind.FINDING] for key in payload["findings"]):
        rows = Finding.objects.filter(pk__in=part).select_related("lot", "event")
        found.findings.update({row.pk: row for row in rows})
    for part in _parts(payload["flag_id"] for payload in of_kind[Kind.FLAG]):
        flags = Flag.objects.select_related("entry__feed", "country").filter(flag_id__in=part)
        found.flags.update({flag.flag_id: flag for flag in flags})
    return found


def _add_versions(found: Gathered, acts: Sequence[dict[str, Any]], days: Sequence[dict[str, Any]]) -> None:
    """The versions that notices and score changes name; of days that are reached, the one that counts now."""
    wanted = {(each["instrument_id"], number) for each in acts for number in (each["before"], each["after"]) if number}
    moved = [change.instrument for change in found.changes.values() if change.instrument]
    wanted |= {(each["id"], each["version"]) for each in moved}
    rows = InstrumentVersion.objects.select_related("recorded_entry", "instrument")
    for part in _parts(instrument_id for instrument_id, _number in wanted):
        numbers = {number for instrument_id, number in wanted if instrument_id in part}
        for row in rows.filter(instrument__instrument_id__in=part, number__in=numbers):
            if (row.instrument.instrument_id, row.number) in wanted:
                found.versions[row.instrument.instrument_id, row.number] = _read(row)
    for part in _parts(each["instrument_id"] for each in days):
        for row in rows.filter(instrument__instrument_id__in=part, superseded_entry=None):
            found.current[row.instrument.instrument_id] = _read(row)


def _read(row: InstrumentVersion) -> Version:
    return Version(row, InstrumentState.from_json(row.content))


def _parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    distinct = list(dict.fromkeys(values))
    return (distinct[start : start + _MOST_VALUES] for start in range(0, len(distinct), _MOST_VALUES))
