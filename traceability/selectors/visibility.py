"""Who sees which lot."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

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
