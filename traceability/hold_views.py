"""The page of a hold: what it would reach, the button, and the notice to print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ledger.domain.actor import Door
from registry.models import User
from registry.wording import country_names
from traceability.domain.holds import HoldKind, HoldState
from traceability.exceptions import UnknownLot, WrongState
from traceability.models import Hold, Lot
from traceability.selectors.holds import get_affected, get_holds_of
from traceability.selectors.visibility import can_view_all, get_lot
from traceability.services import holds as service

_CLOSED = "Holds and recalls are for officers and auditors who are signed in."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, lot_id: str) -> HttpResponse:
    user = _user(request)
    lot = _lot(lot_id, user)
    holds = get_holds_of(lot)
    placed = next((one for one in holds if one.state == HoldState.PLACED), None)
    if request.method == "POST" and _done(request, lot, placed, user):
        return redirect(request.path)
    context: dict[str, Any] = {
        "section": "lots",
        "lot": lot,
        "placed": placed,
        "earlier": [one for one in holds if one is not placed],
        "affected": get_affected(lot),
        "countries": country_names(),
        "kinds": HoldKind,
        "may_hold": user.has_perm("traceability.place_hold"),
    }
    return render(request, "traceability/hold.html", context)


def _done(request: HttpRequest, lot: Lot, placed: Hold | None, user: User) -> bool:
    """Place or lift, as the button says; what does not go is said on the page."""
    if not user.has_perm("traceability.place_hold"):
        raise PermissionDenied(_CLOSED)
    by, reason = user.actor(Door.WEB), request.POST.get("reason", "")
    try:
        if request.POST.get("do") == "lift":
            if placed is None:
                raise WrongState("This hold is lifted already.")
            service.lift_hold(hold=placed, by=by, reason=reason)
        else:
            kind = HoldKind.RECALL if request.POST.get("kind") == HoldKind.RECALL else HoldKind.HOLD
            service.place_hold(lot=lot, kind=kind, by=by, reason=reason)
    except WrongState as error:
        messages.error(request, str(error))
        return False
    return True


def _user(request: HttpRequest) -> User:
    if not (isinstance(request.user, User) and can_view_all(request.user)):
        raise PermissionDenied(_CLOSED)
    return request.user


def _lot(lot_id: str, user: User) -> Lot:
    try:
        return get_lot(lot_id, user)
    except UnknownLot as error:
        raise Http404(str(error)) from error
