"""Small things that pages of every app show: links, sources, places in the log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class SourceMark:
    """A source as a chip: section and endnote, or publisher and day; ``href`` empty where nothing can be opened."""

    label: str
    href: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ProofMark:
    """Where something stands in the log. Not sealed yet: it has no inclusion proof until the sequencer has passed."""

    entry: int
    sealed: bool = True

    @property
    def href(self) -> str:
        return f"/log/{self.entry}/"


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is shown; addresses empty at the ends."""

    number: int
    count: int
    total: int
    previous: str = ""
    next: str = ""
