"""What a lot's code leads to beside its page: its credentials, as links by type (RFC 9264, GS1 Digital Link)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from registry.paths import lot_path
from traceability.models import Lot

LINKSET_TYPE = "application/linkset+json"
CREDENTIAL_TYPE = "application/vc+jwt"
_GS1 = "https://ref.gs1.org/voc/"
#: By kind of credential: its link types in the vocabularies of UNTP and of GS1, and its name.
_CREDENTIALS = {
    "passport": ("untp:dpp", f"{_GS1}pip", "Digital Product Passport"),
    "events": ("untp:dte", f"{_GS1}traceability", "Digital Traceability Events"),
    "conformity": ("untp:dcc", f"{_GS1}certificationInfo", "Digital Conformity Credential"),
}


@dataclass(frozen=True, slots=True)
class TypedLink:
    """A link of a lot. ``types``: the link types that lead there."""

    types: tuple[str, ...]
    href: str
    media_type: str
    title: str


def links_of(lot: Lot, *, masked: bool) -> list[TypedLink]:
    """The page first, then the credentials: none where the masses that they state are ``masked`` for the reader."""
    page = TypedLink((f"{_GS1}defaultLink",), _absolute(lot_path(lot.lot_id)), "text/html", f"Lot {lot.lot_id}")
    return [page] if masked else [page, *(_credential(lot, kind) for kind in _CREDENTIALS)]


def _credential(lot: Lot, kind: str) -> TypedLink:
    untp, gs1, title = _CREDENTIALS[kind]
    href = _absolute(reverse("traceability:lot-credential", args=[lot.lot_id, kind]))
    return TypedLink((untp, gs1), href, CREDENTIAL_TYPE, title)


def linkset(lot: Lot, *, masked: bool) -> dict[str, Any]:
    """The links as RFC 9264 writes them in JSON."""
    found: dict[str, Any] = {"anchor": _absolute(lot_path(lot.lot_id))}
    for link in links_of(lot, masked=masked):
        for name in link.types:
            found[name] = [{"href": link.href, "type": link.media_type, "title": link.title}]
    return {"linkset": [found]}


def wants_linkset(link_type: str, accepted: str) -> bool:
    return link_type in ("linkset", "all") or LINKSET_TYPE in accepted


def target(lot: Lot, link_type: str, *, masked: bool) -> str:
    """Where a link type leads, such as gs1:traceability or untp:dpp; for one that there is not, the page."""
    wanted = link_type.replace("gs1:", _GS1, 1) if link_type.startswith("gs1:") else link_type
    links = links_of(lot, masked=masked)
    return next((link.href for link in links if wanted in link.types), links[0].href)


def link_header(lot: Lot, *, masked: bool) -> str:
    """The same for a program that reads the page's headers alone (RFC 8288)."""
    address = _absolute(reverse("traceability:linkset", args=[lot.lot_id]))
    set_of_links = f'<{address}>; rel="linkset"; type="{LINKSET_TYPE}"'
    credentials = links_of(lot, masked=masked)[1:]
    links = (f'<{each.href}>; rel="{" ".join(each.types)}"; type="{each.media_type}"' for each in credentials)
    return ", ".join([set_of_links, *links])


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"
