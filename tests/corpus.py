"""Reads the conformance corpus of feedparser as the poller would: ``python -m tests.corpus``, or ``make corpus``.

The corpus comes with feedparser's source on PyPI, at the version that is pinned here. Each file goes through the child
process with its limits. It fails where one raises, takes too long, or is too much for the child; a file may well be
refused as no feed, as empty, or for the XML entities that it declares.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from registry import feeds
from registry.exceptions import FeedUnreadable

NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
#: Sentences of honest refusals; any other one is a fault.
_REFUSED = ("The answer is empty", "The feed declares XML entities", "The answer is no RSS or Atom feed")
#: The corpus is at least so large: a smaller one is not it.
LEAST = 1_500


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        packed = _download(Path(folder))
        if packed is None:
            return 1
        started = time.monotonic()
        read, wrong = Counter[str](), []
        for name, body in _files(packed):
            said = _read(body)
            read[said[0]] += 1
            if said[0] == "fault":
                wrong.append(f"  {name}: {said[1]}")
        feeds.end_children()
    count = sum(read.values())
    print(
        f"{packed.name}: {count} files in {time.monotonic() - started:.0f} s; "
        + ", ".join(f"{number} {what}" for what, number in read.most_common())
    )
    if count < LEAST:
        print(f"Fewer than {LEAST} files: this source brings no corpus.")
        return 1
    print("\n".join(wrong[:40]))
    return 1 if wrong else 0


def _download(folder: Path) -> Path | None:
    pinned = f"feedparser=={version('feedparser')}"
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
               "--no-binary", ":all:", pinned, "-d", str(folder)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = next(iter(folder.glob("feedparser-*.tar.gz")), None)
    if found is None:
        print(f"The corpus could not be had: pip brought no source of {pinned}. Is a package index reachable?")
        print(done.stderr.strip()[-1_000:])
    return found


def _files(packed: Path) -> Iterator[tuple[str, bytes]]:
    """Every test file of the source, by its name."""
    with tarfile.open(packed) as archive:
        for member in archive:
            inside = "/tests/" in member.name and not member.name.endswith((".py", ".txt"))
            content = archive.extractfile(member) if member.isfile() and inside else None
            if content is not None:
                yield member.name.split("/tests/", 1)[1], content.read()


def _read(body: bytes) -> tuple[str, str]:
    """What came of a file: read, damaged but read, refused, or a fault with its words."""
    try:
        found = feeds.parse(body, content_type="application/xml", url="https://example.org/feed", now=NOW)
    except FeedUnreadable as error:
        return ("refused" if str(error).startswith(_REFUSED) else "fault"), str(error)
    except Exception as error:  # the very thing that is looked for
        return "fault", f"{type(error).__name__}: {error}"
    return ("damaged but read" if found.damaged else "read"), ""


if __name__ == "__main__":
    sys.exit(main())
