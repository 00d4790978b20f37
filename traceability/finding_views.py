"""What a person decides about a finding, on the page of the lot it stands on."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ledger.domain.actor import Door
from registry.models import User
from traceability.document_views import back
from traceability.domain.vocabulary import FindingState
from traceability.exceptions import WrongState
from traceability.models import Finding
from traceability.selectors.findings import current_findings
from traceability.services.findings import decide

_CLOSED = "Findings are decided by officers and auditors who are signed in."
_WORDS = {
    FindingState.ACKNOWLEDGED: "The finding is acknowledged.",
    FindingState.DISMISSED: "The finding is dismissed; it opens again when its evidence changes.",
    FindingState.OPEN: "The finding is open again.",
}


@login_required
@require_POST
def decide_finding(request: HttpRequest, lot_id: str) -> HttpResponse:
    """Acknowledge, dismiss with a reason, or open again the finding of a code at an event of a lot."""
    user = request.user
    if not (isinstance(user, User) and user.has_perm("traceability.decide_finding")):
        raise PermissionDenied(_CLOSED)
    finding = _finding(request, lot_id)
    try:
        state = FindingState(request.POST.get("state", ""))
        reason = request.POST.get("reason", "").strip()[:2_000]
        decide(finding=finding, state=state, by=user.actor(Door.WEB), reason=reason)
        messages.success(request, _WORDS[state])
    except (ValueError, WrongState) as error:
        messages.error(request, str(error))
    return redirect(f"{back(request)}#findings")


def _finding(request: HttpRequest, lot_id: str) -> Finding:
    named = {"code": request.POST.get("code", ""), "event__event_id": request.POST.get("event", "")}
    finding = current_findings().filter(lot__lot_id=lot_id, **named).first()
    if finding is None:
        raise Http404("There is no such finding.")
    return finding
