"""Enforcement records: drafted, submitted, sent back, approved, withdrawn, and the fact that follows each."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry import permissions
from registry.choices import DraftState, FactStatus
from registry.domain.enforcement import EnforcementState, fact_id_of
from registry.domain.facts import Fact
from registry.exceptions import BadInput
from registry.live import enforcement_state
from registry.models import EnforcementRecord, EnforcementVersion, Facility, FactVersion, Instrument, Source, User
from registry.services.facts import FactRow, put_facts, withdraw_fact
from registry.services.proposals import get_fact_effects
from registry.services.reviewing import current_of, end_version, free_id, next_number, put_version, turn
from registry.services.signing import save_signed
from registry.signals import Effect
from registry.states import enforcement_details, enforcement_of

TOGETHER = "State an amount and its currency together."


@transaction.atomic
def save_record(*, row: EnforcementRecord, by: Actor, reason: str) -> EnforcementRecord:
    """Store a record as a draft; what was approved before counts until approved anew.

    Raises django's ValidationError where a value cannot stand.
    """
    before = enforcement_state(EnforcementRecord.objects.get(pk=row.pk)) if row.pk else None
    row.record_id = row.record_id or free_id(
        EnforcementRecord, "record_id", row.country_id, slugify(row.title) or row.kind
    )
    row.state, row.drafted_by, row.submitted_by = DraftState.DRAFT.value, by.public_id, ""
    check_whole(row)
    save_signed(row, by, reason)
    _record(row, "draft" if before is None else "change", before, by, reason)
    return row


def check_whole(row: EnforcementRecord) -> None:
    """What no single field shows. Raises django's ValidationError with the field at fault."""
    wrong: dict[str, str] = {}
    if (row.amount is None) != (not row.currency):
        wrong["currency" if row.amount is not None else "amount"] = TOGETHER
    if row.reading and not row.since:
        wrong["since"] = "Say when: what a score reads of it needs a date."
    if row.reading and row.source is None:
        wrong["source"] = "Name a source: without one, nothing that a score reads can rest on it."
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def submit(*, row: EnforcementRecord, by: User, reason: str = "") -> None:
    """Ask for a review. Raises NotAllowed, WrongState or BadInput."""
    permissions.check_can_submit(by, row)
    if row.source is None:
        raise BadInput("Name the source first: a record without one cannot be checked by a second officer.")
    _move(row, DraftState.SUBMITTED, "submit", by.actor(Door.DESK), reason)


@transaction.atomic
def send_back(*, row: EnforcementRecord, by: User, reason: str) -> None:
    """Return a record to its officer with what is to be mended. Raises NotAllowed, WrongState or BadInput."""
    permissions.check_can_review(by, row)
    if not reason.strip():
        raise BadInput("Say what is to be mended.")
    _move(row, DraftState.SENT_BACK, "send_back", by.actor(Door.DESK), reason)


@transaction.atomic
def approve(*, row: EnforcementRecord, by: User, reason: str = "") -> EnforcementVersion:
    """Let a record count. Raises NotAllowed or WrongState."""
    row = EnforcementRecord.objects.select_for_update().get(pk=row.pk)
    permissions.check_can_review(by, row)
    return publish(row=row, by=by.actor(Door.DESK), reason=reason)


@transaction.atomic
def publish(*, row: EnforcementRecord, by: Actor, reason: str = "") -> EnforcementVersion:
    """Make the record its next approved version, and let the fact that gate G1 reads follow it."""
    number = next_number(row)
    state = enforcement_of(row, version=number)
    version = EnforcementVersion(
        record=row,
        number=number,
        content=state.to_json(),
        details=enforcement_details(row),
        approved_by=by.public_id,
        drafted_by=row.drafted_by,
    )
    _move(row, DraftState.APPROVED, "approve", by, reason)
    put_version(row, version, "enforcement", row.record_id, by, reason)
    _follow(row, fact_of(row), by, reason or f"follows the enforcement record {row.record_id}")
    return version


