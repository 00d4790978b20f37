"""What officers decide on flags."""

from __future__ import annotations

import datetime as dt

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
    """Take a dismissal, a merging or a putting off back. Raises NotAllowed or WrongState."""
    permissions.check_can_decide(by, flag)
    if flag.state not in {FlagState.DISMISSED, FlagState.JOINED} and not flag.snoozed_until:
        raise WrongState("Only a flag that is dismissed, joined or put off can be opened again.")
    before = flag_state(flag)
    flag.joined_to, flag.snoozed_until = None, None
    flag.state, flag.decided_at, flag.decided_by, flag.decision_reason = FlagState.OPEN.value, None, "", ""
    flag.save()
    change = Change("reopen", "flag", flag.flag_id, before, flag_state(flag))
    record(by=by.actor(Door.DESK), change=change, reason=reason)


@transaction.atomic
def merge(*, flag: Flag, into: Flag, by: User) -> None:
    """Say that a flag tells the step of another: it joins that one. Raises NotAllowed, WrongState or BadInput."""
    permissions.check_can_decide(by, flag)
    permissions.check_can_decide(by, into)
    target = into.joined_to or into
    if target.pk == flag.pk:
        raise BadInput("A flag cannot join itself or one that has joined it.")
    if target.state == FlagState.DISMISSED:
        raise WrongState("The other flag is dismissed; open it again first.")
    flag.joined_to = target
    for follower in flag.joined.all():
        _rejoin(follower, target, by.actor(Door.DESK))
    _decide(flag, FlagState.JOINED, by.actor(Door.DESK), f"the same step as {target.flag_id}")


def _rejoin(flag: Flag, target: Flag, by: Actor) -> None:
    """What had joined a flag that now joins another goes with it."""
    before = flag_state(flag)
    flag.joined_to = target
    flag.save()
    record(by=by, change=Change("join", "flag", flag.flag_id, before, flag_state(flag)))


@transaction.atomic
def snooze(*, flag: Flag, days: int, by: User) -> None:
    """Put a flag out of the inbox for some days, 1 to 90. Raises NotAllowed, WrongState or BadInput."""
    permissions.check_can_decide(by, flag)
    if not 1 <= days <= 90:
        raise BadInput("A flag can be put off for 1 to 90 days.")
    if flag.state != FlagState.OPEN:
        raise WrongState(f"This flag is {flag.get_state_display().lower()} already.")
    before = flag_state(flag)
    flag.snoozed_until = timezone.now() + dt.timedelta(days=days)
    flag.save()
    change = Change("snooze", "flag", flag.flag_id, before, flag_state(flag))
    record(by=by.actor(Door.DESK), change=change, reason=f"put off for {days} days")


def confirm(*, flag: Flag, by: Actor, reason: str) -> None:
    """Note that a flag became an instrument; nothing happens where it did already."""
    if flag.state != FlagState.CONFIRMED:
        _decide(flag, FlagState.CONFIRMED, by, reason)


def _decide(flag: Flag, state: FlagState, by: Actor, reason: str) -> None:
    if flag.state not in {FlagState.OPEN, FlagState.JOINED}:
        raise WrongState(f"This flag is {flag.get_state_display().lower()} already.")
    before = flag_state(Flag.objects.get(pk=flag.pk))
    flag.state, flag.decided_at, flag.snoozed_until = state.value, timezone.now(), None
    flag.decided_by, flag.decision_reason = by.public_id, reason
    flag.save()
    record(by=by, change=Change(state.value, "flag", flag.flag_id, before, flag_state(flag)), reason=reason)
