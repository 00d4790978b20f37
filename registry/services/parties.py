"""Adding parties and facilities, each with its entry in the log."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.services import Change, record_many
from registry.models import Facility, Party

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


def party_state(party: Party) -> JSON:
    """What the log holds of a party."""
    return {"name": party.name, "country": party.country, "roles": sorted(party.roles)}


def facility_state(facility: Facility) -> JSON:
    """What the log holds of a facility that was reported with lots."""
    return {
        "name": facility.name,
        "kind": facility.kind,
        "country": facility.country,
        "operator": facility.operator.party_id if facility.operator else None,
        "latitude": facility.latitude,
        "longitude": facility.longitude,
        "licence_number": facility.licence_number,
        "licence_from": facility.licence_from,
        "licence_until": facility.licence_until,
        "capacity_t_per_year": facility.capacity_t_per_year,
    }
