"""Which function does which kind of work. Apps register theirs where they define it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Payload = dict[str, Any]
Run = Callable[[Payload], None]


@dataclass(frozen=True, slots=True)
class Handler:
    """``run`` must be safe to run twice. ``derives``: commands wait for it. Not ``urgent``: others go first."""

    kind: str
    run: Run
    derives: bool
    urgent: bool
    longest_seconds: int


@dataclass(frozen=True, slots=True)
class Periodic:
    kind: str
    seconds: int


_HANDLERS: dict[str, Handler] = {}
_PERIODIC: dict[str, Periodic] = {}

#: Key of the one row that carries a periodic job from run to run.
PERIODIC_KEY = "periodic"


def handler(
    kind: str, *, derives: bool = False, urgent: bool = True, longest_seconds: int = 600
) -> Callable[[Run], Run]:
    """Register what does a kind of work. A run longer than ``longest_seconds`` may be started again elsewhere."""

    def register(run: Run) -> Run:
        _HANDLERS[kind] = Handler(kind, run, derives, urgent, longest_seconds)
        return run

    return register


def periodic(kind: str, *, seconds: int) -> None:
    """Run a kind again and again, ``seconds`` after each run's end, on one worker at a time."""
    _PERIODIC[kind] = Periodic(kind, seconds)


def get_handler(kind: str) -> Handler | None:
    return _HANDLERS.get(kind)


def get_periodic(kind: str) -> Periodic | None:
    return _PERIODIC.get(kind)


def all_periodic() -> list[Periodic]:
    return list(_PERIODIC.values())


def derived_kinds() -> set[str]:
    return {kind for kind, found in _HANDLERS.items() if found.derives}
