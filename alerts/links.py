"""Links in mails: signed, so that they can neither be guessed nor altered; opening one changes nothing."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.urls import reverse

from alerts.exceptions import BadLink
from alerts.models import Delivery, Subscription

_CONFIRM, _STOP = "alerts.confirm", "alerts.stop"
CONFIRM_WITHIN = dt.timedelta(days=7)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def confirm_link(subscription: Subscription) -> str:
    token = signing.dumps(subscription.subscription_id, salt=_CONFIRM)
    return absolute(reverse("alerts:confirm", args=[token]))


def stop_link(public_id: str) -> str:
    """Stops what led to a delivery, or one subscription."""
    return absolute(reverse("alerts:unsubscribe", args=[signing.dumps(public_id, salt=_STOP)]))


def read_confirm(token: str) -> Subscription:
    public_id = _read(token, _CONFIRM, CONFIRM_WITHIN)
    subscription = Subscription.objects.select_related("contact").filter(subscription_id=public_id).first()
    if subscription is None:
        raise BadLink(_GONE)
    return subscription


def read_stop(token: str) -> list[Subscription]:
    """The subscriptions that a link of a mail stops."""
    public_id = _read(token, _STOP, None)
    rows = Subscription.objects.select_related("contact", "endpoint").order_by("pk")
    if public_id.startswith("s-"):
        found = list(rows.filter(subscription_id=public_id))
    else:
        delivery = Delivery.objects.filter(delivery_id=public_id).first()
        found = list(rows.filter(matches__delivery=delivery).distinct()) if delivery else []
    if not found:
        raise BadLink(_GONE)
    return found


_GONE = "This link is not complete, or what it belonged to is gone. Copy it whole from the mail."


def _read(token: str, salt: str, within: dt.timedelta | None) -> str:
    try:
        public_id: str = signing.loads(token, salt=salt, max_age=within)
    except signing.SignatureExpired as error:
        raise BadLink("This link is older than seven days. Subscribe again to get a new one.") from error
    except signing.BadSignature as error:
        raise BadLink(_GONE) from error
    return public_id
