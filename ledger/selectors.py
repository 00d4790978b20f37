"""Reading the log: its head, where an entry stands, and whether all of it is intact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from ledger import guards
from ledger.domain.canonical import canonical
from ledger.domain.merkle import Frontier, leaf_hash
from ledger.models import Entry, Leaf, TreeHead
from ledger.services import entry_text
from ledger.tracking import tracked

#: An entry older than this and in no leaf means that the sequencer stands still.
SEAL_WITHIN = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What walking the log found. ``first_broken`` is an entry's number, None where no single one is at fault."""

    ok: bool
    entries: int
    sealed: int
    root: str
    first_broken: int | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class _Broken(Exception):
    def __init__(self, entry: int | None, reason: str) -> None:
        super().__init__(reason)
        self.entry = entry


def get_head() -> TreeHead | None:
    return TreeHead.objects.order_by("-size").first()


def get_head_at(at: dt.datetime) -> TreeHead | None:
    return TreeHead.objects.filter(sealed_at__lte=at).order_by("-size").first()


def get_newest_entry(object_type: str, object_id: str) -> Entry | None:
    return Entry.objects.filter(object_type=object_type, object_id=object_id).order_by("-pk").first()


def verify() -> Verdict:
    """Walk the whole log: every leaf, every head, the guards, the heads file and the live rows."""
    entries, head = Entry.objects.count(), get_head()
    sealed, root = (head.size, head.root) if head else (0, Frontier().root.hex())
    try:
        _check_leaves(sealed)
        _check_heads_file()
        _check_sequencer()
        _check_guards()
        _check_live_rows()
    except _Broken as broken:
        return Verdict(False, entries, sealed, root, broken.entry, str(broken))
    return Verdict(True, entries, sealed, root)


def _check_leaves(sealed: int) -> None:
    heads = dict(TreeHead.objects.values_list("size", "root"))
    frontier = Frontier()
    walk = Leaf.objects.filter(index__lt=sealed).select_related("entry").order_by("index")
    for leaf in walk.iterator(chunk_size=2_000):
        if leaf.index != frontier.size:
            raise _Broken(leaf.entry_id, f"leaf {frontier.size} is missing")
        hashed = leaf_hash(entry_text(leaf.entry).encode())
        if hashed.hex() != leaf.hash:
            raise _Broken(leaf.entry_id, f"entry {leaf.entry_id} differs from what was sealed as leaf {leaf.index}")
        frontier.append(hashed)
        if heads.get(frontier.size, frontier.root.hex()) != frontier.root.hex():
            raise _Broken(leaf.entry_id, f"the tree of {frontier.size} entries has another root than was sealed")
    if frontier.size != sealed:
        raise _Broken(None, f"{sealed} entries were sealed and {frontier.size} are there")


def _check_heads_file() -> None:
    """Every head that was published must be one of the tree's."""
    path = settings.DATA_DIR / "heads.log"
    if not path.exists():
        return
    heads = dict(TreeHead.objects.values_list("size", "root"))
    for line in path.read_text(encoding="utf-8").splitlines():
        size, root, _sealed_at = line.split()
        if heads.get(int(size)) != root:
            raise _Broken(None, f"the head of {size} entries in {path.name} is not in the log")


def _check_sequencer() -> None:
    newest = timezone.now() - SEAL_WITHIN
    unsealed = Entry.objects.filter(leaf=None, recorded_at__lt=newest).order_by("pk")
    if (late := unsealed.first()) is not None:
        raise _Broken(late.pk, f"entry {late.pk} is older than 60 seconds and not sealed")
    if (lost := Entry.objects.filter(leaf=None, pending=None).order_by("pk").first()) is not None:
        raise _Broken(lost.pk, f"entry {lost.pk} stands in neither the tree nor the queue of the sequencer")


def _check_guards() -> None:
    if gone := guards.missing():
        raise _Broken(None, f"these append-only guards are missing: {', '.join(gone)}")


def _check_live_rows() -> None:
    for object_type in tracked():
        # Rows may change between the two reads; a difference that is still there at a third look is one.
        for attempt in (1, 2, 3):
            if (difference := _difference(object_type)) is None:
                break
            if attempt == 3:
                raise difference


def _difference(object_type: str) -> _Broken | None:
    newest = dict(_newest_states(object_type))
    for object_id, state in tracked()[object_type]():
        entry, recorded = newest.pop(object_id, (None, None))
        if recorded != canonical(state):
            return _Broken(entry, f"{object_type} {object_id} differs from what the log says of it")
    for object_id, (entry, recorded) in newest.items():
        if recorded != "null":
            return _Broken(entry, f"{object_type} {object_id} is in the log and no longer there")
    return None


def _newest_states(object_type: str) -> Iterator[tuple[str, tuple[int, str]]]:
    entries = Entry.objects.filter(object_type=object_type)
    newest = entries.values("object_id").annotate(newest=Max("pk")).values("newest")
    for entry in Entry.objects.filter(pk__in=newest).only("object_id", "after").iterator(chunk_size=2_000):
        yield entry.object_id, (entry.pk, entry.after)
