"""Following one lot with one press, from its page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from alerts.exceptions import AlertsError
from alerts.selectors import watches
from alerts.services import subscriptions
from alerts.services.contacts import contact_of
from alerts.services.owners import portal_of
from alerts.services.subscriptions import Asked
from registry.models import User
from registry.paths import lot_path


@login_required
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """Tell the reader of a lot by the portal, or no more. Nobody is told what they may not see."""
    lot_id, person = request.POST.get("lot", "").strip()[:100], request.user
    if not lot_id or not isinstance(person, User):
        messages.error(request, "Open the page of the lot, and press Follow there.")
        return redirect("alerts:portal")
    if request.POST.get("do") == "stop":
        for subscription in watches(person=person, lot_id=lot_id):
            subscriptions.stop(subscription=subscription)
        messages.success(request, f"You follow {lot_id} no more.")
        return redirect(lot_path(lot_id))
    try:
        endpoint = portal_of(contact_of(person=person))
        subscriptions.add(endpoint=endpoint, asked=Asked(topic="lots", lots=(lot_id,)))
    except AlertsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"You follow {lot_id}: what happens to it stands on your page of alerts.")
    return redirect(lot_path(lot_id))
