"""What each record goes through that two officers pass from hand to hand: an act's, and one of enforcement."""

from __future__ import annotations

from django.db.models import Max

from ledger.domain.actor import Actor
from ledger.services import Change, record
from registry.choices import DraftState
from registry.exceptions import BadInput
from registry.live import version_state
from registry.models import EnforcementRecord, EnforcementVersion, Instrument, InstrumentVersion
from registry.services.comments import settle_comments
from registry.services.signing import save_signed

Reviewed = Instrument | EnforcementRecord
Version = InstrumentVersion | EnforcementVersion


def turn(row: Reviewed, state: DraftState, by: Actor, reason: str) -> None:
    """Save a record in its next state; a reason to send it back is shown to its officer."""
    row.state = state.value
    if state is DraftState.SUBMITTED:
        row.submitted_by = by.public_id
    row.review_note = reason if state is DraftState.SENT_BACK else ""
    save_signed(row, by, reason)


def next_number(row: Reviewed) -> int:
    """The number of a record's next version. After a withdrawal none is current, but its number is taken."""
    return int(row.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1


def put_version(row: Reviewed, version: Version, kind: str, public_id: str, by: Actor, reason: str) -> None:
    """Store an approved version in the place of the one before, with its entry; comments on the draft are settled."""
    change = Change("publish", f"{kind}_version", f"{public_id}/v{version.number}", None, version_state(version))
    version.recorded_entry = record(by=by, change=change, reason=reason)
    row.versions.current().update(superseded_entry=version.recorded_entry)
    version.save(force_insert=True)
    settle_comments(row, by=by)


def end_version(row: Reviewed, current: Version, kind: str, public_id: str, by: Actor, reason: str) -> None:
    """Let a version count no more, with nothing in its place."""
    entry = record(by=by, change=Change("withdraw", f"{kind}_withdrawal", public_id, None, None), reason=reason)
    row.versions.filter(pk=current.pk).update(superseded_entry=entry)


def current_of(row: Reviewed, reason: str, name: str) -> Version:
    """The version that is to be withdrawn. Raises BadInput where there is none, or no reason is given."""
    current: Version | None = row.versions.current().first()
    if current is None:
        raise BadInput(f"{name} has no approved version to withdraw.")
    if not reason.strip():
        raise BadInput("Say why the record is withdrawn.")
    return current


def free_id(model: type[Reviewed], field: str, country: str, slug: str) -> str:
    """An id that no record has yet, of a country's code and a slug of what the record is called."""
    stem = f"{country.lower()}-{slug}"[:100].strip("-")
    taken = set(model.objects.filter(**{f"{field}__startswith": stem}).values_list(field, flat=True))
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if name not in taken)
