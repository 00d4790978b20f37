"""Who may see a lot."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.services import Change, record_many
from traceability.batches import batches
from traceability.live import lot_state
from traceability.loading import load_lots_named
from traceability.models import Lot


@transaction.atomic
def set_public(*, lot_ids: Collection[str], is_public: bool, by: Actor, reason: str) -> int:
    """Let everyone see some lots, or only signed-in officers and auditors. Returns how many changed."""
    names: list[str] = []
    for batch in batches(lot_ids):
        names += Lot.objects.filter(lot_id__in=batch, is_public=not is_public).values_list("lot_id", flat=True)
    action = "publish" if is_public else "close"
    changes = [
        Change(action, "lot", lot.lot_id, lot_state(lot, is_public=not is_public), lot_state(lot, is_public=is_public))
        for lot in load_lots_named(names)
    ]
    record_many(by=by, changes=changes, reason=reason)
    for batch in batches(names):
        Lot.objects.filter(lot_id__in=batch).update(is_public=is_public)
    return len(names)
