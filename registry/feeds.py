"""Bytes of a feed to entries, read in child processes, so that a hostile feed costs a poll and not a worker."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.domain.feed_pruning import Pruned, prune
from registry.exceptions import FeedUnreadable

WALL_SECONDS, PLACE_SECONDS = 15.0, 10.0
_ROOT = Path(__file__).resolve().parent.parent
_TOO_MUCH = "The feed takes more time or memory to read than it may."
_NO_FEED = "The answer is no RSS or Atom feed; perhaps a web page stands there now."


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """An entry as plain text. ``published`` None where no date can be read; ``unsure`` where it was guessed."""

    key: str
    guid: str
    url: str
    title: str
    summary: str
    language: str
    publisher: str
    published: dt.datetime | None
    published_raw: str
    unsure: bool

    @property
    def content_sha256(self) -> str:
        return hashlib.sha256("\x00".join((self.title, self.summary, self.url)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept of a feed from one look to the next: hash of an entry's bytes to its key, and the feed's TTL."""

    keys: Mapping[str, str] = field(default_factory=dict)
    ttl_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """``entries`` are the new and altered ones, ``count`` all that stand in the feed."""

    title: str
    language: str
    damaged: bool
    entries: tuple[ParsedEntry, ...]
    count: int
    memory: Memory


def parse(
    body: bytes,
    *,
    content_type: str = "",
    url: str = "",
    now: dt.datetime,
    zone: float = 7.0,
    memory: Memory | None = None,
) -> ParsedFeed:
    """Read a feed. Raises FeedUnreadable with a sentence; a damaged feed gives what can be read of it.

    ``zone`` is the offset in hours for dates that name none. Entries that ``memory`` knows are not read again.
    """
    if not body.strip():
        raise FeedUnreadable("The answer is empty.")
    # without the zero bytes UTF-16 looks like ASCII, too
    if b"<!ENTITY" in body.replace(b"\x00", b"").upper():
        raise FeedUnreadable("The feed declares XML entities, which are not read.")
    memory = memory or Memory()
    pruned = prune(body, memory.keys)
    if pruned.known and not pruned.left:
        kept = {digest: memory.keys[digest] for digest in pruned.known}
        return ParsedFeed("", "", False, (), len(kept), Memory(kept, memory.ttl_minutes))
    told = {
        "content_type": content_type,
        "url": url,
        "now": now.isoformat(),
        "zone": zone,
        "taken": [memory.keys[digest] for digest in pruned.known],
        "known": list(memory.keys.values()),
    }
    return _parsed(_in_child(told, pruned.body), pruned, memory)


def page_text(body: bytes, content_type: str) -> str:
    """The words of a web page, line by line, without markup; empty where it is no text. Raises FeedUnreadable.

    Read in a child, too: markup can be made that takes minutes to clean.
    """
    if b"\x00" in body[:2000]:
        return ""
    found = _in_child({"page": True, "content_type": content_type}, body)
    if "error" in found:
        raise FeedUnreadable("The page takes more time or memory to read than it may.")
    text: str = found["text"]
    return text


def _parsed(found: dict[str, Any], pruned: Pruned, memory: Memory) -> ParsedFeed:
    if "error" in found:
        raise FeedUnreadable(_NO_FEED if found["error"] == "no feed" else _TOO_MUCH)
    ttl = found["ttl"].strip()
    keys = {digest: memory.keys[digest] for digest in pruned.known}
    if len(pruned.left) == found["total"]:
        keys |= {pruned.left[at]: key for at, key in found["keys"]}
    return ParsedFeed(
        found["title"],
        found["language"],
        found["bozo"],
        tuple(map(_entry, found["entries"])),
        len(pruned.known) + len(found["entries"]),
        Memory(keys, int(ttl) if ttl.isdecimal() else None),
    )


def _entry(row: dict[str, Any]) -> ParsedEntry:
    published = dt.datetime.fromisoformat(row["published"]) if row["published"] else None
    return ParsedEntry(**{**row, "published": published})


# ------------------------------------------------------------------ the children


class _Child:
    """A process that reads one feed after another (registry/feed_child.py), over a socket of its own."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-m", "registry.feed_child", str(theirs.fileno())]
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"}
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                cwd=_ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def read(self, told: Mapping[str, Any], body: bytes) -> dict[str, Any]:
        """Raises TimeoutError where it takes too long, OSError or ValueError where the child has died of it."""
        deadline = time.monotonic() + WALL_SECONDS
        header = json.dumps(told).encode()
        self._socket.settimeout(WALL_SECONDS)
        self._socket.sendall(len(header).to_bytes(4) + len(body).to_bytes(4) + header + body)
        found: dict[str, Any] = json.loads(self._take(int.from_bytes(self._take(4, deadline)), deadline))
        return found

    def _take(self, count: int, deadline: float) -> bytes:
        got = bytearray()
        while len(got) < count:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            piece = self._socket.recv(count - len(got))
            if not piece:
                raise ConnectionResetError("the child has died")
            got += piece
        return bytes(got)

    def end(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()


_idle: list[_Child] = []
_lock = threading.Lock()
#: So many feeds are read at once in a process: parsing is bound to the processor.
_slots = threading.BoundedSemaphore(os.cpu_count() or 2)
# a forked worker must not talk to its parent's children
os.register_at_fork(after_in_child=_idle.clear)


def _in_child(told: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """Read in an idle child or a new one; a child that fails is ended, and one that is spent ends itself."""
    if not _slots.acquire(timeout=PLACE_SECONDS):
        raise FeedUnreadable("Other feeds took too long to read; this one is read at its next turn.")
    try:
        with _lock:
            child = _idle.pop() if _idle else None
        child = child or _Child()
        try:
            found = child.read(told, body)
        except TimeoutError as error:
            child.end()
            raise FeedUnreadable(f"It takes longer than {WALL_SECONDS:.0f} seconds to read.") from error
        except (OSError, ValueError) as error:
            child.end()
            raise FeedUnreadable(_TOO_MUCH) from error
        if found.get("spent"):
            child.end()
        else:
            with _lock:
                _idle.append(child)
        return found
    finally:
        _slots.release()


def end_children() -> None:
    """End the idle children; for the end of a process."""
    with _lock:
        children, _idle[:] = list(_idle), []
    for child in children:
        with suppress(OSError):
            child.end()
