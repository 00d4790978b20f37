"""Facts and withdrawals proposed by an officer: they count nowhere until they are accepted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry import permissions
from registry.choices import FactStatus
from registry.domain.enforcement import is_derived
from registry.domain.facts import Fact
from registry.exceptions import BadInput, WrongState
from registry.live import fact_state
from registry.models import FactVersion, Source, User
from registry.services.comments import settle_comments
from registry.services.facts import FactRow, withdraw_fact
from registry.signals import Effect, asking_fact_effects, facts_changed


def get_fact_effects(fact_id: str, fact: Fact | None, *, on: dt.date) -> tuple[Effect, ...]:
    """What every app says accepting a fact would do (None: withdrawing it). Writes nothing."""
    answers: list[Any] = [
        answer for _receiver, answer in asking_fact_effects.send(sender=FactVersion, fact_id=fact_id, fact=fact, on=on)
    ]
    return tuple(answer for answer in answers if isinstance(answer, Effect))


@transaction.atomic
def propose_fact(*, row: FactRow, by: Actor, reason: str) -> FactVersion:
    """Put a fact up for acceptance; an open proposal on the same fact gives way. Raises BadInput."""
    if not reason.strip():
        raise BadInput("Say how you know: the reason stands in the log.")
    _check_own(row.fact_id)
    source = Source.objects.filter(key=row.source_key).first() if row.source_key else None
    if source is None:
        raise BadInput("Name a source: a fact without one counts nowhere.")
    proposal = FactVersion(
        fact_id=row.fact_id,
        version=_next_version(row.fact_id),
        status=FactStatus.PROPOSED.value,
        country=row.country,
        mineral=row.mineral,
        kind=row.kind,
        content=dict(row.content),
        source=source,
        recorded_by=by.public_id,
    )
    return _write("propose", proposal, _open(row.fact_id), by, reason)


@transaction.atomic
def withdraw(*, fact: FactVersion, by: User, reason: str) -> FactVersion:
    """Withdraw an accepted fact at once, or, where a gate would flip, put that up for a second officer.

    Answers the version written: withdrawn, or proposed. Raises NotAllowed, BadInput without a reason, WrongState where
    the fact does not stand as accepted any more.
    """
    permissions.check_can_decide_fact(by, fact)
    if not reason.strip():
        raise BadInput("Say why the fact is withdrawn: the reason stands in the log.")
    _check_own(fact.fact_id)
    _check_stands(fact)
    if flips_a_gate(fact.fact_id, None):
        proposal = _next(fact, FactStatus.PROPOSED, by.public_id, is_withdrawal=True)
        return _write("propose", proposal, _open(fact.fact_id), by.actor(Door.DESK), reason)
    return _withdrawn(fact, by.public_id, by.actor(Door.DESK), reason)


def _check_own(fact_id: str) -> None:
    """A fact that follows an enforcement record is changed and withdrawn by that record alone."""
    if is_derived(fact_id):
        raise BadInput("This fact follows an enforcement record: change the record, and the fact changes with it.")


@transaction.atomic
def accept_fact(*, proposal: FactVersion, by: User, reason: str = "") -> FactVersion:
    """Make a proposal what counts. Raises NotAllowed where it flips a gate and needs a second officer, WrongState."""
    _check_open(proposal)
    flips = flips_a_gate(proposal.fact_id, proposed_fact(proposal))
    permissions.check_can_accept(by, proposal, flips_a_gate=flips)
    settle_comments(proposal, by=by.actor(Door.DESK))
    if proposal.is_withdrawal:
        _check_withdraws_what_stands(proposal)
        why = reason.strip() or proposal.recorded_entry.reason
        return _withdrawn(proposal, proposal.recorded_by, by.actor(Door.DESK), why)
    accepted = _next(proposal, FactStatus.ACCEPTED, proposal.recorded_by)
    written = _write("accept", accepted, _current(proposal.fact_id), by.actor(Door.DESK), reason)
    facts_changed.send(sender=FactVersion, fact_ids=[written.fact_id])
    return written


def proposed_fact(proposal: FactVersion) -> Fact | None:
    """What would count in place of what stands; None where that is to be withdrawn."""
    return None if proposal.is_withdrawal else Fact.from_json(proposal.content)


def flips_a_gate(fact_id: str, fact: Fact | None) -> bool:
    """Whether accepting a fact (None: withdrawing it) would flip a gate today."""
    return any(effect.decides for effect in get_fact_effects(fact_id, fact, on=timezone.localdate()))


@transaction.atomic
def decline_fact(*, proposal: FactVersion, by: User, reason: str) -> None:
    """Take a proposal off the desk. Raises NotAllowed, WrongState, BadInput where no reason is given."""
    _check_open(proposal)
    permissions.check_can_accept(by, proposal, flips_a_gate=False)
    if not reason.strip():
        raise BadInput("Say why the proposal is declined: its officer reads it.")
    name = f"{proposal.fact_id}/v{proposal.version}"
    change = Change("decline", "fact_decision", name, None, {"declined": name})
    entry = record(by=by.actor(Door.DESK), change=change, reason=reason)
    FactVersion.objects.filter(pk=proposal.pk).update(superseded_entry=entry)
    settle_comments(proposal, by=by.actor(Door.DESK))


def _write(action: str, row: FactVersion, gone: QuerySet[FactVersion], by: Actor, reason: str) -> FactVersion:
    """Store a version in place of those that stood, entry first: the constraint allows one of a kind."""
    change = Change(action, "fact", f"{row.fact_id}/v{row.version}", None, fact_state(row))
    entry = record(by=by, change=change, reason=reason)
    gone.update(superseded_entry=entry)
    row.recorded_entry = entry
    row.save(force_insert=True)
    return row


def _withdrawn(fact: FactVersion, recorded_by: str, by: Actor, reason: str) -> FactVersion:
    """The version that says a fact was never so, in place of what stands and of any open proposal."""
    written = withdraw_fact(fact_id=fact.fact_id, by=by, reason=reason, recorded_by=recorded_by)
    _open(fact.fact_id).update(superseded_entry=written.recorded_entry_id)
    return written


def _next(fact: FactVersion, status: FactStatus, recorded_by: str, *, is_withdrawal: bool = False) -> FactVersion:
    """The next version of a fact with the same content, not stored yet."""
    return FactVersion(
        fact_id=fact.fact_id,
        version=_next_version(fact.fact_id),
        status=status.value,
        country=fact.country,
        mineral=fact.mineral,
        kind=fact.kind,
        content=fact.content,
        source_id=fact.source_id,
        recorded_by=recorded_by,
        is_withdrawal=is_withdrawal,
    )


def _current(fact_id: str) -> QuerySet[FactVersion]:
    return FactVersion.objects.current().filter(fact_id=fact_id)


def _open(fact_id: str) -> QuerySet[FactVersion]:
    return FactVersion.objects.current().filter(fact_id=fact_id, status=FactStatus.PROPOSED)


def _check_stands(fact: FactVersion) -> None:
    fresh = FactVersion.objects.current().filter(pk=fact.pk, status=FactStatus.ACCEPTED)
    if not fresh.exists():
        raise WrongState("This version does not stand any more: open the fact again to see what does.")


def _check_withdraws_what_stands(proposal: FactVersion) -> None:
    standing = FactVersion.objects.current().filter(fact_id=proposal.fact_id, status=FactStatus.ACCEPTED).first()
    if standing is None or standing.content != proposal.content:
        raise WrongState("What was to be withdrawn has changed since: decline this, and propose it anew if need be.")


def _check_open(proposal: FactVersion) -> None:
    fresh = FactVersion.objects.filter(pk=proposal.pk, superseded_entry=None, status=FactStatus.PROPOSED)
    if not fresh.exists():
        raise WrongState("This proposal is decided already.")


def _next_version(fact_id: str) -> int:
    newest: int | None = FactVersion.objects.filter(fact_id=fact_id).aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1
