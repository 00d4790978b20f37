"""Walking the whole log: every leaf, node and head, the files beside the database, the guards and the live rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from ledger import guards
from ledger.domain.canonical import canonical, instant_text
from ledger.domain.merkle import Frontier
from ledger.domain.nodes import Growth, root_at
from ledger.domain.note import BadNote, Checkpoint, Verifier, open_checkpoint
from ledger.models import Entry, Leaf, Node, TreeHead
from ledger.reading import announced_keys, kept_verifier, read_nodes
from ledger.tracking import tracked
from ledger.walking import Stretch, walk

#: An entry older than this and in no leaf means that the sequencer stands still.
SEAL_WITHIN = dt.timedelta(seconds=60)
#: A transaction may stay open so long; an entry that claims to be older than its neighbours by more is back-dated.
LONGEST_TRANSACTION = dt.timedelta(hours=1)
#: Clocks of a database and its web servers may differ by this.
_CLOCKS = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check found. ``entry`` is an entry's number, None where no single one is at fault."""

    check: str
    entry: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What walking the log found: one fault a check at most, the first; ``held`` are the checks that found none."""

    entries: int
    sealed: int
    root: str
    faults: tuple[Fault, ...] = ()
    held: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def first_broken(self) -> int | None:
        return min((fault.entry for fault in self.faults if fault.entry is not None), default=None)

    @property
    def reason(self) -> str:
        return self.faults[0].reason if self.faults else ""

    def to_json(self) -> dict[str, Any]:
        """The contract's keys (section 5)."""
        return {
            "ok": self.ok,
            "entries": self.entries,
            "sealed": self.sealed,
            "root": self.root,
            "first_broken": self.first_broken,
            "reason": self.reason,
        }


class _Broken(Exception):
    def __init__(self, entry: int | None, reason: str) -> None:
        super().__init__(reason)
        self.entry = entry


def verify(*, kept_note: str = "") -> Verdict:
    """Walk the whole log. ``kept_note`` is a signed head that a reader kept: the log must still begin with it."""
    entries = Entry.objects.count()
    head = TreeHead.objects.order_by("-size").first()
    sealed, root = (head.size, head.root) if head else (0, Frontier().root.hex())
    checks: list[tuple[str, Callable[[], None]]] = [
        ("every entry as it was sealed, in its place, with the root of each head", lambda: _check_leaves(sealed)),
        ("every head signed by a key the log announced", lambda: _check_signatures(sealed)),
        ("every head that was published", _check_heads_file),
        ("nothing waits to be sealed for longer than a minute", _check_sequencer),
        ("the guards that keep tables append-only", _check_guards),
        ("every live row as the log has it", _check_live_rows),
    ]
    if kept_note:
        checks.append(("the head that you kept", lambda: _check_kept(kept_note, sealed)))
    faults, held = [], []
    for name, check in checks:
        try:
            check()
        except _Broken as broken:
            faults.append(Fault(name, broken.entry, str(broken)))
        else:
            held.append(name)
    return Verdict(entries, sealed, root, tuple(faults), tuple(held))


def _heads() -> Iterator[tuple[int, str, dt.datetime]]:
    heads = TreeHead.objects.filter(size__gt=0).order_by("size")
    yield from heads.values_list("size", "root", "sealed_at").iterator(chunk_size=2_000)


class _Tree:
    """The tree as it is worked out anew, compared with what is stored, head by head."""

    def __init__(self) -> None:
        self._growth = Growth(0, read_nodes)
        self._heads = _heads()
        self._next = next(self._heads, None)
        self._nodes = dict[tuple[int, int], str]()
        self._newest = ""

    @property
    def size(self) -> int:
        return self._growth.size

    def take(self, leaves: Stretch) -> None:
        """Take in leaves up to each head, and compare the root there."""
        start, count = 0, len(leaves.places)
        while start < count:
            end = min(count, start + self._next[0] - self.size) if self._next else count
            self._append(leaves.part(start, end) if (start, end) != (0, count) else leaves)
            if self._next and self._next[0] == self.size:
                self._check_head(leaves.entries[end - 1])
            start = end

    def _append(self, leaves: Stretch) -> None:
        if list(leaves.places) != list(range(self.size, self.size + len(leaves.places))) or None in leaves.texts:
            self._find_gap(leaves)
        hashed = [sha256(b"\x00" + text.encode()).digest() for text in leaves.texts if text is not None]
        found = [one.hex() for one in hashed]
        if found != list(leaves.hashes):
            self._find_altered(leaves, found)
        self._nodes.update((place, node.hex()) for place, node in self._growth.extend(hashed))
        self._check_clock(leaves)

    @staticmethod
    def _find_altered(leaves: Stretch, found: Sequence[str]) -> None:
        n = next(n for n, (one, other) in enumerate(zip(found, leaves.hashes, strict=True)) if one != other)
        entry, place = leaves.entries[n], leaves.places[n]
        raise _Broken(entry, f"entry {entry} differs from what was sealed as leaf {place}")

    def _find_gap(self, leaves: Stretch) -> None:
        wanted = self.size
        for place, entry, text in zip(leaves.places, leaves.entries, leaves.texts, strict=True):
            if place != wanted:
                raise _Broken(entry, f"leaf {wanted} is missing")
            if text is None:
                raise _Broken(entry, f"entry {entry} was sealed as leaf {place} and is gone")
            wanted += 1

    def _check_head(self, entry: int) -> None:
        assert self._next
        size, root, sealed_at = self._next
        if root != self._growth.root.hex():
            raise _Broken(entry, f"the tree of {size} entries has another root than was sealed")
        if self._newest > instant_text(sealed_at + _CLOCKS):
            raise _Broken(entry, f"the head of {size} entries was sealed before entries that it holds")
        self._next = next(self._heads, None)

    def _check_clock(self, leaves: Stretch) -> None:
        # All are text of one form, so they compare as instants do.
        newest = max(self._newest, *leaves.recorded_at)
        if min(leaves.recorded_at) >= instant_text(_at(newest) - LONGEST_TRANSACTION):
            self._newest = newest
            return
        for entry, at in zip(leaves.entries, leaves.recorded_at, strict=True):
            self._newest = max(self._newest, at)
            if _at(at) < _at(self._newest) - LONGEST_TRANSACTION:
                reason = f"entry {entry} is back-dated: it says {at} and was sealed after one of {self._newest}"
                raise _Broken(entry, reason)

    def finish(self, sealed: int) -> None:
        if self.size != sealed:
            raise _Broken(None, f"{sealed} entries were sealed and {self.size} are there")
        stored = Node.objects.values_list("level", "index", "hash").iterator(chunk_size=5_000)
        for level, index, hashed in stored:
            if (index + 1) << level > sealed:
                continue  # sealed since this walk began
            if self._nodes.pop((level, index), None) != hashed:
                raise _Broken(None, f"the kept node {level}/{index}, which proofs are made of, is not the tree's")
        if self._nodes:
            raise _Broken(None, f"the kept node {'/'.join(map(str, min(self._nodes)))} of the tree is missing")


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _check_leaves(sealed: int) -> None:
    tree = _Tree()
    for leaves in walk(sealed):
        tree.take(leaves)
    tree.finish(sealed)


