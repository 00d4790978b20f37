"""Long lists of ids in pieces that a statement can carry."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

#: Ids a statement: below SQLite's limit of 32,766 variables.
BATCH = 8_000


def batches(items: Collection[T], size: int = BATCH) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
