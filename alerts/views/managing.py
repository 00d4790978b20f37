"""A reader's own page: subscriptions, ways, inbox, log. Without an account it is reached by a mailed code alone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import selectors
from alerts.choices import SHORT_CADENCES, Topic, Way
from alerts.exceptions import AlertsError
from alerts.forms import AddressForm, CodeForm, PreferencesForm, ReaderWishForm, WebhookForm
from alerts.messages import title_of
from alerts.models import Bulletin, Contact, Delivery, Endpoint, Subscription
from alerts.scopes import scope_text
from alerts.services import contacts, heads, owners, subscriptions
from alerts.views.reader import asked_address, close_page, get_reader, needs_reader, open_page, remember_address
from ledger.domain.actor import Actor, Door
from registry.parts import ProofMark


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """Ask for an address and mail it a code; who is known already is sent on."""
    if request.user.is_authenticated or get_reader(request) is not None:
        return redirect("alerts:portal")
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contacts.ask_for_code(email=form.cleaned_data["email"])
        remember_address(request, form.cleaned_data["email"])
        return redirect("alerts:code")
    return render(request, "alerts/manage.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the mailed code."""
    if not asked_address(request):
        return redirect("alerts:manage")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reader = contacts.check_code(email=asked_address(request), code=form.cleaned_data["code"])
        except AlertsError as error:
            form.add_error("code", str(error))
        else:
            open_page(request, reader)
            return redirect("alerts:portal")
    return render(request, "alerts/code.html", {"form": form, "address": asked_address(request)})


@never_cache
@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    reader = get_reader(request)
    if reader is None and not request.user.is_authenticated:
        return redirect("alerts:manage")
    return render(request, "alerts/portal.html", _portal_context(reader))


def _portal_context(reader: Contact | None, **forms: Any) -> dict[str, Any]:
    contact = reader or Contact()
    rows = list(selectors.get_subscriptions(contact)) if contact.pk else []
    endpoints = list(contact.endpoints.order_by("pk")) if contact.pk else []
    wish = ReaderWishForm(contact=contact, on=timezone.localdate()) if endpoints else None
    preferences = {"language": contact.language, "time_zone": contact.time_zone}
    return {
        "reader": reader,
        "subscriptions": [(row, scope_text(row)) for row in rows],
        "endpoints": endpoints,
        "has_heads": any(row.topic == Topic.HEADS for row in rows),
        "inbox": [_inbox_row(each) for each in selectors.get_inbox(contact)] if contact.pk else [],
        "wish_form": forms.get("wish_form") or wish,
        "preferences_form": PreferencesForm(initial=preferences),
        "address_form": forms.get("address_form") or AddressForm(initial={"email": contact.email or ""}),
        "webhook_form": forms.get("webhook_form") or WebhookForm(),
        "cadences": SHORT_CADENCES,
        "timeout": settings.ALERT_TIMEOUT_SECONDS,
    }


def _inbox_row(delivery: Delivery) -> dict[str, Any]:
    items = selectors.items_of(delivery)
    first = items[0] if items else None
    return {
        "delivery": delivery,
        "title": title_of(delivery, items),
        "items": items,
        "page": first.page if first else "",
        "proof": ProofMark(first.entry) if first and first.entry else None,
    }


# ------------------------------------------------------------------ acts, each a POST that leads back


