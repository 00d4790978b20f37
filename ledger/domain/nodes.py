"""Which nodes of a Merkle tree a proof is made of, and which of them are kept.

A node is (level, index): the root of the full subtree over the leaves index·2^level … (index + 1)·2^level − 1.
Every fourth level is kept beside the leaves (one row in fifteen), so that a proof reads some dozens of rows however
large the tree is, and keeping it costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from ledger.domain.merkle import fold, node_hash

Node = tuple[int, int]
#: Leaves from … until, as RFC 6962 writes D[from:until].
Span = tuple[int, int]
#: Reads kept nodes.
Read = Callable[[set[Node]], Mapping[Node, bytes]]

#: Levels that are multiples of this are kept.
KEPT_EVERY = 4


def inclusion_path(read: Read, index: int, size: int) -> list[bytes]:
    """The hashes that join leaf ``index`` to the root of ``size`` leaves (RFC 6962, 2.1.1), lowest first."""
    return _hashes(read, inclusion_spans(index, size))


def inclusion_paths(read: Read, indexes: Collection[int], size: int) -> dict[int, list[bytes]]:
    """The paths of many leaves, which share most of their nodes: each is read and worked out once."""
    spans = {index: inclusion_spans(index, size) for index in indexes}
    wanted = sorted({span for path in spans.values() for span in path})
    hashes = dict(zip(wanted, _hashes(read, wanted), strict=True))
    return {index: [hashes[span] for span in path] for index, path in spans.items()}


def consistency_path(read: Read, old_size: int, new_size: int) -> list[bytes]:
    """The hashes that show a tree to begin with an older one (RFC 6962, 2.1.2)."""
    return _hashes(read, consistency_spans(old_size, new_size))


def root_at(read: Read, size: int) -> bytes:
    """The root of the first ``size`` leaves."""
    return _hashes(read, [(0, size)])[0]


def inclusion_spans(index: int, size: int) -> list[Span]:
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} is not in a tree of {size}")
    spans: list[Span] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def consistency_spans(old_size: int, new_size: int) -> list[Span]:
    if not 0 <= old_size <= new_size:
        raise IndexError(f"a tree of {new_size} does not begin with one of {old_size}")
    if old_size in (0, new_size):
        return []
    spans: list[Span] = []
    low, high, is_whole = 0, new_size, True
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low, is_whole = middle, False
    if not is_whole:
        spans.append((low, high))
    return spans[::-1]


def subtrees(span: Span) -> list[Node]:
    """The full subtrees that a span is made of, widest first. Spans of proofs begin where such a subtree may."""
    low, high = span
    nodes = []
    while low < high:
        level = (high - low).bit_length() - 1
        nodes.append((level, low >> level))
        low += 1 << level
    return nodes


def kept_under(node: Node) -> list[Node]:
    """The kept nodes that a node is worked out from; itself where it is kept."""
    level, index = node
    above = level % KEPT_EVERY
    return [(level - above, (index << above) + n) for n in range(1 << above)]


class Growth:
    """Gathers the nodes that come to be kept as leaves are appended: feed it the leaves in order."""

    def __init__(self, size: int, read: Read) -> None:
        """``read`` gives the kept nodes of the tree so far that are not under a kept parent yet."""
        self.size = size
        self._open: list[list[bytes]] = []
        found = read(set(_open_nodes(size)))
        for level, group in _by_level(_open_nodes(size)).items():
            self._row(level).extend(found[level * KEPT_EVERY, index] for index in group)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Take in a leaf hash; the nodes above the leaves that are now full."""
        return self.extend([leaf])

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[Node, bytes]]:
        """Take in many leaf hashes; the nodes above the leaves that are now full, lowest first."""
        full: list[tuple[Node, bytes]] = []
        row, before = 0, self.size
        self.size += len(leaves)
        incoming = leaves
        while incoming:
            siblings = self._row(row)
            siblings.extend(incoming)
            count = len(siblings) >> KEPT_EVERY << KEPT_EVERY
            incoming = _parents(siblings[:count])
            del siblings[:count]
            row, before = row + 1, before >> KEPT_EVERY
            full += [((row * KEPT_EVERY, before + n), node) for n, node in enumerate(incoming)]
        return full

    @property
    def root(self) -> bytes:
        """The root of the tree so far."""
        peaks: list[bytes] = []
        for siblings in reversed(self._open):
            start = 0
            for level in reversed(range(KEPT_EVERY)):
                if len(siblings) >> level & 1:
                    peaks.append(_perfect_root(siblings[start : start + (1 << level)]))
                    start += 1 << level
        return fold(peaks)

    def _row(self, row: int) -> list[bytes]:
        while len(self._open) <= row:
            self._open.append([])
        return self._open[row]


def _parents(row: Sequence[bytes]) -> Sequence[bytes]:
    """The kept nodes right above a row of full groups of kept nodes."""
    for _level in range(KEPT_EVERY):
        row = [sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row), 2)]
    return row


def _open_nodes(size: int) -> Iterator[Node]:
    """Kept nodes on the right edge, under a kept parent that is not full yet."""
    level = 0
    while size >> level:
        last = size >> level
        first = last >> KEPT_EVERY << KEPT_EVERY
        yield from ((level, index) for index in range(first, last))
        level += KEPT_EVERY


def _by_level(nodes: Iterable[Node]) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for level, index in nodes:
        rows.setdefault(level // KEPT_EVERY, []).append(index)
    return rows


def _hashes(read: Read, spans: Sequence[Span]) -> list[bytes]:
    """The root of each span; all that is needed is read at once."""
    nodes = {span: subtrees(span) for span in spans}
    kept = read({one for parts in nodes.values() for node in parts for one in kept_under(node)})
    return [fold([_perfect_root([kept[one] for one in kept_under(node)]) for node in nodes[span]]) for span in spans]


def _perfect_root(row: Sequence[bytes]) -> bytes:
    """The root over a power of two of nodes."""
    while len(row) > 1:
        row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row), 2)]
    return row[0]


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
