"""Adding and changing parties and facilities, each with its entry in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ledger.domain.actor import Actor
from ledger.services import Change, record, record_many
from registry.models import Facility, Party
from registry.signals import facilities_changed
from registry.states import facility_state, party_state

_BATCH = 2_000


@transaction.atomic
def add_parties(*, parties: Sequence[Party], by: Actor, reason: str = "") -> None:
    """Store new parties. The caller has made sure that none of the ids is taken."""
    changes = [Change("add", "party", party.party_id, None, party_state(party)) for party in parties]
    for party, entry in zip(parties, record_many(by=by, changes=changes, reason=reason), strict=True):
        party.recorded_entry_id = entry
    Party.objects.bulk_create(parties, batch_size=_BATCH)


@transaction.atomic
def add_facilities(*, facilities: Sequence[Facility], by: Actor, reason: str = "") -> None:
    """Store new facilities, their operators being stored. The caller has made sure that none of the ids is taken."""
    changes = [
        Change("add", "facility", facility.facility_id, None, facility_state(facility)) for facility in facilities
    ]
    for facility, entry in zip(facilities, record_many(by=by, changes=changes, reason=reason), strict=True):
        facility.recorded_entry_id = entry
    Facility.objects.bulk_create(facilities, batch_size=_BATCH)


@transaction.atomic
def change_party(*, party: Party, by: Actor, reason: str) -> None:
    """Store a party as it is known now; the same again writes nothing. Raises django's ValidationError where a value
    cannot stand, or no reason is given."""
    before = party_state(Party.objects.select_for_update().get(pk=party.pk))
    if before == party_state(party):
        return
    _check(party, reason)
    change = Change("change", "party", party.party_id, before, party_state(party))
    party.recorded_entry = record(by=by, change=change, reason=reason)
    party.save()


@transaction.atomic
def change_facility(*, facility: Facility, by: Actor, reason: str) -> None:
    """Store a facility as it is known now, and tell what differs: findings rest on licence, capacity, kind and country.

    The same again writes nothing. Raises django's ValidationError where a value cannot stand, or no reason is given.
    """
    stored = Facility.objects.select_for_update(of=("self",)).select_related("operator", "source").get(pk=facility.pk)
    before, after = facility_state(stored), facility_state(facility)
    if before == after:
        return
    _check_facility(facility)
    _check(facility, reason)
    change = Change("change", "facility", facility.facility_id, before, after)
    facility.recorded_entry = record(by=by, change=change, reason=reason)
    facility.save()
    facilities_changed.send(sender=Facility, changes={facility.facility_id: differing(before, after)})


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """The names under which two states say something else."""
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _check(row: Party | Facility, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "Say how you know: the change stays in the log."})
    row.full_clean(exclude=["recorded_entry"])


def _check_facility(facility: Facility) -> None:
    first, last = facility.licence_from, facility.licence_until
    if first and last and last < first:
        raise ValidationError({"licence_until": f"The last day lies before the first, {first}."})
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = getattr(facility, name)
        if value is not None and abs(value) > most:
            raise ValidationError({name: f"Write degrees between -{most} and {most}."})
    if facility.capacity_t_per_year is not None and facility.capacity_t_per_year < 0:
        raise ValidationError({"capacity_t_per_year": "A capacity is 0 or more tonnes a year; empty: not stated."})
