"""Subscribing without an account: ask, confirm by mail, stop."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts import links
from alerts.choices import HOME_ZONES
from alerts.exceptions import BadLink, BadSubscription
from alerts.forms import SubscribeForm
from alerts.languages import wanted_language
from alerts.scopes import scope_text
from alerts.services import subscriptions

_PREFILLED = ("topic", "country", "domain", "mineral", "measure", "status", "cadence")


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    if request.method != "POST":
        language = wanted_language(request.headers.get("Accept-Language", ""))
        chosen = {"language": language, "time_zone": HOME_ZONES[language]}
        chosen |= {name: request.GET[name] for name in _PREFILLED if name in request.GET}
        return render(request, "alerts/subscribe.html", {"form": SubscribeForm(initial=chosen, on=on)})
    form = SubscribeForm(request.POST, on=on)
    if form.is_valid():
        data = form.cleaned_data
        try:
            subscription = subscriptions.ask(
                email=data["email"], asked=form.asked(), language=data["language"], zone=data["time_zone"]
            )
        except BadSubscription as error:
            form.add_error(None, str(error))
        else:
            return render(request, "alerts/asked.html", {"asked_for": scope_text(subscription)})
    return render(request, "alerts/subscribe.html", {"form": form}, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscription = links.read_confirm(token)
    except BadLink as error:
        return render(request, "alerts/bad_link.html", {"reason": str(error)}, status=400)
    if request.method == "POST":
        subscriptions.confirm(subscription=subscription)
    context = {"asked_for": scope_text(subscription), "is_active": subscriptions.is_active(subscription)}
    return render(request, "alerts/confirm.html", context)


@csrf_exempt  # a mail program posts here without a cookie (RFC 8058); the signed token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        found = links.read_stop(token)
    except BadLink as error:
        return render(request, "alerts/bad_link.html", {"reason": str(error)}, status=400)
    if request.method == "POST":
        for subscription in found:
            subscriptions.stop(subscription=subscription)
    active = [each for each in found if subscriptions.is_active(each)]
    context = {"asked_for": [scope_text(each) for each in found], "is_active": bool(active)}
    return render(request, "alerts/unsubscribe.html", context)
