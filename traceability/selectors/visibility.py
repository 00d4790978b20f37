"""Who sees which lot."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from ledger.models import Entry
from traceability.exceptions import UnknownLot
from traceability.models import Lot


class _Everything:
    """A reader from whom nothing is kept back: a dossier is made by whoever may see all of its lot."""

    is_authenticated = True

    def has_perm(self, name: str) -> bool:
        return True


EVERYTHING = _Everything()


def can_view_all(user: Any) -> bool:
    """Signed-in officers and auditors see every lot; everyone else the public ones."""
    return bool(getattr(user, "is_authenticated", False) and user.has_perm("traceability.view_lot"))


def can_import(user: Any) -> bool:
    return bool(getattr(user, "is_authenticated", False) and user.has_perm("traceability.import_lots"))


def get_lots(user: Any) -> QuerySet[Lot]:
    lots = Lot.objects.all()
    return lots if can_view_all(user) else lots.filter(is_public=True)


def get_lot(lot_id: str, user: Any) -> Lot:
    """A lot that the reader may see. Raises UnknownLot for a closed one and for one that is not there alike."""
    lot = get_lots(user).select_related("mineral").filter(lot_id=lot_id).first()
    if lot is None:
        raise UnknownLot(lot_id)
    return lot


def _of_public_lots(lots_of: Callable[[Entry], set[str]]) -> Callable[[Sequence[Entry]], set[int]]:
    """Which entries speak of public lots alone."""

    def readable(entries: Sequence[Entry]) -> set[int]:
        named = {entry.pk: lots_of(entry) for entry in entries}
        wanted = {lot for lots in named.values() for lot in lots}
        public = set(Lot.objects.filter(lot_id__in=wanted, is_public=True).values_list("lot_id", flat=True))
        return {number for number, lots in named.items() if lots and lots <= public}

    return readable


def _lots_of_event(entry: Entry) -> set[str]:
    return {line["lot_id"] for line in json.loads(entry.after)["lines"]}


#: What a public lot's entries in the log say, everyone may read.
READABLE: Mapping[str, Callable[[Sequence[Entry]], set[int]]] = {
    "lot": _of_public_lots(lambda entry: {entry.object_id}),
    "dossier": _of_public_lots(lambda entry: {entry.object_id}),
    "assay": _of_public_lots(lambda entry: {json.loads(entry.after)["lot_id"]}),
    "event": _of_public_lots(_lots_of_event),
}
