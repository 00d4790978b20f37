"""Pages of a lot's label, and of who may see the lot."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from ledger.domain.actor import Door
from registry.models import User
from registry.paths import lot_path
from traceability import linksets
from traceability.domain.labels import BadLabel, digital_link, gtin14
from traceability.domain.sharing import LEVEL_WORDS, Level
from traceability.exceptions import UnknownLot
from traceability.models import Lot, PartyPerson
from traceability.selectors.visibility import can_view_all, get_lot, get_sharing, masked_lots
from traceability.services import sharing as service

_CLOSED = "Who sees a lot is decided by officers and auditors who are signed in."


@require_GET
def label(request: HttpRequest, lot_id: str) -> HttpResponse:
    """A label to print: the code, and what a person wants to read beside it."""
    lot = _lot(lot_id, request)
    try:
        link = _link(lot, request.GET.get("gtin", ""))
    except BadLabel as error:
        return render(request, "traceability/label.html", {**_words(lot, request), "error": str(error)}, status=400)
    return render(request, "traceability/label.html", {**_words(lot, request), "link": link})


@require_GET
def label_svg(request: HttpRequest, lot_id: str) -> HttpResponse:
    lot, drawn = _lot(lot_id, request), io.BytesIO()
    try:
        code = segno.make(_link(lot, request.GET.get("gtin", "")), error="m", micro=False)
    except BadLabel as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    code.save(drawn, kind="svg", border=4, svgns=True, xmldecl=False, light="#fff")
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@require_GET
def resolve(request: HttpRequest, gtin: str, lot_id: str) -> HttpResponse:
    """Where a GS1 Digital Link leads: the page of the lot, whatever the reader may see there; with `?linkType=` what
    the type names, such as gs1:traceability or untp:dpp, or the whole linkset."""
    try:
        gtin14(gtin)
    except BadLabel as error:
        return render(request, "400.html", {"reason": str(error)}, status=400)
    asked = request.GET.get("linkType", "")
    if linksets.wants_linkset(asked, request.headers.get("Accept", "")):
        return linkset(request, lot_id)
    if asked:
        lot = _lot(lot_id, request)
        return redirect(linksets.target(lot, asked, masked=_is_masked(lot, request)))
    return redirect(lot_path(lot_id))


@require_GET
def linkset(request: HttpRequest, lot_id: str) -> HttpResponse:
    """What the code leads to, as a linkset (RFC 9264)."""
    lot = _lot(lot_id, request)
    plain = linksets.linkset(lot, masked=_is_masked(lot, request))
    return JsonResponse(plain, content_type=linksets.LINKSET_TYPE)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: HttpRequest, lot_id: str) -> HttpResponse:
    user = request.user
    if not (isinstance(user, User) and user.has_perm("traceability.change_sharing")):
        raise PermissionDenied(_CLOSED)
    lot = _lot(lot_id, request)
    if request.method == "POST":
        _decide(request, lot, user)
        return redirect(request.path)
    own, holder = get_sharing(lot)
    own_level = own.level if own else Level.PUBLIC.value if lot.is_public else ""
    context: dict[str, Any] = {
        "section": "lots",
        "lot": lot,
        "own": own,
        "own_level": own_level,
        "holder": holder,
        "levels": [(level.value, words) for level, words in LEVEL_WORDS.items()],
        "readers": [row.user for row in PartyPerson.objects.filter(party=lot.state.holder).select_related("user")],
    }
    return render(request, "traceability/sharing.html", context)


def _decide(request: HttpRequest, lot: Lot, user: User) -> None:
    given, by = request.POST, user.actor(Door.WEB)
    reason, masks = given.get("reason", "").strip()[:500], given.get("masks") == "yes"
    level = given.get("level", "")
    if given.get("do") == "reader":
        _add_reader(request, lot, user)
    elif given.get("do") == "no-reader":
        _remove_reader(request, lot, user, reason)
    elif level not in set(Level):
        messages.error(request, "Choose who may see it.")
    elif not reason:
        messages.error(request, "Say why; the log keeps it.")
    elif given.get("do") == "party":
        service.share_party(party=lot.state.holder, level=Level(level), masks_masses=masks, by=by, reason=reason)
        messages.success(request, f"Decided for the lots of {lot.state.holder.name}.")
    else:
        service.share_lot(lot=lot, level=Level(level), masks_masses=masks, by=by, reason=reason)
        messages.success(request, f"Decided for {lot.lot_id}.")


def _add_reader(request: HttpRequest, lot: Lot, user: User) -> None:
    reader = User.objects.filter(username=request.POST.get("username", "").strip(), is_active=True).first()
    if reader is None:
        messages.error(request, "There is no account of that name; an administrator makes accounts.")
        return
    service.add_reader(user=reader, party=lot.state.holder, by=user.actor(Door.WEB))
    messages.success(request, f"That account now reads for {lot.state.holder.name}.")


def _remove_reader(request: HttpRequest, lot: Lot, user: User, reason: str) -> None:
    reader = User.objects.filter(public_id=request.POST.get("person", "")).first()
    if reader is None or not reason:
        messages.error(request, "Say why; the log keeps it.")
        return
    service.remove_reader(user=reader, party=lot.state.holder, by=user.actor(Door.WEB), reason=reason)
    messages.success(request, f"That account reads for {lot.state.holder.name} no more.")


def _words(lot: Lot, request: HttpRequest) -> dict[str, Any]:
    return {
        "section": "lots",
        "lot": lot,
        "gtin": request.GET.get("gtin", "")[:20],
        "is_masked": _is_masked(lot, request),
        "may_share": can_view_all(request.user) and request.user.has_perm("traceability.change_sharing"),
    }


def _is_masked(lot: Lot, request: HttpRequest) -> bool:
    return bool(masked_lots([lot.pk], request.user))


def _link(lot: Lot, gtin: str) -> str:
    if gtin.strip():
        return digital_link(settings.SITE_URL, gtin, lot.lot_id)
    return f"{settings.SITE_URL.rstrip('/')}{lot_path(lot.lot_id)}"


def _lot(lot_id: str, request: HttpRequest) -> Lot:
    try:
        return get_lot(lot_id, request.user)
    except UnknownLot as error:
        raise Http404(str(error)) from error
