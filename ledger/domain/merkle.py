"""The Merkle tree of RFC 6962: hashes of leaves and nodes, roots, growing, and checking proofs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def fold(peaks: Sequence[bytes]) -> bytes:
    """The root over full subtrees that stand side by side, widest first."""
    if not peaks:
        return EMPTY_ROOT
    *rest, root = peaks
    for peak in reversed(rest):
        root = node_hash(peak, root)
    return root


@dataclass(slots=True)
class Frontier:
    """The right edge of a tree: roots of its full subtrees, widest first, one a set bit of its size.

    Enough to append and to know the root; 32 bytes × log2(size).
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash: merge full subtrees of equal size, as a carry runs through a counter."""
        carried, size = leaf, self.size
        while size & 1:
            carried = sha256(b"\x01" + self.peaks.pop() + carried).digest()
            size >>= 1
        self.peaks.append(carried)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.append(leaf)

    @property
    def root(self) -> bytes:
        return fold(self.peaks)

    def to_hex(self) -> list[str]:
        return [peak.hex() for peak in self.peaks]

    @classmethod
    def from_hex(cls, size: int, peaks: Sequence[str]) -> Frontier:
        return cls(size, [bytes.fromhex(peak) for peak in peaks])


def root_of(leaves: Sequence[bytes]) -> bytes:
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path imply (RFC 9162, 2.1.3.2); ValueError for a path of the wrong length."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    node, last, current = leaf, size - 1, index
    for step in path:
        if last == 0:
            raise ValueError("the path is longer than the tree is deep")
        if current & 1 or current == last:
            node = node_hash(step, node)
            while not current & 1 and current:
                current, last = current >> 1, last >> 1
        else:
            node = node_hash(node, step)
        current, last = current >> 1, last >> 1
    if last:
        raise ValueError("the path is shorter than the tree is deep")
    return node


def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of ``new_size`` is that of ``old_size`` with leaves added at its end (RFC 9162, 2.1.4.2)."""
    if old_size > new_size or old_size < 0:
        return False
    if old_size in (0, new_size):
        return not path and (old_root == new_root if old_size else old_root == EMPTY_ROOT)
    steps = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not steps:
        return False
    current, last = old_size - 1, new_size - 1
    while current & 1:
        current, last = current >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if current & 1 or current == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not current & 1 and current:
                current, last = current >> 1, last >> 1
        else:
            new = node_hash(new, step)
        current, last = current >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
