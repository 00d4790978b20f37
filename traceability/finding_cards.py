"""Findings on the path of a lot: how many there are, and the cards of those that are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from registry.parts import Link, ProofMark
from registry.paths import instrument_path
from registry.selectors import get_instruments
from registry.wording import measure_label
from traceability.domain.path_layout import Remark
from traceability.domain.vocabulary import FindingCode, FindingState, Severity
from traceability.models import Finding
from traceability.pages.lot import FindingCard, FindingCounts
from traceability.pages.words import FINDING_TITLES, MASKED_WORDS, PLAIN_CODES, STATE_CHIPS, finding_words
from traceability.rows import among
from traceability.selectors.findings import findings_on

#: Findings that the picture of a path names beside the lot.
_DRAWN = (FindingCode.MASS_GAIN, FindingCode.MASS_LOSS, FindingCode.OVERDRAWN, FindingCode.CUSTODY_GAP)
_ORDER = {FindingState.OPEN.value: 0, FindingState.ACKNOWLEDGED.value: 1}


class _Found(NamedTuple):
    """What of a finding it takes to count it and to know its place."""

    key: int
    code: str
    severity: str
    state: str
    lot: int
    lot_id: str
    opened_at: dt.datetime

    @property
    def is_open(self) -> bool:
        return self.state == FindingState.OPEN.value

    @property
    def chip(self) -> tuple[str, str]:
        """Its severity while open, else its state."""
        if not self.is_open:
            return STATE_CHIPS[self.state]
        return ("bad", "Violation") if self.severity == Severity.VIOLATION.value else ("warn", "Warning")


class Findings:
    """The findings of a path: the open ones first, violations before warnings, the lot's own before others."""

    def __init__(self, lots: Collection[int], own: int) -> None:
        columns = ("pk", "code", "severity", "state", "lot_id", "lot__lot_id", "opened_at")
        found = [_Found(*row) for row in findings_on(lots).values_list(*columns)]

        def place(row: _Found) -> Any:
            return _ORDER.get(row.state, 2), row.severity != Severity.VIOLATION.value, row.lot != own, row.opened_at

        self._found = sorted(found, key=place)

    @property
    def counts(self) -> FindingCounts:
        opened = [row for row in self._found if row.is_open]
        violations = sum(row.severity == Severity.VIOLATION.value for row in opened)
        gaps = sum(row.code == FindingCode.CUSTODY_GAP.value for row in opened)
        return FindingCounts(len(self._found), violations, len(opened) - violations, gaps)

    def remarks(self) -> list[Remark]:
        """Words for the picture, one a lot."""
        drawn = [row for row in self._found if row.is_open and row.code in _DRAWN]
        found = {row.lot_id: Remark(row.lot_id, row.chip[0], (FINDING_TITLES[row.code].lower(),)) for row in drawn}
        return list(found.values())

    def cards(
        self,
        link: Callable[[str], Link],
        told: Collection[str],
        countries: Mapping[str, str],
        *,
        is_masked: bool,
        most: int | None,
    ) -> Iterator[FindingCard]:
        """The first ``most`` (None: all). ``told`` are the events on the page; words of masses are kept back where a
        lot of the path is masked."""
        shown = self._found[:most]
        rows = Finding.objects.filter(pk__in=among([row.key for row in shown])).select_related("event").order_by()
        by_key = {row.pk: row for row in rows}
        measures = _measures_of(by_key.values())
        for found in shown:
            row, chip = by_key[found.key], found.chip
            event_id = row.event.event_id
            words = finding_words(row.code, row.message, row.evidence, countries)
            yield FindingCard(
                anchor=f"finding-{row.pk}",
                chip=chip[0],
                chip_words=chip[1],
                is_open=found.is_open,
                severity=row.severity,
                title=FINDING_TITLES[row.code],
                code=row.code,
                lot=link(found.lot_id),
                event_id=event_id,
                event_href=f"#event-{event_id}" if event_id in told else "",
                message=MASKED_WORDS if is_masked and row.code not in PLAIN_CODES else words,
                evidence=tuple(measures[one] for one in _measure_ids(row) if one in measures),
                opened_at=row.opened_at,
                state_at=row.state_at,
                reason=row.reason,
                decided_by=row.decided_by,
                state=row.state,
                proof=ProofMark(row.recorded_entry_id),
            )


def _measures_of(rows: Collection[Finding]) -> dict[str, Link]:
    """The measures that findings name as their evidence, by id, as their instruments stand now."""
    wanted = {measure_id for row in rows for measure_id in _measure_ids(row)}
    found = {}
    for instrument in get_instruments() if wanted else ():
        for measure in instrument.measures:
            if measure.measure_id in wanted:
                name = f"{measure_label(measure.code)}: {instrument.title}"
                number = measure.measure_id.rpartition(".")[2]
                found[measure.measure_id] = Link(name, f"{instrument_path(instrument.instrument_id)}#measure-{number}")
    return found


def _measure_ids(row: Finding) -> list[str]:
    return [one for one in row.evidence.get("measures", "").split(", ") if one]
