"""The net of what happened inside a settle window: first state to last state, and nothing where it came back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Step(Generic[Told]):
    """A subject went from one state to another; ``told`` is what there is to tell of it."""

    subject: str
    before: Hashable
    after: Hashable
    told: Told


@dataclass(frozen=True, slots=True)
class Net(Generic[Told]):
    """What is left of a subject's steps: from the first state to the last one, in ``count`` steps."""

    subject: str
    before: Hashable
    after: Hashable
    last: Told
    count: int


def net(steps: Iterable[Step[Told]]) -> list[Net[Told]]:
    """Steps in the order in which they happened, folded by subject; subjects that came back are left out."""
    folded: dict[str, Net[Told]] = {}
    for step in steps:
        first = folded.get(step.subject)
        before, count = (first.before, first.count + 1) if first else (step.before, 1)
        folded[step.subject] = Net(step.subject, before, step.after, step.told, count)
    return [found for found in folded.values() if found.before != found.after]
