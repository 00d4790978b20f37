"""Who sees which lot, and its masses."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.models import Entry
from traceability import loading
from traceability.batches import batches
from traceability.domain.sharing import Level
from traceability.exceptions import UnknownLot
from traceability.models import EventLine, Lot, PartyPerson, Sharing
from traceability.rows import among

#: Lots shared along a reader's chains that one question takes up: a statement holds no more variables.
_MOST_SHARED = 20_000


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
    """The lots a reader may see: all for officers and auditors; for others what is public by its own word or its
    holder's, for people of a party also what it holds and what is shared along its chains."""
    lots = Lot.objects.all()
    if can_view_all(user):
        return lots
    seen: Q = Q(is_public=True) | Q(_of_holders(Level.PUBLIC), ~_has_own_word())
    if parties := get_parties(user):
        seen |= Q(state__holder__in=parties) | Q(pk__in=_shared_along(parties))
    return lots.filter(seen)


def get_lot(lot_id: str, user: Any) -> Lot:
    """A lot that the reader may see. Raises UnknownLot for a closed one and for one that is not there alike."""
    lot = get_lots(user).select_related("mineral").filter(lot_id=lot_id).first()
    if lot is None:
        raise UnknownLot(lot_id)
    return lot


def get_parties(user: Any) -> list[int]:
    """The parties that someone reads for."""
    if not getattr(user, "is_authenticated", False):
        return []
    return list(PartyPerson.objects.filter(user=user).values_list("party_id", flat=True))


def masked_lots(lots: Collection[int], user: Any) -> set[str]:
    """Of some lots, by key, the ids of those whose masses this reader is not shown."""
    if can_view_all(user) or not Sharing.objects.current().filter(masks_masses=True).exists():
        return set()
    hidden = Q(sharings__superseded_entry=None, sharings__masks_masses=True)
    by_holder = Sharing.objects.current().filter(masks_masses=True).exclude(party=None)
    masked = hidden | Q(~_has_own_word(), state__holder__in=by_holder.values("party"))
    rows = Lot.objects.filter(masked, pk__in=among(lots)).exclude(state__holder__in=get_parties(user))
    return set(rows.order_by().values_list("lot_id", flat=True))


def is_masked_near(lot: Lot, user: Any) -> bool:
    """Whether masses of a lot, or of one that shared an event with it, are kept from this reader."""
    if can_view_all(user):
        return False
    beside = EventLine.objects.filter(event__lines__lot=lot).order_by().values_list("lot_id", flat=True)
    return bool(masked_lots(set(beside) | {lot.pk}, user))


def masked_trace(traced: dict[str, Any], user: Any) -> dict[str, Any]:
    """A trace as this reader gets it: ``kg`` is null for lots whose masses are masked."""
    if can_view_all(user):
        return traced
    names = [one["lot"] for one in traced["lots"]]
    keys = [
        key for batch in batches(names) for key in Lot.objects.filter(lot_id__in=batch).values_list("pk", flat=True)
    ]
    masked = masked_lots(keys, user)
    return {**traced, "lots": [{**one, "kg": None} if one["lot"] in masked else one for one in traced["lots"]]}


def get_sharing(lot: Lot) -> tuple[Sharing | None, Sharing | None]:
    """The word on a lot, and the word of its holder."""
    current = Sharing.objects.current()
    return current.filter(lot=lot).first(), current.filter(party=lot.state.holder_id).first()


def _of_holders(level: Level) -> Q:
    decided = Sharing.objects.current().filter(level=level.value).exclude(party=None)
    return Q(state__holder__in=decided.values("party"))


def _has_own_word() -> Exists:
    """A lot's own word stands above its holder's; one that is public by itself needs none."""
    return Exists(Sharing.objects.current().filter(lot=OuterRef("pk")))


def _shared_along(parties: Collection[int]) -> list[int]:
    """The lots shared along the chain of what some parties handled."""
    own = Sharing.objects.current().filter(level=Level.CHAIN.value).exclude(lot=None)
    shared = Q(pk__in=own.values("lot")) | Q(_of_holders(Level.CHAIN), ~_has_own_word(), is_public=False)
    candidates = set(Lot.objects.filter(shared).order_by().values_list("pk", flat=True))
    if not candidates:
        return []
    handled = Q(event__party__in=parties) | Q(event__to_party__in=parties)
    touched = set(EventLine.objects.filter(handled).order_by().values_list("lot_id", flat=True))
    chain = loading.ancestors(touched) | loading.descendants(touched) if touched else set()
    return sorted(candidates & chain)[:_MOST_SHARED]


def _of_public_lots(lots_of: Callable[[Entry], set[str]]) -> Callable[[Sequence[Entry]], set[int]]:
    """Which entries speak of public lots alone, none of them with masked masses."""

    def readable(entries: Sequence[Entry]) -> set[int]:
        named = {entry.pk: lots_of(entry) for entry in entries}
        wanted = {lot for lots in named.values() for lot in lots}
        public = dict(Lot.objects.filter(lot_id__in=wanted, is_public=True).values_list("lot_id", "pk"))
        open_to_all = public.keys() - masked_lots(public.values(), None)
        return {number for number, lots in named.items() if lots and lots <= open_to_all}

    return readable


def _lots_of_event(entry: Entry) -> set[str]:
    return {line["lot_id"] for line in json.loads(entry.after)["lines"]}


def _lots_of_assay(entry: Entry) -> set[str]:
    return {row["lot_id"] for row in json.loads(entry.after)["rows"]}


#: What a public lot's entries in the log say, everyone may read.
READABLE: Mapping[str, Callable[[Sequence[Entry]], set[int]]] = {
    "lot": _of_public_lots(lambda entry: {entry.object_id}),
    "dossier": _of_public_lots(lambda entry: {entry.object_id}),
    "assay": _of_public_lots(_lots_of_assay),
    "event": _of_public_lots(_lots_of_event),
}
