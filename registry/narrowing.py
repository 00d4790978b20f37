"""Lists of approved versions, narrowed by an address: what the lists of instruments and of enforcement share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from registry.domain.facets import Facet, Listed, narrow
from registry.domain.folding import fold

R = TypeVar("R")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Found(Generic[R, V]):
    """Rows that meet the filters, in the order of their list; ``versions`` stand in the order of ``rows``."""

    rows: list[R]
    versions: list[V]
    total: int
    words: str
    facets: tuple[Facet, ...]


def find(
    listed: Sequence[Listed[tuple[R, V]]],
    params: Mapping[str, Any],
    names: Mapping[str, str],
    name_of: Callable[[str, str], str],
    *,
    order: Callable[[R], Any],
) -> Found[R, V]:
    """Narrow rows with their versions by ``q`` and the filters of an address; see `narrow`."""
    found = narrow(listed, params, names, name_of)
    pairs = sorted(found.rows, key=lambda pair: order(pair[0]))
    return Found([row for row, _ in pairs], [version for _, version in pairs], found.total, found.words, found.facets)


def text_of(parts: Iterable[str | None]) -> str:
    """What words are looked for in: the parts that are stated, folded."""
    return fold(" ".join(part for part in parts if part))
