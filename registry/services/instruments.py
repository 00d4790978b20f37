"""The life of an instrument's record at the desk: drafted, submitted, sent back, approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils.text import slugify

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry import permissions
from registry.choices import DraftState
from registry.domain.family import Relation, RelationKind, closing_path
from registry.domain.instruments import Status
from registry.domain.instruments import StatusEvent as StatusStep
from registry.domain.lifecycle import illegal_steps
from registry.exceptions import BadInput
from registry.live import instrument_state
from registry.models import (
    Instrument,
    InstrumentDocument,
    InstrumentRelation,
    InstrumentVersion,
    Measure,
    StatusEvent,
    User,
)
from registry.selectors import get_relations
from registry.services.flags import confirm
from registry.services.reviewing import current_of, end_version, free_id, next_number, put_version, turn
from registry.services.signing import save_signed, sign
from registry.signals import instruments_changed
from registry.states import details_of, partial_date, state_of


@dataclass(slots=True)
class Draft:
    """A record as a form or a file gives it: the rows to save, and those to remove."""

    instrument: Instrument
    measures: Sequence[Measure] = ()
    events: Sequence[StatusEvent] = ()
    relations: Sequence[InstrumentRelation] = ()
    documents: Sequence[InstrumentDocument] = ()
    removed: Sequence[models.Model] = field(default=())
    #: Measures bring the numbers they are to have; else new ones get the next free.
    is_numbered: bool = False


@transaction.atomic
def save_draft(*, draft: Draft, by: Actor, reason: str) -> Instrument:
    """Store a record with its measures and status events; what was approved before stays in force until approved anew.

    Raises django's ValidationError where a value cannot stand, BadInput where the rows together cannot.
    """
    instrument = draft.instrument
    before = _stored(instrument)
    slug = slugify(instrument.title)
    instrument.instrument_id = instrument.instrument_id or free_id(
        Instrument, "instrument_id", instrument.country_id, slug
    )
    instrument.state = DraftState.DRAFT.value
    instrument.drafted_by, instrument.submitted_by = by.public_id, ""
    save_signed(instrument, by, reason)
    for row in draft.removed:
        sign(row, by, reason)
        row.delete()
    for number, measure in enumerate(draft.measures, start=1):
        measure.instrument = instrument
        if measure.pk is None and not draft.is_numbered:
            measure.number = _free_number(instrument, number)
        save_signed(measure, by, reason)
    parts: list[StatusEvent | InstrumentRelation | InstrumentDocument]
    parts = [*draft.events, *draft.relations, *draft.documents]
    for part in parts:
        part.instrument = instrument
        save_signed(part, by, reason)
    _check_whole(instrument)
    _record(instrument, "draft" if before is None else "change", before, by, reason)
    if instrument.flag is not None:
        confirm(flag=instrument.flag, by=by, reason=f"became {instrument.instrument_id}")
    return instrument


def _check_whole(instrument: Instrument) -> None:
    """What no single row shows: a step that the lifecycle does not know, relations that run in a circle."""
    rows = instrument.status_events.all()
    steps = [StatusStep(Status(row.status), partial_date(row.since, row.basis)) for row in rows]
    if wrong := illegal_steps(steps):
        raise BadInput(wrong[0].sentence)
    if wrong_circle := find_circle(list(instrument.relations.select_related("instrument", "other"))):
        raise BadInput(wrong_circle)


def find_circle(rows: Sequence[InstrumentRelation]) -> str:
    """The sentence against relations of one instrument that would close a circle with all on record; or none."""
    if not rows:
        return ""
    known = get_relations(besides=rows[0].instrument_id)
    for row in rows:
        added = Relation(row.instrument.instrument_id, RelationKind(row.kind), row.other.instrument_id)
        path = closing_path(known, added)
        if path is not None:
            return (
                f"{row.other.title} already acts on this one ({' → '.join(path)}): an act can only act on one that "
                "was there before it. Enter the relation at the later act."
            )
        known.append(added)
    return ""


@transaction.atomic
def submit(*, instrument: Instrument, by: User, reason: str = "") -> None:
    """Ask for a review. Raises NotAllowed or WrongState."""
    permissions.check_can_submit(by, instrument)
    if not instrument.status_events.exists():
        raise BadInput("Say since when and in which status the instrument stands: it has no status yet.")
    _move(instrument, DraftState.SUBMITTED, "submit", by.actor(Door.DESK), reason)


@transaction.atomic
def send_back(*, instrument: Instrument, by: User, reason: str) -> None:
    """Return a record to its officer with what is to be mended. Raises NotAllowed, WrongState or BadInput."""
    permissions.check_can_review(by, instrument)
    if not reason.strip():
        raise BadInput("Say what is to be mended.")
    _move(instrument, DraftState.SENT_BACK, "send_back", by.actor(Door.DESK), reason)


@transaction.atomic
def approve(*, instrument: Instrument, by: User, reason: str = "") -> InstrumentVersion:
    """Let a record count: scores, borders and subscribers follow from it. Raises NotAllowed or WrongState."""
    instrument = Instrument.objects.select_for_update().get(pk=instrument.pk)
    permissions.check_can_review(by, instrument)
    return publish(instrument=instrument, by=by.actor(Door.DESK), reason=reason)


@transaction.atomic
def publish(*, instrument: Instrument, by: Actor, reason: str = "") -> InstrumentVersion:
    """Make the record its next approved version and tell what lies downstream, all in one transaction."""
    measures, events = list(instrument.measures.order_by("number")), list(instrument.status_events.all())
    number = next_number(instrument)
    version = InstrumentVersion(
        instrument=instrument,
        number=number,
        content=state_of(instrument, measures, events, version=number).to_json(),
        details=details_of(instrument, measures, events),
        approved_by=by.public_id,
        drafted_by=instrument.drafted_by,
    )
    _move(instrument, DraftState.APPROVED, "approve", by, reason)
    put_version(instrument, version, "instrument", instrument.instrument_id, by, reason)
    instruments_changed.send(sender=Instrument, instrument_id=instrument.instrument_id, version=version)
    return version


@transaction.atomic
def withdraw(*, instrument: Instrument, by: Actor, reason: str) -> None:
    """Take an approved instrument off the register: it was never so. (An end in the world is a status event.)"""
    current = current_of(instrument, reason, instrument.instrument_id)
    _move(instrument, DraftState.DRAFT, "withdraw", by, reason)
    end_version(instrument, current, "instrument", instrument.instrument_id, by, reason)
    instruments_changed.send(sender=Instrument, instrument_id=instrument.instrument_id, version=current)


def _move(instrument: Instrument, state: DraftState, action: str, by: Actor, reason: str) -> None:
    before = instrument_state(instrument)
    turn(instrument, state, by, reason)
    _record(instrument, action, before, by, reason)


def _record(instrument: Instrument, action: str, before: object, by: Actor, reason: str) -> None:
    after = instrument_state(Instrument.objects.select_related("source", "flag").get(pk=instrument.pk))
    record(by=by, change=Change(action, "instrument", instrument.instrument_id, before, after), reason=reason)


def _stored(instrument: Instrument) -> object:
    if instrument.pk is None:
        return None
    return instrument_state(Instrument.objects.select_related("source", "flag").get(pk=instrument.pk))


def _free_number(instrument: Instrument, wanted: int) -> int:
    taken = instrument.measures.aggregate(highest=models.Max("number"))["highest"] or 0
    return max(wanted, taken + 1) if taken >= wanted else wanted
