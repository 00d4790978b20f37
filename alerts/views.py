"""Pages to subscribe, confirm and stop. A GET changes nothing: mail scanners follow links."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts import links
from alerts.exceptions import BadLink, BadSubscription
from alerts.forms import SubscribeForm
from alerts.messages import scope_text
from alerts.services import subscriptions


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    if request.method != "POST":
        chosen = {name: request.GET.get(name, "") for name in ("country", "domain")}
        return render(request, "alerts/subscribe.html", {"form": SubscribeForm(initial=chosen, on=on)})
    form = SubscribeForm(request.POST, on=on)
    if form.is_valid():
        try:
            subscription = subscriptions.ask(**form.cleaned_data)
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
        subscription = links.read_stop(token)
    except BadLink as error:
        return render(request, "alerts/bad_link.html", {"reason": str(error)}, status=400)
    if request.method == "POST":
        subscriptions.stop(subscription=subscription)
    context = {"asked_for": scope_text(subscription), "is_active": subscriptions.is_active(subscription)}
    return render(request, "alerts/unsubscribe.html", context)
