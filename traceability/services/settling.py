"""Putting what was found beside what was known: new findings open, gone ones are resolved, old rows stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import models

from ledger.domain.actor import Actor
from ledger.services import Change, record
from traceability.batches import batches
from traceability.domain.borders import Judgement
from traceability.domain.rules import Found
from traceability.domain.vocabulary import FindingState
from traceability.models import BorderVerdict, Finding
from traceability.signals import findings_opened


@dataclass(frozen=True, slots=True)
class Derived:
    """How many findings a derivation opened (new or again) and resolved, and how many verdicts it changed."""

    opened: int = 0
    resolved: int = 0
    verdicts: int = 0


@dataclass(slots=True)
class _Changes:
    old: list[int] = field(default_factory=list)
    new: list[Finding] = field(default_factory=list)
    opened: list[Finding] = field(default_factory=list)
    resolved: list[Finding] = field(default_factory=list)


def settle(
    *,
    findings: Sequence[Finding],
    found: Iterable[tuple[Found, int, int]],
    verdicts: Sequence[BorderVerdict],
    judged: Iterable[tuple[Judgement, int, int]],
    by: Actor,
    reason: str,
    name: str,
    now: dt.datetime,
) -> Derived:
    """Compare the current rows of a scope with what was found in it (with the keys of event and lot), and write the
    difference under one entry of the log. Nothing changed: nothing is written."""
    changes = _compare(findings, found, now)
    gone, come = _compare_verdicts(verdicts, judged)
    if not (changes.new or gone or come):
        return Derived()
    change = Change("derive", "findings", name, None, {
        "opened": [_key(one) for one in changes.opened],
        "resolved": [_key(one) for one in changes.resolved],
        "verdicts": [_verdict_key(one) for one in come],
        "verdicts_gone": [_verdict_key(one) for one in gone],
    })  # fmt: skip
    entry = record(by=by, change=change, reason=reason)
    supersede(Finding, changes.old, entry.pk)
    supersede(BorderVerdict, [one.pk for one in gone], entry.pk)
    for row in [*changes.new, *come]:
        row.recorded_entry = entry
    Finding.objects.bulk_create(changes.new, batch_size=2_000)
    BorderVerdict.objects.bulk_create(come, batch_size=2_000)
    findings_opened.send(sender=Finding, findings=changes.opened, entry=entry.pk)
    return Derived(len(changes.opened), len(changes.resolved), len(come) + len(gone))


def supersede(model: type[models.Model], keys: Sequence[int], entry: int) -> None:
    for batch in batches(keys):
        model._default_manager.filter(pk__in=batch).update(superseded_entry=entry)


def _compare(findings: Sequence[Finding], found: Iterable[tuple[Found, int, int]], now: dt.datetime) -> _Changes:
    changes = _Changes()
    before = {(row.code, row.event_id, row.lot_id): row for row in findings}
    for one, event, lot in found:
        row = before.pop((one.code.value, event, lot), None)
        made = _row(one, event, lot, row, now)
        if made is None:
            continue
        if row is not None:
            changes.old.append(row.pk)
        changes.new.append(made)
        if row is None or (made.state == FindingState.OPEN and row.state != FindingState.OPEN):
            changes.opened.append(made)
    for row in before.values():
        if row.state != FindingState.RESOLVED:
            changes.old.append(row.pk)
            made = copied(row, FindingState.RESOLVED, now)
            changes.new.append(made)
            changes.resolved.append(made)
    return changes


def _row(one: Found, event: int, lot: int, row: Finding | None, now: dt.datetime) -> Finding | None:
    """The row that a finding needs now, or None where the one there is says it already."""
    if row is None:
        state, opened_at, state_at = FindingState.OPEN.value, now, now
    else:
        is_same = row.message == one.message and row.evidence == one.evidence
        reopens = row.state == FindingState.RESOLVED or (row.state == FindingState.DISMISSED and not is_same)
        if is_same and not reopens:
            return None
        state = FindingState.OPEN.value if reopens else row.state
        opened_at, state_at = row.opened_at, now if reopens else row.state_at
    kept = row if row is not None and state == row.state else None
    return Finding(
        code=one.code.value,
        severity=one.severity.value,
        state=state,
        event_id=event,
        lot_id=lot,
        message=one.message,
        evidence=one.evidence,
        opened_at=opened_at,
        state_at=state_at,
        decided_by=kept.decided_by if kept else "",
        reason=kept.reason if kept else "",
    )


def copied(row: Finding, state: FindingState, now: dt.datetime, *, by: str = "", reason: str = "") -> Finding:
    return Finding(
        code=row.code,
        severity=row.severity,
        state=state.value,
        event_id=row.event_id,
        lot_id=row.lot_id,
        message=row.message,
        evidence=row.evidence,
        opened_at=row.opened_at,
        state_at=now,
        decided_by=by,
        reason=reason,
    )


def _compare_verdicts(
    verdicts: Sequence[BorderVerdict], judged: Iterable[tuple[Judgement, int, int]]
) -> tuple[list[BorderVerdict], list[BorderVerdict]]:
    before = {_verdict_key(row): row for row in verdicts}
    come = []
    for one, event, lot in judged:
        measure = one.measure
        row = BorderVerdict(
            event_id=event,
            lot_id=lot,
            measure_id=measure.measure_id,
            instrument_id=measure.instrument_id,
            instrument_version=measure.version,
            verdict=one.verdict.value,
        )
        if before.pop(_verdict_key(row), None) is None:
            come.append(row)
    return list(before.values()), come


def _key(row: Finding) -> list[str | int]:
    return [row.code, row.event_id, row.lot_id]


def _verdict_key(row: BorderVerdict) -> tuple[int, int, str, int, str]:
    return (row.event_id, row.lot_id, row.measure_id, row.instrument_version, row.verdict)
