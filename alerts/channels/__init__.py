"""Ways a message leaves. A channel is a file here with one class of this interface, named in `opening`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from alerts.channels.files import FileBackend

__all__ = ["Channel", "FileBackend", "Outcome", "Parcel", "Verdict"]


class Verdict(StrEnum):
    """What became of a hand-over. ``busy``: nobody was reached, so others need not knock now."""

    SENT = "sent"
    RETRY = "retry"
    BUSY = "busy"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``uncertain``: it may have arrived though it was not acknowledged. ``asked``: the receiver's Retry-After.

    refused: this message never goes through; gone: nothing will ever go through to this address.
    """

    verdict: Verdict
    detail: str = ""
    uncertain: bool = False
    asked: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message for one endpoint: what to send is asked of ``alerts.messages`` by the channel itself."""

    delivery_id: str
    address: str
    secrets: tuple[str, ...]
    body: bytes


class Channel(Protocol):
    """Opened for a run, keeps its connections between hand-overs, closed at the end. Never raises for the receiver."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *problem: object) -> None: ...

    def hand_over(self, parcel: Parcel) -> Outcome: ...
