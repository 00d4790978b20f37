"""Writing entries, in the transaction of their change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from ledger import bulk
from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON, canonical
from ledger.exceptions import NotInTransaction
from ledger.models import Entry, Pending

_COLUMNS = ("id", "actor", "door", "action", "object_type", "object_id", "before", "after", "reason")
#: Rows a statement: below SQLite's limit of variables, and large enough that the round trip does not count.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one object; ``before`` None: it is new, ``after`` None: it is gone."""

    action: str
    object_type: str
    object_id: str
    before: JSON
    after: JSON


def record(*, by: Actor, change: Change, reason: str = "") -> Entry:
    """Write the entry of a change made in this same transaction. No entry, no change."""
    _require_transaction()
    entry = _entry(by, change, reason)
    entry.save(force_insert=True)
    Pending.objects.create(entry=entry)
    return entry


def record_many(*, by: Actor, changes: Iterable[Change], reason: str = "") -> list[int]:
    """Write the entries of many changes; returns their numbers in the order given."""
    _require_transaction()
    rows = [
        (by.public_id, by.door.value, one.action, one.object_type, one.object_id, canonical(one.before),
         canonical(one.after), reason)
        for one in changes
    ]  # fmt: skip
    keys = bulk.next_keys(Entry, len(rows))
    bulk.insert(Entry, _COLUMNS, ((key, *row) for key, row in zip(keys, rows, strict=True)))
    bulk.insert(Pending, ("entry_id",), ((key,) for key in keys))
    return list(keys)


def _entry(by: Actor, change: Change, reason: str) -> Entry:
    return Entry(
        actor=by.public_id,
        door=by.door.value,
        action=change.action,
        object_type=change.object_type,
        object_id=change.object_id,
        before=canonical(change.before),
        after=canonical(change.after),
        reason=reason,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction("open a transaction around the change and its entry")