def _back(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("alerts:portal")


def _subscription(reader: Contact, public_id: str) -> Subscription:
    found: Subscription = get_object_or_404(reader.subscriptions, subscription_id=public_id)
    return found


def _endpoint(reader: Contact, public_id: str) -> Endpoint:
    rows: QuerySet[Endpoint] = Endpoint.objects.filter(contact=reader)
    return get_object_or_404(rows, endpoint_id=public_id)


@require_POST
@needs_reader
def add(request: HttpRequest, reader: Contact) -> HttpResponse:
    form = ReaderWishForm(request.POST, contact=reader, on=timezone.localdate())
    if form.is_valid():
        try:
            made = subscriptions.add(endpoint=form.chosen_endpoint(), asked=form.asked())
        except AlertsError as error:
            form.add_error(None, str(error))
        else:
            known = subscriptions.is_active(made)
            return _back(request, "You will be told." if known else "Confirm it by the link that was mailed to you.")
    return render(request, "alerts/portal.html", _portal_context(reader, wish_form=form), status=400)


@require_POST
@needs_reader
def add_heads(request: HttpRequest, reader: Contact) -> HttpResponse:
    """The box to tick for the signed heads of the log, by mail, one a day."""
    if reader.person_id is None or not reader.email:
        messages.error(request, "Give the address that the signed heads are mailed to first, below.")
        return redirect("alerts:portal")
    made = heads.ask_for_heads(endpoint=subscriptions.mail_endpoint(reader))
    known = subscriptions.is_active(made)
    return _back(request, "You will get a head a day." if known else "Confirm it by the link that was mailed to you.")


@require_POST
@needs_reader
def start(request: HttpRequest, reader: Contact) -> HttpResponse:
    """An account without a page yet: `needs_reader` has just made it."""
    return redirect("alerts:portal")


@require_POST
@needs_reader
def stop(request: HttpRequest, reader: Contact, public_id: str) -> HttpResponse:
    subscriptions.stop(subscription=_subscription(reader, public_id))
    return _back(request, "Stopped.")


@require_POST
@needs_reader
def stop_all(request: HttpRequest, reader: Contact) -> HttpResponse:
    subscriptions.stop_all(contact=reader)
    return _back(request, "All stopped.")


@require_POST
@needs_reader
def set_cadence(request: HttpRequest, reader: Contact, public_id: str) -> HttpResponse:
    try:
        subscriptions.set_cadence(
            subscription=_subscription(reader, public_id), cadence=request.POST.get("cadence", "")
        )
    except AlertsError as error:
        messages.error(request, str(error))
        return redirect("alerts:portal")
    return _back(request, "Changed.")


@require_POST
@needs_reader
def preferences(request: HttpRequest, reader: Contact) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a language and a time zone of the lists.")
        return redirect("alerts:portal")
    data = form.cleaned_data
    contacts.set_preferences(contact=reader, language=data["language"], zone=data["time_zone"])
    return _back(request, "Language and time zone are set.")


@require_POST
@needs_reader
def set_address(request: HttpRequest, reader: Contact) -> HttpResponse:
    """Only for accounts: without one, the address is who the reader is."""
    if reader.person_id is None:
        raise Http404
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            contacts.set_address(contact=reader, email=form.cleaned_data["email"])
        except AlertsError as error:
            form.add_error("email", str(error))
        else:
            return _back(request, "The address is set. Its first alert asks you to confirm it by mail.")
    return render(request, "alerts/portal.html", _portal_context(reader, address_form=form), status=400)


@require_POST
@needs_reader
def add_webhook(request: HttpRequest, reader: Contact) -> HttpResponse:
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            contacts.add_webhook(contact=reader, url=form.cleaned_data["url"])
        except AlertsError as error:
            form.add_error("url", str(error))
        else:
            return _back(request, "The webhook is there. Its secret stands beside it; now choose what it is told.")
    return render(request, "alerts/portal.html", _portal_context(reader, webhook_form=form), status=400)


@require_POST
@needs_reader
def act_on_endpoint(request: HttpRequest, reader: Contact, public_id: str, act: str) -> HttpResponse:
    endpoint = _endpoint(reader, public_id)
    by = Actor(reader.person.public_id if reader.person else reader.contact_id, Door.WEB)
    if act == "enable":
        owners.enable(endpoint=endpoint, by=by)
        return _back(request, "Switched on again.")
    if endpoint.way != Way.WEBHOOK:
        raise Http404
    if act == "rotate":
        contacts.rotate_secret(endpoint=endpoint)
        return _back(request, "There is a new secret; the one before signs too until you ask for the next.")
    if act == "test":
        contacts.send_test(endpoint=endpoint)
        return _back(request, "A test is on its way; the log shows what became of it.")
    contacts.remove_endpoint(endpoint=endpoint)
    return _back(request, "Removed.")


@require_POST
@needs_reader
def forget(request: HttpRequest, reader: Contact) -> HttpResponse:
    contacts.forget(contact=reader)
    close_page(request)
    messages.success(request, "Your address and your alerts are erased.")
    return redirect("alerts:subscribe")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    close_page(request)
    return redirect("alerts:subscribe")


# ------------------------------------------------------------------ the log, and the browser's notifications


@never_cache
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    reader = get_reader(request)
    if reader is None:
        return redirect("alerts:portal" if request.user.is_authenticated else "alerts:manage")
    return render(request, "alerts/log.html", {"rows": selectors.get_log(reader)})


@never_cache
@require_GET
def why(request: HttpRequest, bulletin_id: str) -> HttpResponse:
    reader = get_reader(request)
    if reader is None:
        return redirect("alerts:portal" if request.user.is_authenticated else "alerts:manage")
    bulletin = get_object_or_404(Bulletin, bulletin_id=bulletin_id)
    title = bulletin.items[0]["title"] if bulletin.items else "Changed, and changed back"
    context = {
        "bulletin": bulletin,
        "title": title,
        "proof": selectors.get_announcement(bulletin),
        "explained": selectors.explain(reader, bulletin),
    }
    return render(request, "alerts/why.html", context)


@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """``{"messages": [{"id", "title", "page"}]}`` of the portal, newest first, for notifications of the browser."""
    reader = get_reader(request)
    rows = [_inbox_row(each) for each in selectors.get_inbox(reader, most=10)] if reader else []
    plain = [{"id": row["delivery"].delivery_id, "title": row["title"], "page": row["page"]} for row in rows]
    return JsonResponse({"messages": plain})


@never_cache
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Green or red, for people and monitors: 503 where something waits for more than five minutes."""
    found = selectors.get_health()
    return render(request, "alerts/health.html", {"health": found}, status=503 if found.is_red else 200)
