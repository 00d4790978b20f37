"""The sequencer: appends what is committed to the tree, signs the new head and publishes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from jobs.registry import handler, periodic
from ledger import bulk
from ledger.domain.canonical import JSON, instant_text
from ledger.domain.merkle import Frontier, leaf_hash
from ledger.domain.nodes import Growth
from ledger.domain.note import Checkpoint, Signer
from ledger.instants import instants
from ledger.models import Entry, Leaf, Node, Pending, TreeHead
from ledger.reading import entry_text, read_nodes
from ledger.services import keys

HEADS_FILE = "heads.log"
#: Any number that nothing else locks: makes the sequencer single on PostgreSQL.
_SEQUENCER_LOCK = 6962


def seal(*, limit: int = 50_000) -> int:
    """Append what is committed and not sealed yet to the tree; returns how many entries that was.

    Entries of a transaction still open are not seen and come with the next sealing, so the order of leaves is the
    order in which changes became visible. Raises KeyNotAnnounced where the key at hand is not the log's.
    """
    with instants() as take, transaction.atomic():
        lock_sequencer()
        if not Pending.objects.exists():
            return 0
        head, count = seal_with(keys.get_signer(), limit, take)
    publish(head)
    return count


def seal_all() -> int:
    total = 0
    while sealed := seal():
        total += sealed
    return total


def seal_with(signer: Signer, limit: int, take: Callable[[], dt.datetime]) -> tuple[TreeHead, int]:
    """Seal within the caller's transaction, which holds the sequencer's lock and publishes the head once committed.

    ``take`` gives the instant (`ledger.instants`), after all other work: readers of the newest state wait from there.
    """
    entries = list(Entry.objects.filter(pending__isnull=False).order_by("pk")[:limit])
    head = TreeHead.objects.order_by("-size").first()
    frontier = Frontier.from_hex(head.size, head.peaks) if head else Frontier()
    _append(frontier, entries)
    Pending.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    sealed_at = take()
    if head is not None and head.sealed_at >= sealed_at:  # a clock that was set back
        sealed_at = head.sealed_at + dt.timedelta(microseconds=1)
    checkpoint = Checkpoint(signer.name, frontier.size, frontier.root.hex(), sealed_at)
    new = TreeHead.objects.create(
        size=frontier.size,
        root=checkpoint.root,
        peaks=frontier.to_hex(),
        sealed_at=sealed_at,
        note=signer.sign(checkpoint.text()),
    )
    return new, len(entries)


def lock_sequencer() -> None:
    # SQLite needs none: BEGIN IMMEDIATE lets one writer in.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEQUENCER_LOCK])


def publish(head: TreeHead) -> None:
    """Append the head to a file outside the database: who rewrites the database has to rewrite this too."""
    path: Path = settings.DATA_DIR / HEADS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{head.size} {head.root} {instant_text(head.sealed_at)}\n")


@handler("ledger.seal")
def seal_pending(payload: dict[str, JSON]) -> None:
    seal_all()


periodic("ledger.seal", seconds=2)


def _append(frontier: Frontier, entries: Sequence[Entry]) -> None:
    growth, leaves, nodes = Growth(frontier.size, read_nodes), [], []
    for entry in entries:
        hashed = leaf_hash(entry_text(entry).encode())
        leaves.append((frontier.size, entry.pk, hashed.hex()))
        frontier.append(hashed)
        nodes += [(level, index, node.hex()) for (level, index), node in growth.append(hashed)]
    bulk.insert(Leaf, ("index", "entry_id", "hash"), leaves)
    bulk.insert(Node, ("level", "index", "hash"), nodes)
