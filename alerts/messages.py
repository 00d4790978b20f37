"""What mails say: the change, why, how one knows, why one gets it, and how to stop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from alerts import links
from alerts.channels import message_id
from alerts.models import Delivery, Subscription
from ledger.models import Leaf
from registry.models import Country
from scoring.models import DOMAINS, ScoreChange


def change_message(change: ScoreChange, delivery: Delivery) -> EmailMultiAlternatives:
    """The message of one delivery; its id depends on the delivery alone."""
    stop = links.stop_link(delivery.subscription)
    context = {
        "change": change,
        "title": change_title(change),
        "country": _country(change.country),
        "domain": dict(DOMAINS).get(change.domain, ""),
        "position": Leaf.objects.filter(entry=change.recorded_entry_id).first(),
        "page": links.absolute(reverse("scoring:country", args=[change.country])),
        "proof": links.absolute(reverse("registry:log-entry", args=[change.recorded_entry_id])),
        "asked_for": scope_text(delivery.subscription),
        "stop": stop,
    }
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return _message("change", context, delivery.contact.email, delivery.delivery_id, headers)


def confirmation_message(subscription: Subscription) -> EmailMultiAlternatives:
    asked = f"{subscription.asked_at:%Y%m%dT%H%M%S%f}"
    context = {
        "title": "Confirm that you want to hear of changes",
        "asked_for": scope_text(subscription),
        "link": links.confirm_link(subscription),
    }
    return _message("confirmation", context, subscription.contact.email, f"{subscription.subscription_id}-{asked}", {})


def change_title(change: ScoreChange) -> str:
    """The subject line: country, domain, old to new, or that nothing moved."""
    country = _country(change.country)
    if not change.is_moved:
        return f"{country}: new measure on record, no score changes"
    domain = dict(DOMAINS).get(change.domain, "").lower()
    return f"{country}: {domain} {level_text(change.old)} → {level_text(change.new)}"


def level_text(score: dict[str, Any] | None) -> str:
    """A level, a range where facts are missing, or that there is none."""
    if not score or score.get("low") is None:
        return "not scored"
    return str(score["level"]) if score["level"] is not None else f"{score['low']}–{score['high']}"


def scope_text(subscription: Subscription) -> str:
    country = _country(subscription.country) if subscription.country else "all countries"
    domain = f", {dict(DOMAINS)[subscription.domain].lower()}" if subscription.domain else ""
    return f"score changes of {country}{domain}"


def _country(code: str) -> str:
    country = Country.objects.filter(code=code).first()
    return country.name if country else code


def _message(
    name: str, context: dict[str, Any], to: str, public_id: str, headers: dict[str, str]
) -> EmailMultiAlternatives:
    context = {**context, "site": settings.SITE_URL}
    message = EmailMultiAlternatives(
        subject=f"{context['title']} – SEAM",
        body=render_to_string(f"alerts/mail/{name}.txt", context),
        to=[to],
        headers={"Message-ID": message_id(public_id), "Auto-Submitted": "auto-generated", **headers},
    )
    message.attach_alternative(render_to_string(f"alerts/mail/{name}.html", context), "text/html")
    return message
