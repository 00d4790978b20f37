"""What the live rows say of an object, to be compared with what its newest entry says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.domain.canonical import JSON

#: object type -> every live object of it, as (object id, the state that its newest entry should hold).
_TRACKED: dict[str, Callable[[], Iterator[tuple[str, JSON]]]] = {}


def track(object_type: str, live: Callable[[], Iterator[tuple[str, JSON]]]) -> None:
    _TRACKED[object_type] = live


def tracked() -> dict[str, Callable[[], Iterator[tuple[str, JSON]]]]:
    return dict(_TRACKED)
