"""Writing entries, in the transaction of their change, and sealing them into the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from jobs.registry import handler, periodic
from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON, canonical, instant_text, leaf_text
from ledger.domain.merkle import Frontier, leaf_hash
from ledger.exceptions import NotInTransaction
from ledger.models import Entry, Leaf, Pending, TreeHead

#: Rows a statement: below SQLite's limit of variables, and large enough that the round trip does not count.
BATCH = 2_000
#: Any number that nothing else locks: makes the sequencer single on PostgreSQL.
_SEQUENCER_LOCK = 6962


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
    entries = Entry.objects.bulk_create([_entry(by, change, reason) for change in changes], batch_size=BATCH)
    Pending.objects.bulk_create([Pending(entry_id=entry.pk) for entry in entries], batch_size=BATCH)
    return [entry.pk for entry in entries]


def seal(*, limit: int = 50_000) -> int:
    """Append what is committed and not sealed yet to the tree; returns how many entries that was.

    Entries of a transaction still open are not seen and come with the next sealing, so the
    order of leaves is the order in which changes became visible.
    """
    with transaction.atomic():
        _lock_sequencer()
        entries = list(Entry.objects.filter(pending__isnull=False).order_by("pk")[:limit])
        if not entries:
            return 0
        head = TreeHead.objects.order_by("-size").first()
        frontier = Frontier.from_hex(head.size, head.peaks) if head else Frontier()
        leaves = []
        for entry in entries:
            hashed = leaf_hash(entry_text(entry).encode())
            leaves.append(Leaf(index=frontier.size, entry=entry, hash=hashed.hex()))
            frontier.append(hashed)
        Leaf.objects.bulk_create(leaves, batch_size=BATCH)
        sealed = TreeHead.objects.create(size=frontier.size, root=frontier.root.hex(), peaks=frontier.to_hex())
        Pending.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    sealed.refresh_from_db()
    _publish(sealed)
    return len(entries)


def seal_all() -> int:
    total = 0
    while sealed := seal():
        total += sealed
    return total


def entry_text(entry: Entry) -> str:
    """The canonical JSON of an entry: the data of its leaf."""
    return leaf_text(
        number=entry.pk,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        door=entry.door,
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        before=entry.before,
        after=entry.after,
        reason=entry.reason,
    )


@handler("ledger.seal")
def seal_pending(payload: dict[str, JSON]) -> None:
    seal_all()


periodic("ledger.seal", seconds=2)


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


def _lock_sequencer() -> None:
    # SQLite needs none: BEGIN IMMEDIATE lets one writer in.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEQUENCER_LOCK])


def _publish(head: TreeHead) -> None:
    """Append the head to a file outside the database: who rewrites the database has to rewrite this too."""
    path: Path = settings.DATA_DIR / "heads.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{head.size} {head.root} {instant_text(head.sealed_at)}\n")
