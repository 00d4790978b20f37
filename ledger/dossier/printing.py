"""The PDF of a dossier: a template of Django set by WeasyPrint, that fetches nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NoReturn

import segno
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from ledger.domain.actor import Actor
from ledger.exceptions import CannotPrint
from ledger.models import TreeHead
from ledger.reading import announced_keys


def frame(
    *,
    name: str,
    url: str,
    head: TreeHead,
    by: Actor,
    at: dt.datetime,
    is_demo: bool,
    known_at: dt.datetime | None = None,
) -> dict[str, Any]:
    """What `dossier.html`, the frame of every dossier, says: where it is from, and the state of the log.

    ``known_at`` is the instant whose knowledge it shows, the export's ``at`` where none is given.
    """
    return {
        "name": name,
        "url": url,
        "head": head,
        "key": str(announced_keys()[-1][1]),
        "exported_at": at,
        "known_at": known_at or at,
        "exported_by": by.public_id,
        "is_demo": is_demo,
        "qr": qr_code(url),
    }


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Raises CannotPrint where pango is not installed."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:  # WeasyPrint loads pango as it is imported
        raise CannotPrint from error
    style = CSS(string=_static("dossier.css"), url_fetcher=_refuse)
    document = HTML(string=render_to_string(template, context), url_fetcher=_refuse).render(stylesheets=[style])
    printed: bytes = document.write_pdf(pdf_tags=True)
    return printed


def qr_code(url: str) -> str:
    """A QR code as inline SVG."""
    return str(segno.make(url, error="m").svg_inline(scale=3, border=0, dark="#14201F"))


def painted(svg: str) -> str:
    """A page's drawing with its own paint: a PDF's drawings do not see the style of the page."""
    head, tag, rest = svg.partition("<svg ")
    opening, close, body = rest.partition(">")
    namespace = 'xmlns="http://www.w3.org/2000/svg" '
    return f"{head}{tag}{namespace}{opening}{close}{_static('dossier-paint.svg')}{body}"


def _static(name: str) -> str:
    path = finders.find(name)
    assert isinstance(path, str)
    return Path(path).read_text(encoding="utf-8")


def _refuse(url: str, *args: Any, **kwargs: Any) -> NoReturn:
    """Nothing in a dossier is fetched, neither from the network nor from the disk."""
    raise ValueError(f"a dossier fetches nothing, {url[:80]} neither")
