"""Which rules rest on what is known of a facility."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Aspect(StrEnum):
    """A part of what is known of a facility, by the rules that read it."""

    #: `licence-invalid` and `over-capacity`.
    MINE = "mine"
    #: The same, and `identity-broken`: only mines count.
    KIND = "kind"
    #: Verdicts at borders, `export-banned` and `permit-missing`.
    COUNTRY = "country"


_COLUMNS = {
    "licence_number": Aspect.MINE,
    "licence_from": Aspect.MINE,
    "licence_until": Aspect.MINE,
    "capacity_t_per_year": Aspect.MINE,
    "kind": Aspect.KIND,
    "country": Aspect.COUNTRY,
}


def aspects_of(columns: Collection[str]) -> set[Aspect]:
    """The aspects that columns of a facility belong to; names, operators and coordinates are read when they are shown,
    and no finding rests on them."""
    return {aspect for column, aspect in _COLUMNS.items() if column in columns}
