"""What a person decides about a finding: seen, or dismissed with a reason; and opened again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.services import Change, record
from traceability.domain.vocabulary import FindingState
from traceability.exceptions import WrongState
from traceability.models import Finding
from traceability.services.settling import copied, supersede

#: From which states a person may move a finding to which.
MOVES = {
    FindingState.ACKNOWLEDGED: {FindingState.OPEN},
    FindingState.DISMISSED: {FindingState.OPEN, FindingState.ACKNOWLEDGED},
    FindingState.OPEN: {FindingState.ACKNOWLEDGED, FindingState.DISMISSED},
}


@transaction.atomic
def decide(*, finding: Finding, state: FindingState, by: Actor, reason: str) -> Finding:
    """Move a current finding to another state. Raises WrongState, also for a dismissal without a reason."""
    row = Finding.objects.current().select_for_update().get(pk=finding.pk)
    if FindingState(row.state) not in MOVES.get(state, set()):
        raise WrongState(f"This finding is {row.state}; it cannot become {state.value}.")
    if state is FindingState.DISMISSED and not reason.strip():
        raise WrongState("Say why the finding is dismissed.")
    key = f"{row.code} {row.event.event_id} {row.lot.lot_id}"[:200]
    change = Change(state.value, "finding", key, {"state": row.state}, {"state": state.value})
    entry = record(by=by, change=change, reason=reason)
    moved = copied(row, state, timezone.now(), by=by.public_id, reason=reason)
    moved.recorded_entry = entry
    supersede(Finding, [row.pk], entry.pk)
    moved.save(force_insert=True)
    return moved
