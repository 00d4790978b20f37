"""Lists of feeds as OPML, and the feeds that a web page names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_BYTES, MOST_FEEDS, _MOST_LINKS = 2_000_000, 2_000, 20
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml",
                         "application/xml"})  # fmt: skip
_LOOKS_LIKE = re.compile(r"(?:^|[/_.=?&-])(?:rss|atom|feed|feeds|rdf)(?:$|[/_.=?&-])", re.I)
#: Characters that XML cannot carry.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed as a list names it."""

    title: str
    url: str
    language: str = ""


def read_opml(data: bytes) -> list[Outline]:
    """Read the feeds of an OPML file, each address once. Raises ValueError with a sentence."""
    if len(data) > MOST_BYTES:
        raise ValueError(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise ValueError("The file declares a document type or entities, which are not read.") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ValueError(f"The file is no XML: {error}.") from error
    if root.tag.lower() != "opml":
        raise ValueError(f"The file is no OPML: it begins with <{root.tag[:40]}>.")
    found = {outline.url: outline for outline in map(_outline, root.iter("outline")) if outline.url}
    if len(found) > MOST_FEEDS:
        raise ValueError(f"The file names {len(found)} feeds; at most {MOST_FEEDS} are taken at once.")
    return list(found.values())


def _outline(element: ElementTree.Element) -> Outline:
    known = {name.lower(): " ".join(value.split()) for name, value in element.attrib.items()}
    title = known.get("title") or known.get("text") or known.get("xmlurl", "")
    return Outline(title, known.get("xmlurl", ""), known.get("language", ""))


def write_opml(title: str, outlines: Iterable[Outline]) -> str:
    """An OPML 2.0 document."""
    rows = "".join(
        f"    <outline type={_quoted('rss')} text={_quoted(row.title)} title={_quoted(row.title)} "
        f"xmlUrl={_quoted(row.url)} language={_quoted(row.language)}/>\n"
        for row in outlines
    )
    head = f"  <head><title>{_quoted(title)[1:-1]}</title></head>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n{head}\n  <body>\n{rows}  </body>\n</opml>\n'


def _quoted(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("", text))


def feed_links(markup: str, base: str) -> list[Outline]:
    """The feeds that a page declares, then addresses in it that look like feeds; each once, at most 20."""
    page = _Page(base)
    page.feed(markup)
    page.close()
    found: dict[str, Outline] = {}
    for row in (*page.declared, *page.guessed):
        found.setdefault(row.url, row)
    return list(found.values())[:_MOST_LINKS]


class _Page(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self.declared: list[Outline] = []
        self.guessed: list[Outline] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = {name: unescape(value or "").strip() for name, value in attributes}
        href = known.get("href", "")
        if tag == "base" and href:
            self._base = self._joined(href) or self._base
        elif tag == "link" and "alternate" in known.get("rel", "").lower().split():
            if known.get("type", "").split(";")[0].strip().lower() in _FEED_TYPES:
                self._add(self.declared, known.get("title", ""), href)
        elif tag == "a" and _LOOKS_LIKE.search(href):
            self._add(self.guessed, known.get("title", ""), href)

    def _add(self, rows: list[Outline], title: str, href: str) -> None:
        url = self._joined(href)
        if url.startswith(("http://", "https://")):
            rows.append(Outline(" ".join(title.split())[:200] or url, url))

    def _joined(self, href: str) -> str:
        try:
            return urljoin(self._base, href)
        except ValueError:
            return ""
