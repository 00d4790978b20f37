"""Who may read what an entry says: that it stands in the log anyone may check, its words are for who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ledger.models import Entry

#: Of some entries of a type, the numbers of those that anyone may read.
Readable = Callable[[Sequence[Entry]], set[int]]

_READABLE: dict[str, Readable] = {}


def open_to_all(*object_types: str) -> None:
    """Entries of these types say what was published."""
    for object_type in object_types:
        _READABLE[object_type] = lambda entries: {entry.pk for entry in entries}


def open_where(object_type: str, readable: Readable) -> None:
    _READABLE[object_type] = readable


def open_entries(entries: Iterable[Entry], user: Any) -> set[int]:
    """The numbers of the entries that a reader may read in full."""
    wanted = list(entries)
    if user.has_perm("ledger.view_entry"):
        return {entry.pk for entry in wanted}
    by_type: dict[str, list[Entry]] = {}
    for entry in wanted:
        by_type.setdefault(entry.object_type, []).append(entry)
    return {number for name, group in by_type.items() if name in _READABLE for number in _READABLE[name](group)}


# The log speaks of its own keys to everyone.
open_to_all("log_key")