@transaction.atomic
def withdraw(*, row: EnforcementRecord, by: Actor, reason: str) -> None:
    """Take an approved record off the register: it was never so. Its fact goes with it. Raises BadInput."""
    current = current_of(row, reason, "The record")
    _move(row, DraftState.DRAFT, "withdraw", by, reason)
    end_version(row, current, "enforcement", row.record_id, by, reason)
    _follow(row, None, by, reason)


@transaction.atomic
def restore(*, version: EnforcementVersion, by: User, reason: str) -> EnforcementRecord:
    """Make an earlier version the record's draft again. Raises NotAllowed or BadInput."""
    row = version.record
    permissions.check_can_edit(by, row)
    if not reason.strip():
        raise BadInput(f"Say why version {version.number} is to stand again.")
    if version.superseded_entry_id is None:
        raise BadInput(f"Version {version.number} counts already: there is nothing to restore.")
    _fill(row, EnforcementState.from_json(version.content), version.details)
    return save_record(row=row, by=by.actor(Door.DESK), reason=f"version {version.number}: {reason}")


def _fill(row: EnforcementRecord, state: EnforcementState, details: dict[str, object]) -> None:
    row.kind, row.title, row.country_id = state.kind.value, state.title, state.country
    row.since, row.until = str(state.since or ""), str(state.until or "")
    row.basis = state.since.basis.value if state.since else row.basis
    row.standing, row.reading = state.standing or "", state.reading or ""
    row.instrument = Instrument.objects.filter(instrument_id=state.instrument or "").first()
    row.facility = Facility.objects.filter(facility_id=state.facility or "").first()
    row.area, row.party, row.currency = state.area, state.party, state.currency
    row.minerals, row.touches = list(state.minerals), list(state.touches)
    row.amount, row.quantity_t = state.amount, state.quantity_t
    source = details.get("source")
    row.source = Source.objects.filter(key=source["key"]).first() if isinstance(source, dict) else None
    row.section, row.quote, row.note = (str(details.get(name) or "") for name in ("section", "quote", "note"))


def fact_of(row: EnforcementRecord) -> Fact | None:
    """The fact that gate G1 would read of a record as it stands; None where it says nothing of the whole."""
    return enforcement_of(row, version=1).fact(
        source_key=row.source.key if row.source else None, section=row.section, quote=row.quote
    )


def get_effects(row: EnforcementRecord, *, on: dt.date) -> tuple[Effect, ...]:
    """What approving the record would do, as every app says. Nothing where no score reads it. Writes nothing."""
    fact = fact_of(row)
    name = fact_id_of(row.record_id or "draft")
    if fact is None and not FactVersion.objects.current().filter(fact_id=name, status=FactStatus.ACCEPTED).exists():
        return ()
    return get_fact_effects(name, fact, on=on)


def _follow(row: EnforcementRecord, fact: Fact | None, by: Actor, reason: str) -> None:
    if fact is not None:
        rows = [FactRow(fact.fact_id, fact.kind, fact.to_json(), row.country_id, "", fact.source_key)]
        put_facts(rows=rows, by=by, reason=reason)
        return
    name = fact_id_of(row.record_id)
    if FactVersion.objects.current().filter(fact_id=name, status=FactStatus.ACCEPTED).exists():
        withdraw_fact(fact_id=name, by=by, reason=reason)


def _move(row: EnforcementRecord, state: DraftState, action: str, by: Actor, reason: str) -> None:
    before = enforcement_state(row)
    turn(row, state, by, reason)
    _record(row, action, before, by, reason)


def _record(row: EnforcementRecord, action: str, before: object, by: Actor, reason: str) -> None:
    change = Change(action, "enforcement", row.record_id, before, enforcement_state(row))
    record(by=by, change=change, reason=reason)
