"""The drawings of a lot's dossier: those of its page, for paper."""

from __future__ import annotations

import re

from django.template.loader import render_to_string

from ledger.dossier.printing import painted
from traceability.pages.lot import LotPage

#: WeasyPrint draws a stroke of a pattern as a hairline, so a strand is a colour with dashes across it: (colour, colour
#: and lengths of the dashes), near to the patterns of dossier-paint.svg.
_STRANDS: dict[str, tuple[str, str, str]] = {
    "o1": ("#0D5C6E", "", ""),
    "o2": ("#C8842A", "#E3C194", "1.5 4"),
    "o3": ("#0D5C6E", "#FFF", "3 4"),
    "o4": ("#C8842A", "#FFF", "2 4"),
    "o5": ("#0D5C6E", "#FFF", "1.5 1.5"),
    "o6": ("#C8842A", "#FFF", "1.5 1.5"),
    "others": ("#858C86", "", ""),
    "unknown": ("#FFF", "#4A5653", "1.6 2.4"),
}
_STRAND = re.compile(
    r'<path (?P<path>d="[^"]*" class="nf") stroke="url\(#p-(?P<pattern>\w+)\)" (?P<width>stroke-width="[^"]*")[^>]*/>'
)


def drawings(page: LotPage) -> dict[str, str]:
    """``bar`` and, where the lot was made of others, ``picture``, as inline SVG."""
    stretched = '<svg viewBox="0 0 700 44" preserveAspectRatio="none" '
    bar = render_to_string("components/share_bar.html", {"parts": page.parts, "words": page.origin_words})
    found = {"bar": painted(bar.replace("<svg ", stretched, 1))}
    if page.picture:
        words = {"layout": page.picture.wide, "words": "Path of the lot"}
        found["picture"] = painted(_STRAND.sub(_strand, render_to_string("components/path.html", words)))
    return found


def _strand(found: re.Match[str]) -> str:
    colour, across, dashes = _STRANDS[found["pattern"]]
    path, width = found["path"], found["width"]
    whole = f'<path {path} stroke="{colour}" {width}/>'
    return f'{whole}<path {path} stroke="{across}" {width} stroke-dasharray="{dashes}"/>' if across else whole