def _check_signatures(sealed: int) -> None:
    keys = announced_keys()
    places = dict(Leaf.objects.filter(entry__in=[number for number, _ in keys]).values_list("entry_id", "index"))
    announced = [(places[number], key) for number, key in keys if number in places]
    _check_key_at_hand(keys)
    known: list[Verifier] = []
    for head in TreeHead.objects.filter(size__lte=sealed).order_by("size").iterator(chunk_size=2_000):
        while announced and announced[0][0] < head.size:
            known.append(announced.pop(0)[1])
        # Heads from before heads were signed stand under the first signed one.
        if known:
            _check_signature(head, known[-1])


def _check_key_at_hand(keys: list[tuple[int, Verifier]]) -> None:
    at_hand = kept_verifier()
    if not keys:
        if TreeHead.objects.exists():
            raise _Broken(None, "no key was ever announced, so no head is signed")
    elif at_hand and at_hand != keys[-1][1]:
        ours, announced = at_hand.key_id.hex(), keys[-1][1].key_id.hex()
        raise _Broken(keys[-1][0], f"the key at hand, {ours}, is not the one the log announced, {announced}")


def _check_signature(head: TreeHead, key: Verifier) -> None:
    try:
        said = open_checkpoint(head.note, key)
    except BadNote as error:
        raise _Broken(None, f"the head of {head.size} entries cannot be trusted: {error}") from error
    if said != Checkpoint(key.name, head.size, head.root, head.sealed_at):
        raise _Broken(None, f"the head of {head.size} entries was signed as {said.size} {said.root} {said.sealed_at}")


def _check_heads_file() -> None:
    """Every head that was published must be one of the tree's."""
    path = settings.DATA_DIR / "heads.log"
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    heads = {
        f"{size} {root} {instant_text(sealed_at)}"
        for size, root, sealed_at in TreeHead.objects.values_list("size", "root", "sealed_at")
    }
    sizes = {line.partition(" ")[0] for line in heads}
    for line in lines:
        if line in heads:
            continue
        size = line.partition(" ")[0]
        what = (
            "says something else than the log" if size in sizes else "is not in the log, which was cut off or put back"
        )
        raise _Broken(None, f"the head of {size} entries in {path.name} {what}")


def _check_kept(note: str, sealed: int) -> None:
    """The log still begins with a head that somebody kept."""
    for _entry, key in announced_keys():
        try:
            kept = open_checkpoint(note, key)
            break
        except BadNote:
            continue
    else:
        raise _Broken(None, "the head that you kept is not signed by a key that this log announced")
    if kept.size > sealed:
        raise _Broken(
            None, f"the head that you kept holds {kept.size} entries; the log has only {sealed}: it was cut off"
        )
    if kept.size and root_at(read_nodes, kept.size).hex() != kept.root:
        raise _Broken(
            None, f"the first {kept.size} entries are not those of the head that you kept: the log was forked"
        )


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
        found = _differences(object_type)
        if not found:
            continue
        # A row may have changed between the two reads; what differs at a second look in the same way does differ.
        again = _differences(object_type)
        for object_id, difference in found.items():
            if again.get(object_id) == difference:
                raise _Broken(difference[0], f"{object_type} {object_id} {difference[2]}")


def _differences(object_type: str) -> dict[str, tuple[int | None, str, str]]:
    """By object: the number of its newest entry, its live state as text, and how they differ."""
    newest, found = dict(_newest_states(object_type)), {}
    for object_id, state in tracked()[object_type]():
        entry, recorded = newest.pop(object_id, (None, None))
        live = canonical(state)
        if recorded != live:
            how = "differs from what the log says of it" if entry else "is there and the log knows nothing of it"
            found[object_id] = (entry, live, how)
    for object_id, (entry, recorded) in newest.items():
        if recorded != "null":
            found[object_id] = (entry, "", "is in the log and no longer there")
    return found


def _newest_states(object_type: str) -> Iterator[tuple[str, tuple[int, str]]]:
    entries = Entry.objects.filter(object_type=object_type)
    newest = entries.values("object_id").annotate(newest=Max("pk")).values("newest")
    for entry in Entry.objects.filter(pk__in=newest).only("object_id", "after").iterator(chunk_size=2_000):
        yield entry.object_id, (entry.pk, entry.after)
