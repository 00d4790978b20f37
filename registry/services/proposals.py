"""Facts proposed by an officer: they count nowhere until they are accepted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ledger.domain.actor import Actor, Door
from ledger.services import Change, record
from registry import permissions
from registry.choices import FactStatus
from registry.domain.facts import Fact
from registry.exceptions import BadInput, WrongState
from registry.live import fact_state
from registry.models import FactVersion, Source, User
from registry.services.facts import FactRow
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
def accept_fact(*, proposal: FactVersion, by: User, reason: str = "") -> FactVersion:
    """Make a proposal what counts. Raises NotAllowed where it flips a gate and needs a second officer, WrongState."""
    _check_open(proposal)
    fact = Fact.from_json(proposal.content)
    effects = get_fact_effects(proposal.fact_id, fact, on=timezone.localdate())
    permissions.check_can_accept(by, proposal, flips_a_gate=any(effect.decides for effect in effects))
    accepted = FactVersion(
        fact_id=proposal.fact_id,
        version=_next_version(proposal.fact_id),
        status=FactStatus.ACCEPTED.value,
        country=proposal.country,
        mineral=proposal.mineral,
        kind=proposal.kind,
        content=proposal.content,
        source_id=proposal.source_id,
        recorded_by=proposal.recorded_by,
    )
    standing = FactVersion.objects.current().filter(fact_id=proposal.fact_id)
    written = _write("accept", accepted, standing, by.actor(Door.DESK), reason)
    facts_changed.send(sender=FactVersion, fact_ids=[written.fact_id])
    return written


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


def _write(action: str, row: FactVersion, gone: object, by: Actor, reason: str) -> FactVersion:
    """Store a version in place of those that stood, entry first: the constraint allows one of a kind."""
    change = Change(action, "fact", f"{row.fact_id}/v{row.version}", None, fact_state(row))
    entry = record(by=by, change=change, reason=reason)
    gone.update(superseded_entry=entry)  # type: ignore[attr-defined]
    row.recorded_entry = entry
    row.save(force_insert=True)
    return row


def _open(fact_id: str) -> object:
    return FactVersion.objects.current().filter(fact_id=fact_id, status=FactStatus.PROPOSED)


def _check_open(proposal: FactVersion) -> None:
    fresh = FactVersion.objects.filter(pk=proposal.pk, superseded_entry=None, status=FactStatus.PROPOSED)
    if not fresh.exists():
        raise WrongState("This proposal is decided already.")


def _next_version(fact_id: str) -> int:
    newest: int | None = FactVersion.objects.filter(fact_id=fact_id).aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1
