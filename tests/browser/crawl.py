"""Follows links as a reader would, and remembers what does not open."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

#: Segments of an address that name a kind of page; any other segment names one of that kind.
_KINDS = {
    "", "accounts", "admin", "add", "api", "calendar.ics", "change", "changes", "countries", "demo", "docs", "epcis",
    "explain", "facts", "feeds", "findings", "governance", "access", "capability", "history", "instruments", "log",
    "login", "lots", "methodology", "minerals", "registry", "schema", "scorecard", "scores", "search", "subscribe",
    "trace", "v1", "v2", "traceability", "scoring", "alerts",
}  # fmt: skip


class Links(HTMLParser):
    """The addresses a page points to, its anchors, and the files it needs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.anchors: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.anchors.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in {"script", "img"} and found.get("src"):
            self.files.append(found["src"])
        elif tag == "link" and found.get("rel") in {"stylesheet", "icon", "alternate"}:
            self.files.append(found["href"])


def kind_of(address: str) -> str:
    """The kind of page: names and numbers in the path become `*`; of the query it counts only whether there is one."""
    parts = urlsplit(address)
    path = "/".join(segment if segment in _KINDS else "*" for segment in parts.path.split("/"))
    return f"{path}?" if parts.query else path


@dataclass
class Crawl:
    """From ``start``, every internal link, at most ``each`` pages of one kind."""

    url: str
    http: requests.Session
    each: int
    dead: list[str] = field(default_factory=list)
    opened: dict[str, set[str]] = field(default_factory=dict)

    def run(self, start: str = "/") -> Crawl:
        kinds: Counter[str] = Counter()
        waiting, seen, pointed = deque([(start, "the start")]), {start}, []
        while waiting:
            address, origin = waiting.popleft()
            kinds[kind_of(address)] += 1
            if kinds[kind_of(address)] > self.each:
                continue
            for link, anchor in self._open(address, origin):
                if anchor:
                    pointed.append((link, anchor, address))
                if link not in seen:
                    seen.add(link)
                    waiting.append((link, address))
        for link, anchor, origin in pointed:
            if link in self.opened and anchor not in self.opened[link]:
                self.dead.append(f"{origin} points to {link}#{anchor}, which has no such place")
        return self

    def _open(self, address: str, origin: str) -> list[tuple[str, str]]:
        answer = self.http.get(self.url + address, timeout=60)
        if answer.status_code >= 400:
            self.dead.append(f"{answer.status_code} {address}, from {origin}")
        if "text/html" not in answer.headers.get("Content-Type", ""):
            return []
        page = Links(answer.text)
        self.opened[address] = page.anchors
        here = urlsplit(answer.url)
        asked = f"{here.path}?{here.query}" if here.query else here.path
        found = []
        for raw in [*page.links, *page.files]:
            whole, anchor = urldefrag(urljoin(self.url + asked, raw))
            if whole.startswith(self.url + "/") and not re.search(r"/(logout|jsi18n)/", whole):
                found.append((whole.removeprefix(self.url), anchor))
        return found
