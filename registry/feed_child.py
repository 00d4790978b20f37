"""Reads feeds in a process of its own, with little memory and time for each: bytes in, JSON out. No Django."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import io
import json
import re
import resource
import socket
import sys
from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin, urlsplit

CPU_SECONDS = 10
MEMORY_BYTES = 768 * 1024 * 1024
MOST_ENTRIES = 500
#: After so many feeds, or so much memory once used, a process makes way for a fresh one.
MOST_JOBS, SPENT_BYTES = 500, 300 * 1024 * 1024
MOST_TITLE, MOST_SUMMARY, MOST_URL, MOST_RAW = 1_000, 20_000, 2_000, 100
_BLOCK = re.compile(r"<(?:br|/p|/div|/li|/h\d|/tr)\b[^>]*>", re.I)


def main(fd: int) -> int:
    """Answer one feed after another on the socket ``fd`` until the other side closes it, or this process is spent.

    Asked: two lengths of 4 bytes, a JSON header (headers, address, now, zone, keys), the body.
    Answered: a length of 4 bytes, JSON.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    with socket.socket(fileno=fd) as line, line.makefile("rb") as asked:
        for job in range(1, MOST_JOBS + 1):
            lengths = asked.read(8)
            if len(lengths) < 8:
                return 0
            told = json.loads(asked.read(int.from_bytes(lengths[:4])))
            found = _guarded(asked.read(int.from_bytes(lengths[4:])), told)
            found["spent"] = found.get("spent") or job == MOST_JOBS or _resident() > SPENT_BYTES
            answer = json.dumps(found).encode()
            line.sendall(len(answer).to_bytes(4) + answer)
            if found["spent"]:
                return 0
    return 0


def _guarded(body: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """Read with a fresh allowance of processor time; after a failure the process is spent."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
    try:
        return {"text": page_text(body, _text(told.get("content_type")))} if told.get("page") else read(body, told)
    except Exception as error:  # whatever a hostile feed brings about in a parser
        return {"error": type(error).__name__, "spent": True}


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def read(body: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """Parse bytes into plain values; ``entries`` at most 500, each with a ``key`` of its own.

    ``keys`` are (place in the document, key) of each entry read, ``total`` how many stand in the document.
    """
    import feedparser

    # without the feed's address: it would become part of guids, and all entries of a feed that moves would be new
    headers = {"content-type": told.get("content_type", "")}
    found = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not found.get("version") and not found.entries:
        return {"error": "no feed"}
    now = dt.datetime.fromisoformat(told["now"])
    zone, base = float(told.get("zone", 7.0)), _text(told.get("url"))
    entries = [_entry(entry, found.feed, now, zone, base) for entry in found.entries[:MOST_ENTRIES]]
    keys = _keys(entries, set(told.get("taken", ())), set(told.get("known", ())))
    distinct = {key: {**entry, "key": key} for key, entry in reversed(list(zip(keys, entries, strict=True)))}
    return {
        "title": _plain(found.feed.get("title", ""))[:200],
        "language": _text(found.feed.get("language"))[:10],
        "ttl": _text(found.feed.get("ttl"))[:10],
        "bozo": bool(found.get("bozo")),
        "total": len(found.entries),
        "keys": list(enumerate(keys)),
        "entries": list(reversed(distinct.values())),
    }


def _entry(entry: Any, feed: Any, now: dt.datetime, zone: float, base: str) -> dict[str, Any]:
    from registry.domain.feed_dates import read_date

    raw = _text(entry.get("published") or entry.get("updated") or entry.get("created") or "")
    published, unsure = read_date(raw, now, zone)
    source = entry.get("source") or {}
    return {
        "guid": _text(entry.get("id"))[:MOST_URL],
        "url": _link(entry, base),
        "title": _plain(entry.get("title", ""))[:MOST_TITLE],
        "summary": _plain(_longest(entry))[:MOST_SUMMARY],
        "language": _text(_language(entry) or feed.get("language"))[:10],
        "publisher": _plain(source.get("title", "") or entry.get("author", ""))[:200],
        "published": published.isoformat() if published else None,
        "published_raw": raw[:MOST_RAW],
        "unsure": unsure,
    }


def _text(value: Any) -> str:
    """Text that any database takes: no zero character, no half of a surrogate pair."""
    return str(value or "").replace("\x00", "").encode("utf-8", "replace").decode()


def _language(entry: Any) -> str:
    return str((entry.get("title_detail") or {}).get("language") or "")


def _longest(entry: Any) -> str:
    """The summary, or the content where the entry has no summary of its own."""
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    return str(entry.get("summary", "")) or max(contents, key=len, default="")


def _link(entry: Any, base: str) -> str:
    """The entry's address; a relative one by the feed's. A guid is an address only where it is a whole one."""
    link, guid = _text(entry.get("link")).strip(), _text(entry.get("id")).strip()
    with suppress(ValueError):
        if link and link != guid and not urlsplit(link).scheme:
            link = urljoin(base, link)
    return _web(link) or _web(guid)


def _web(link: Any) -> str:
    text = _text(link).strip()
    try:
        good = urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).hostname)
    except ValueError:
        good = False
    return text if good and len(text) <= MOST_URL else ""


def _plain(markup: Any) -> str:
    """Text without markup; what looked like markup in it stays text."""
    import nh3

    spaced = _BLOCK.sub(lambda match: match.group(0) + "\n", _text(markup)[: 4 * MOST_SUMMARY])
    bare = html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))
    return "\n".join(" ".join(line.split()) for line in bare.splitlines() if line.strip())


_SKIPPED = re.compile(r"<(script|style|noscript|template)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_PARTS = re.compile(r"<(?:br|p|div|li|h\d|tr|section|article)\b", re.I)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,30})", re.I)
MOST_PAGE = 1_000_000


def page_text(body: bytes, content_type: str) -> str:
    """The words of a web page, line by line."""
    import nh3

    found = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(body[:2000])
    try:
        raw = body.decode(found[1].decode() if found else "utf-8", "replace")
    except LookupError:
        raw = body.decode("utf-8", "replace")
    spaced = _PARTS.sub(lambda match: "\n" + match.group(), _SKIPPED.sub(" ", _text(raw)))
    bare = html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))
    lines = (" ".join(line.split()) for line in bare.splitlines())
    return "\n".join(line for line in lines if line)[:MOST_PAGE]


def _keys(entries: list[dict[str, Any]], taken: set[str], known: set[str]) -> list[str]:
    """The identity of each entry: guid; guid and address where a guid repeats; address; title and text.

    ``taken`` are keys of entries that stand in the feed too but were not read again, ``known`` those of the last look.
    """
    counts = Counter(entry["guid"] for entry in entries if entry["guid"])
    return [_key(entry, counts[entry["guid"]] > 1, taken, known) for entry in entries]


def _key(entry: dict[str, Any], repeated: bool, taken: set[str], known: set[str]) -> str:
    alone = "guid:" + _hash(entry["guid"])
    both = "both:" + _hash(entry["guid"], entry["url"])
    if entry["guid"] and not repeated and alone not in taken and both not in known:
        return alone
    if entry["guid"] and entry["url"]:
        return both
    if entry["url"]:
        return "url:" + _hash(entry["url"])
    return "text:" + _hash(entry["title"], entry["summary"])


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
