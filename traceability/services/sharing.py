"""Deciding who sees lots and their masses, and who reads for a party."""

from __future__ import annotations

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.services import Change, record
from registry.models import Party, User
from traceability.domain.sharing import Level
from traceability.models import Lot, PartyPerson, Sharing
from traceability.services.publishing import set_public


@transaction.atomic
def share_lot(*, lot: Lot, level: Level, masks_masses: bool, by: Actor, reason: str) -> Sharing:
    """Decide for one lot; its public mark follows, so that every reader and export agrees."""
    found = _decide(Sharing(lot=lot, level=level.value, masks_masses=masks_masses), f"lot {lot.lot_id}", by, reason)
    set_public(lot_ids=[lot.lot_id], is_public=level is Level.PUBLIC, by=by, reason=reason)
    return found


@transaction.atomic
def share_party(*, party: Party, level: Level, masks_masses: bool, by: Actor, reason: str) -> Sharing:
    """Decide for every lot a party holds, now or later, that has no word of its own."""
    fresh = Sharing(party=party, level=level.value, masks_masses=masks_masses)
    return _decide(fresh, f"party {party.party_id}", by, reason)


@transaction.atomic
def add_reader(*, user: User, party: Party, by: Actor) -> PartyPerson:
    """Let someone read for a party. The log names both by their public ids."""
    known = PartyPerson.objects.filter(user=user, party=party).first()
    if known is not None:
        return known
    after: JSON = {"person": user.public_id, "party_id": party.party_id}
    entry = record(by=by, change=Change("add", "party_reader", f"{party.party_id} {user.public_id}"[:200], None, after))
    return PartyPerson.objects.create(user=user, party=party, recorded_entry=entry)


@transaction.atomic
def remove_reader(*, user: User, party: Party, by: Actor, reason: str) -> None:
    """Let someone read for a party no more; twice is once. That they did stays in the log."""
    known = PartyPerson.objects.select_for_update().filter(user=user, party=party).first()
    if known is None:
        return
    before: JSON = {"person": user.public_id, "party_id": party.party_id}
    change = Change("remove", "party_reader", f"{party.party_id} {user.public_id}"[:200], before, None)
    record(by=by, change=change, reason=reason)
    known.delete()


def _decide(fresh: Sharing, subject: str, by: Actor, reason: str) -> Sharing:
    last: Sharing | None = (
        Sharing.objects.current().select_for_update().filter(lot=fresh.lot, party=fresh.party).first()
    )
    if last is not None and _state(last) == _state(fresh):
        return last
    before = _state(last) if last else None
    fresh.recorded_entry = record(
        by=by, change=Change("share", "sharing", subject[:200], before, _state(fresh)), reason=reason
    )
    if last is not None:
        Sharing.objects.filter(pk=last.pk).update(superseded_entry=fresh.recorded_entry)
    fresh.save(force_insert=True)
    return fresh


def _state(sharing: Sharing) -> JSON:
    return {"level": sharing.level, "masks_masses": sharing.masks_masses}
