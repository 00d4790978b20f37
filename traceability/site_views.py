"""The page of a site: what is known of it, and its accounts by period, kept by its operator or an auditor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ledger.domain.actor import Door
from registry.models import Facility, User
from registry.paths import facility_path
from registry.wording import country_names
from traceability import account_steps as steps
from traceability.claim_forms import AssignForm, BookForm
from traceability.claiming import accounts_of, accounts_seen, can_see_accounts, record_path, sites_without_account
from traceability.exceptions import BadClaim, UnknownLot
from traceability.selectors.claims import can_claim, can_see_site

_CLOSED = "The accounts of a site are open to officers, auditors, and the people of whoever operates it."


@login_required
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    """The accounts of all sites whose accounts the reader sees."""
    if not can_see_accounts(request.user):
        raise PermissionDenied(_CLOSED)
    context = {
        "section": "lots",
        "accounts": list(accounts_seen(request.user)),
        "empty": sites_without_account(request.user),
    }
    return render(request, "traceability/sites.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, facility_id: str) -> HttpResponse:
    facility = Facility.objects.select_related("operator").filter(facility_id=facility_id).first()
    user = request.user
    if not isinstance(user, User) or (facility is None and not user.has_perm("traceability.view_lot")):
        raise PermissionDenied(_CLOSED)
    if facility is None:
        raise Http404("There is no such facility on record.")
    if not can_see_site(user, facility):
        raise PermissionDenied(_CLOSED)
    form = BookForm(request.POST if request.POST.get("do") == "book" else None)
    if request.method == "POST":
        if not can_claim(user, facility):
            raise PermissionDenied("Credits and claims are recorded by auditors, officers and the site’s operator.")
        if _done(request, facility, user, form):
            return redirect(request.path)
    context: dict[str, Any] = {
        "section": "lots",
        "facility": facility,
        "country": country_names().get(facility.country, facility.country),
        "accounts": accounts_of(facility),
        "record": record_path(facility),
        "page": facility_path(facility.facility_id) if facility.source_id else "",
        "form": form,
        "may_claim": can_claim(user, facility),
    }
    return render(request, "traceability/site.html", context, status=400 if request.method == "POST" else 200)


def _done(request: HttpRequest, facility: Facility, user: User, form: BookForm) -> bool:
    """Do what the button says; what does not go is said on the page."""
    do = {"book": _book, "assign": _assign, "withdraw-claim": _withdraw_claim, "withdraw-credit": _withdraw_credit}
    step = do.get(request.POST.get("do", ""))
    if step is None:
        return False
    try:
        said = step(request, facility, user, form)
    except (BadClaim, UnknownLot) as error:
        messages.error(request, str(error))
        return False
    if said:
        messages.success(request, said)
    return bool(said)


def _book(request: HttpRequest, facility: Facility, user: User, form: BookForm) -> str:
    if not form.is_valid():
        return ""
    credit = steps.book(facility, user, form.cleaned_data, Door.WEB)
    return f"Booked {credit.in_kg.normalize():f} kg."


def _assign(request: HttpRequest, facility: Facility, user: User, form: BookForm) -> str:
    asked = AssignForm(request.POST)
    if not asked.is_valid():
        raise BadClaim("Name the lot, and write kilograms as a plain number such as 12.5.")
    claim = steps.assign(facility, user, request.POST.get("credit", ""), asked.cleaned_data, Door.WEB)
    return f"Claimed for {claim.lot.lot_id}."


def _withdraw_claim(request: HttpRequest, facility: Facility, user: User, form: BookForm) -> str:
    steps.withdraw_claim(facility, user, request.POST.get("claim", ""), request.POST.get("reason", ""), Door.WEB)
    return "Withdrawn; what it used is free again."


def _withdraw_credit(request: HttpRequest, facility: Facility, user: User, form: BookForm) -> str:
    steps.withdraw_credit(facility, user, request.POST.get("credit", ""), request.POST.get("reason", ""), Door.WEB)
    return "Withdrawn."
