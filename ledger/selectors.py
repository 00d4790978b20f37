"""Reading the log: its head, where an entry stands, proofs, and whether all of it is intact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from ledger.checking import verify
from ledger.domain import nodes
from ledger.domain.merkle import EMPTY_ROOT, leaf_hash, root_from_path
from ledger.exceptions import NoSuchProof
from ledger.models import Check, Entry, Leaf, TreeHead, size_at
from ledger.reading import entry_text, read_nodes

__all__ = [
    "Inclusion",
    "get_check",
    "get_consistency",
    "get_head",
    "get_head_at",
    "get_head_over",
    "get_inclusion",
    "get_inclusions",
    "get_newest_entry",
    "get_root",
    "get_trouble",
    "verify",
]

#: Entries a query.
_BATCH = 400


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What shows that an entry stands in the tree under a signed head; hashes in hex, ``path`` lowest first."""

    entry: int
    index: int
    leaf: str
    path: tuple[str, ...]
    size: int
    root: str

    @property
    def holds(self) -> bool:
        path = [bytes.fromhex(step) for step in self.path]
        return root_from_path(bytes.fromhex(self.leaf), self.index, self.size, path).hex() == self.root

    def to_json(self) -> dict[str, Any]:
        return {
            "entry": self.entry,
            "leaf_index": self.index,
            "leaf_hash": self.leaf,
            "tree_size": self.size,
            "root": self.root,
            "path": list(self.path),
        }


def get_head() -> TreeHead | None:
    return TreeHead.objects.order_by("-size").first()


def get_head_at(at: dt.datetime) -> TreeHead | None:
    """The head that stood at an instant; the same whenever it is asked for again."""
    return TreeHead.objects.filter(size=size_at(at)).first()


def get_head_over(size: int) -> TreeHead | None:
    """The first head that holds at least so many entries."""
    return TreeHead.objects.filter(size__gte=size).order_by("size").first()


def get_newest_entry(object_type: str, object_id: str) -> Entry | None:
    return Entry.objects.filter(object_type=object_type, object_id=object_id).order_by("-pk").first()


def get_inclusion(entry: Entry, head: TreeHead) -> Inclusion:
    """The proof that an entry stands under a head. Raises NoSuchProof for one that was not sealed by then.

    The leaf is worked out from the entry as it stands, so an altered one has a proof that does not hold.
    """
    leaf = Leaf.objects.filter(entry=entry).first()
    if leaf is None or leaf.index >= head.size:
        raise NoSuchProof(f"Entry {entry.pk} is not among the {head.size} entries of this head.")
    return _inclusion(entry, nodes.inclusion_path(read_nodes, leaf.index, head.size), head)


def get_inclusions(numbers: Collection[int], head: TreeHead) -> list[tuple[Entry, Inclusion]]:
    """The proofs of many entries under one head, in the order of their numbers. Raises NoSuchProof."""
    entries: list[Entry] = []
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), _BATCH):
        batch = Entry.objects.filter(pk__in=wanted[start : start + _BATCH], leaf__index__lt=head.size)
        entries += batch.select_related("leaf").order_by("pk")
    if len(entries) < len(wanted):
        missing = min(set(wanted) - {entry.pk for entry in entries})
        raise NoSuchProof(f"Entry {missing} is not among the {head.size} entries of this head.")
    paths = nodes.inclusion_paths(read_nodes, [entry.leaf.index for entry in entries], head.size)
    return [(entry, _inclusion(entry, paths[entry.leaf.index], head)) for entry in entries]


def _inclusion(entry: Entry, path: Sequence[bytes], head: TreeHead) -> Inclusion:
    hashed = leaf_hash(entry_text(entry).encode())
    steps = tuple(step.hex() for step in path)
    return Inclusion(entry.pk, entry.leaf.index, hashed.hex(), steps, head.size, head.root)


def get_consistency(old_size: int, new_size: int) -> list[str]:
    """The hashes that show the tree of ``new_size`` to begin with that of ``old_size``. Raises NoSuchProof."""
    newest = TreeHead.objects.aggregate(size=Max("size"))["size"] or 0
    if not 0 <= old_size <= new_size <= newest:
        raise NoSuchProof(f"Sizes run from 0 to {newest}, the older one first: {old_size} and {new_size} do not.")
    return [step.hex() for step in nodes.consistency_path(read_nodes, old_size, new_size)]


def get_root(size: int) -> str:
    """The root of the first ``size`` entries, worked out from the kept nodes."""
    return nodes.root_at(read_nodes, size).hex() if size else EMPTY_ROOT.hex()


def get_check() -> Check | None:
    """The newest walk over the whole log."""
    return Check.objects.order_by("-pk").first()


def get_trouble() -> str:
    """A sentence for every page while the log is not intact; empty while it is."""
    check = get_check()
    if check is None or check.ok:
        return ""
    sound = Check.objects.filter(ok=True, pk__lt=check.pk).aggregate(pk=Max("pk"))["pk"] or 0
    since = Check.objects.filter(pk__gt=sound).order_by("pk").first() or check
    where = f"First broken: entry {check.first_broken}. " if check.first_broken else ""
    return f"{where}{check.faults[0]}. Found on {since.ran_at:%-d %b %Y, %H:%M} UTC."
