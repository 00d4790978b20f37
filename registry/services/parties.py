"""Adding parties and facilities, each with its entry in the log."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.services import Change, record_many
from registry.models import Facility, Party
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
