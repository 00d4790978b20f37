"""Who did something, and through which door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Door(StrEnum):
    DESK = "desk"
    WEB = "web"
    API = "api"
    WORKER = "worker"
    COMMAND = "command"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person's public id (never a name or an address), or the name of the part of SEAM that acted."""

    public_id: str
    door: Door


#: What acts when no person does.
WORKER = Actor("seam-worker", Door.WORKER)
COMMAND = Actor("seam-command", Door.COMMAND)
