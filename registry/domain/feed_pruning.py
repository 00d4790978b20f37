"""Entries of a feed that were read before, byte for byte, are cut out before it is parsed: parsing is what costs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

_TAGS = (b"item", b"entry")
#: Only so many entries of a feed are read, from its top.
MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class Pruned:
    """``body`` without the entries known, whose hashes are ``known``; ``left`` are those of the others, in order."""

    body: bytes
    known: tuple[str, ...]
    left: tuple[str, ...]


def prune(body: bytes, known: Mapping[str, str]) -> Pruned:
    """Cut out the entries whose hash is among ``known``. A feed whose entries cannot be told apart stays whole."""
    spans = next((found for tag in _TAGS if (found := _spans(body, tag))), [])
    parts, at, seen, left = [], 0, [], []
    for number, (start, end) in enumerate(spans):
        if number >= MOST_ENTRIES:
            parts.append(body[at:start])
            at = end
            continue
        digest = hashlib.sha256(body[start:end]).hexdigest()[:24]
        if digest in known:
            parts.append(body[at:start])
            at = end
            seen.append(digest)
        else:
            left.append(digest)
    return Pruned(b"".join([*parts, body[at:]]), tuple(seen), tuple(left))


def _spans(body: bytes, tag: bytes) -> list[tuple[int, int]]:
    """Where each entry starts and ends; none where opening and closing tags do not pair off one after the other."""
    opening, closing = b"<" + tag, b"</" + tag + b">"
    spans, at = [], 0
    while (start := _open(body, opening, at)) >= 0:
        end = body.find(closing, start)
        if end < 0 or _open(body, opening, start + 1, end) >= 0:
            return []
        at = end + len(closing)
        spans.append((start, at))
    return spans if body.count(closing) == len(spans) else []


def _open(body: bytes, opening: bytes, start: int, end: int | None = None) -> int:
    """The next opening tag, not one whose name only begins alike (``<items>``)."""
    while (found := body.find(opening, start, end)) >= 0:
        if body[found + len(opening) : found + len(opening) + 1] in (b">", b" ", b"\t", b"\r", b"\n"):
            return found
        start = found + 1
    return -1
