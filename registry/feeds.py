"""Bytes of a feed to entries, read in a child process, so that a hostile feed costs a poll and not a worker."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.exceptions import FeedUnreadable

WALL_SECONDS = 15.0
_ROOT = Path(__file__).resolve().parent.parent


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
class ParsedFeed:
    title: str
    language: str
    ttl_minutes: int | None
    damaged: bool
    entries: tuple[ParsedEntry, ...]


def parse(body: bytes, *, content_type: str = "", url: str = "", now: dt.datetime, zone: float = 7.0) -> ParsedFeed:
    """Read a feed. Raises FeedUnreadable with a sentence; a damaged feed gives what can be read of it.

    ``zone`` is the offset in hours for dates that name none.
    """
    if not body.strip():
        raise FeedUnreadable("The answer is empty.")
    # without the zero bytes UTF-16 looks like ASCII, too
    if b"<!ENTITY" in body.replace(b"\x00", b"").upper():
        raise FeedUnreadable("The feed declares XML entities, which are not read.")
    told = {"content_type": content_type, "url": url, "now": now.isoformat(), "zone": zone}
    found = _in_child(json.dumps(told).encode() + b"\n" + body)
    if "error" in found:
        raise FeedUnreadable("The answer is no RSS or Atom feed; perhaps a web page stands there now.")
    ttl = found["ttl"].strip()
    entries = tuple(_entry(row) for row in found["entries"])
    return ParsedFeed(found["title"], found["language"], int(ttl) if ttl.isdecimal() else None, found["bozo"], entries)


def _in_child(message: bytes) -> dict[str, Any]:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "registry.feed_child"]
    try:
        done = subprocess.run(
            command, input=message, capture_output=True, timeout=WALL_SECONDS, cwd=_ROOT, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FeedUnreadable(f"The feed takes longer than {WALL_SECONDS:.0f} seconds to read.") from error
    if done.returncode != 0:
        raise FeedUnreadable("The feed takes more time or memory to read than it may.")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _entry(row: dict[str, Any]) -> ParsedEntry:
    published = dt.datetime.fromisoformat(row["published"]) if row["published"] else None
    return ParsedEntry(**{**row, "published": published})
