"""The dossier's PDF: the page of a lot for paper, with what an auditor asks for beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import segno
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from traceability.exceptions import CannotPrint

_TEMPLATE = "traceability/dossier.html"


def render_pdf(context: dict[str, Any]) -> bytes:
    """The PDF of what ``traceability.services.dossier`` gathered. Raises CannotPrint where pango is not installed."""
    try:
        from weasyprint import CSS, HTML
    except OSError as error:  # WeasyPrint loads pango as it is imported
        raise CannotPrint from error
    drawings = _drawings(context)
    html = render_to_string(_TEMPLATE, {**context, **drawings})
    style = CSS(string=_static("dossier.css"), url_fetcher=_refuse)
    document = HTML(string=html, url_fetcher=_refuse).render(stylesheets=[style])
    printed: bytes = document.write_pdf(pdf_tags=True)
    return printed


def qr_code(url: str) -> str:
    """A QR code as inline SVG."""
    return str(segno.make(url, error="m").svg_inline(scale=3, border=0, dark="#14201F"))


def _drawings(context: dict[str, Any]) -> dict[str, str]:
    """The pictures of the lot's page, each with its own paint: a PDF's drawings do not see the style of the page."""
    page = context["page"]
    stretched = '<svg viewBox="0 0 700 44" preserveAspectRatio="none" '
    bar = render_to_string("components/share_bar.html", {"parts": page.parts, "words": page.origin_words})
    found = {
        "bar": _painted(bar.replace("<svg ", stretched, 1)),
        "qr": qr_code(context["url"]),
    }
    if page.picture:
        words = {"layout": page.picture.wide, "words": "Path of the lot"}
        found["picture"] = _painted(render_to_string("components/path.html", words))
    return found


def _painted(svg: str) -> str:
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
