"""What a mail provider reports afterwards: an address that is not there, and a reader who calls it spam."""

from __future__ import annotations

from typing import Any

from anymail.signals import tracking
from django.dispatch import receiver

from alerts.choices import Way
from alerts.models import Contact, Endpoint
from alerts.services import subscriptions
from alerts.services.owners import disable


def bounced(*, email: str, reason: str) -> None:
    """Mail to this address never arrives: use it no more, and tell its owner by another way."""
    for endpoint in Endpoint.objects.filter(contact__email=email.strip().lower(), way=Way.MAIL.value):
        disable(endpoint=endpoint, reason=f"The mail came back: {reason or 'no reason given'}")


def complained(*, email: str) -> None:
    """The reader called it unwanted: nothing is sent by mail any more."""
    for contact in Contact.objects.filter(email=email.strip().lower()):
        for subscription in contact.subscriptions.filter(endpoint__way=Way.MAIL.value):
            subscriptions.stop(subscription=subscription)


@receiver(tracking, dispatch_uid="alerts.bounces")
def on_report(sender: Any, event: Any, esp_name: str, **kwargs: Any) -> None:
    """A provider's report, checked by anymail. What may still pass is left to the provider."""
    if event.event_type in ("bounced", "rejected"):
        bounced(email=event.recipient or "", reason=str(event.description or event.mta_response or ""))
    elif event.event_type == "complained":
        complained(email=event.recipient or "")
