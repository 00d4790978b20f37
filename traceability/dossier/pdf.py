"""The drawings of a lot's dossier: those of its page, for paper."""

from __future__ import annotations

from django.template.loader import render_to_string

from ledger.dossier.printing import painted
from traceability.pages.lot import LotPage


def drawings(page: LotPage) -> dict[str, str]:
    """``bar`` and, where the lot was made of others, ``picture``, as inline SVG."""
    stretched = '<svg viewBox="0 0 700 44" preserveAspectRatio="none" '
    bar = render_to_string("components/share_bar.html", {"parts": page.parts, "words": page.origin_words})
    found = {"bar": painted(bar.replace("<svg ", stretched, 1))}
    if page.picture:
        words = {"layout": page.picture.wide, "words": "Path of the lot"}
        found["picture"] = painted(render_to_string("components/path.html", words))
    return found
