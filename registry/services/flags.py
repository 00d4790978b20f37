"""What officers decide on flags."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry import permissions
from registry.choices import FlagState
from registry.exceptions import BadInput, WrongState
from registry.live import flag_state
from registry.models import Flag, User


@transaction.atomic
def dismiss(*, flag: Flag, by: User, reason: str) -> None:
    """Say that a flag is no policy change. Raises NotAllowed, WrongState or BadInput."""
    permissions.check_can_decide(by, flag)
    if not reason.strip():
        raise BadInput("Say why this is no policy change: the rules are measured by it.")
    _decide(flag, FlagState.DISMISSED, by.actor(Door.DESK), reason)


@transaction.atomic
def reopen(*, flag: Flag, by: User, reason: str) -> None:
    """Take a dismissal back. Raises NotAllowed or WrongState."""
    permissions.check_can_decide(by, flag)
    if flag.state != FlagState.DISMISSED:
        raise WrongState("Only a dismissed flag can be opened again.")
    before = flag_state(flag)
    flag.state, flag.decided_at, flag.decided_by, flag.decision_reason = FlagState.OPEN.value, None, "", ""
    flag.save()
    change = Change("reopen", "flag", flag.flag_id, before, flag_state(flag))
    record(by=by.actor(Door.DESK), change=change, reason=reason)


def confirm(*, flag: Flag, by: Actor, reason: str) -> None:
    """Note that a flag became an instrument; nothing happens where it did already."""
    if flag.state != FlagState.CONFIRMED:
        _decide(flag, FlagState.CONFIRMED, by, reason)


def _decide(flag: Flag, state: FlagState, by: Actor, reason: str) -> None:
    if flag.state not in {FlagState.OPEN, FlagState.JOINED}:
        raise WrongState(f"This flag is {flag.get_state_display().lower()} already.")
    before = flag_state(flag)
    flag.state, flag.decided_at = state.value, timezone.now()
    flag.decided_by, flag.decision_reason = by.public_id, reason
    flag.save()
    record(by=by, change=Change(state.value, "flag", flag.flag_id, before, flag_state(flag)), reason=reason)
