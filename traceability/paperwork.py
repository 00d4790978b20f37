"""Papers of a lot's path: which there are, which are missing, what a new one can be about."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from registry.models import Facility, Party
from traceability.batches import batches
from traceability.chains import LotChain, load_lot_chain
from traceability.domain.documents import About
from traceability.models import Lot
from traceability.pages.documents import DocumentRow, document_rows
from traceability.pages.words import EVENT_TITLES
from traceability.selectors.documents import certified_assays, get_documents, missing_certificates
from traceability.selectors.visibility import can_view_all

#: Events that the form offers; a document about an older one is added on the page of an earlier lot.
_MOST_OFFERED = 200


def documents_of(chain: LotChain, user: Any) -> tuple[DocumentRow, ...]:
    """The documents about a lot and all it went through, for those who see every lot."""
    if not can_view_all(user):
        return ()
    events = chain.events.values()
    found = get_documents(
        {
            About.LOT: chain.lots,
            About.EVENT: chain.events,
            About.FACILITY: {event.facility_id for event in events},
            About.PARTY: {event.party_id for event in events},
        }
    )
    return document_rows(found, certified_assays(found), timezone.localdate())


def missing_of(keys: Collection[int], user: Any) -> list[tuple[str, str]]:
    """Certificates that assays name and nobody handed in."""
    return missing_certificates(keys) if can_view_all(user) else []


def subjects_of(lot: Lot) -> list[tuple[str, str]]:
    """What a document added on a lot's page can be about: (kind:id, words)."""
    chain = load_lot_chain(lot, None)
    newest = sorted(chain.events.values(), key=lambda event: event.order, reverse=True)[:_MOST_OFFERED]
    found = [(f"lot:{lot.lot_id}", f"The lot {lot.lot_id}")]
    found += [
        (f"event:{event.event_id}", f"{EVENT_TITLES[event.kind]} on {event.day:%Y-%m-%d}, event {event.event_id}")
        for event in newest
    ]
    for name, column, model, ids in (
        ("facility", "facility_id", Facility, {event.facility_id for event in newest}),
        ("party", "party_id", Party, {event.party_id for event in newest}),
    ):
        for batch in batches(ids):
            rows = model._default_manager.filter(**{f"{column}__in": batch}).order_by("name")
            found += [(f"{name}:{public}", f"{title} ({name})") for public, title in rows.values_list(column, "name")]
    return found
