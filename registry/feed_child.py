"""Reads one feed in a process of its own, with little memory and time: bytes on stdin, JSON on stdout. No Django."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import io
import json
import re
import resource
import sys
from typing import Any
from urllib.parse import urlsplit

CPU_SECONDS = 10
MEMORY_BYTES = 768 * 1024 * 1024
MOST_ENTRIES = 500
MOST_TITLE, MOST_SUMMARY, MOST_URL, MOST_RAW = 1_000, 20_000, 2_000, 100
_BLOCK = re.compile(r"<(?:br|/p|/div|/li|/h\d|/tr)\b[^>]*>", re.I)


def main() -> int:
    """Read a JSON line (headers, address, now, zone), then the body; write the feed as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    told = json.loads(sys.stdin.buffer.readline())
    body = sys.stdin.buffer.read()
    json.dump(read(body, told), sys.stdout)
    return 0


def read(body: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """Parse bytes into plain values; ``entries`` at most 500, each with a ``key`` of its own."""
    import feedparser

    headers = {"content-type": told.get("content_type", ""), "content-location": told.get("url", "")}
    found = feedparser.parse(
        io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not found.get("version") and not found.entries:
        return {"error": "no feed"}
    now = dt.datetime.fromisoformat(told["now"])
    entries = [_entry(entry, found.feed, now, float(told.get("zone", 7.0))) for entry in found.entries[:MOST_ENTRIES]]
    return {
        "title": _plain(found.feed.get("title", ""))[:200],
        "language": str(found.feed.get("language", ""))[:10],
        "ttl": str(found.feed.get("ttl", ""))[:10],
        "bozo": bool(found.get("bozo")),
        "entries": _keyed(entries),
    }


def _entry(entry: Any, feed: Any, now: dt.datetime, zone: float) -> dict[str, Any]:
    from registry.domain.feed_dates import read_date

    raw = str(entry.get("published") or entry.get("updated") or entry.get("created") or "")
    published, unsure = read_date(raw, now, zone)
    source = entry.get("source") or {}
    return {
        "guid": str(entry.get("id") or "")[:MOST_URL],
        "url": _web(entry.get("link")) or _web(entry.get("id")),
        "title": _plain(entry.get("title", ""))[:MOST_TITLE],
        "summary": _plain(_longest(entry))[:MOST_SUMMARY],
        "language": str(_language(entry) or feed.get("language") or "")[:10],
        "publisher": _plain(source.get("title", "") or entry.get("author", ""))[:200],
        "published": published.isoformat() if published else None,
        "published_raw": raw[:MOST_RAW],
        "unsure": unsure,
    }


def _language(entry: Any) -> str:
    return str((entry.get("title_detail") or {}).get("language") or "")


def _longest(entry: Any) -> str:
    """The summary, or the content where the entry has no summary of its own."""
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    return str(entry.get("summary", "")) or max(contents, key=len, default="")


def _web(link: Any) -> str:
    text = str(link or "").strip()
    try:
        good = urlsplit(text).scheme in ("http", "https") and bool(urlsplit(text).hostname)
    except ValueError:
        good = False
    return text if good and len(text) <= MOST_URL else ""


def _plain(markup: Any) -> str:
    """Text without markup; what looked like markup in it stays text."""
    import nh3

    spaced = _BLOCK.sub(lambda match: match.group(0) + "\n", str(markup)[: 4 * MOST_SUMMARY])
    bare = html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))
    return "\n".join(" ".join(line.split()) for line in bare.replace("\x00", "").splitlines() if line.strip())


def _keyed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each entry an identity: guid; guid and address where a guid repeats; address; title and text."""
    guids = [entry["guid"] for entry in entries if entry["guid"]]
    repeated = {guid for guid in guids if guids.count(guid) > 1} if len(set(guids)) < len(guids) else set()
    kept: dict[str, dict[str, Any]] = {}
    for entry in entries:
        entry["key"] = _key(entry, entry["guid"] in repeated)
        kept.setdefault(entry["key"], entry)
    return list(kept.values())


def _key(entry: dict[str, Any], repeated: bool) -> str:
    if entry["guid"] and not repeated:
        return "guid:" + _hash(entry["guid"])
    if entry["guid"] and entry["url"]:
        return "both:" + _hash(entry["guid"], entry["url"])
    if entry["url"]:
        return "url:" + _hash(entry["url"])
    return "text:" + _hash(entry["title"], entry["summary"])


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
