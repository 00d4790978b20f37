"""Links in mails: signed, so that they can neither be guessed nor altered; opening one changes nothing."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.urls import reverse

from alerts.exceptions import BadLink
from alerts.models import Subscription

_CONFIRM, _STOP = "alerts.confirm", "alerts.stop"
CONFIRM_WITHIN = dt.timedelta(days=7)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def confirm_link(subscription: Subscription) -> str:
    token = signing.dumps(subscription.subscription_id, salt=_CONFIRM)
    return absolute(reverse("alerts:confirm", args=[token]))


def stop_link(subscription: Subscription) -> str:
    token = signing.dumps(subscription.subscription_id, salt=_STOP)
    return absolute(reverse("alerts:unsubscribe", args=[token]))


def read_confirm(token: str) -> Subscription:
    return _read(token, _CONFIRM, CONFIRM_WITHIN)


def read_stop(token: str) -> Subscription:
    return _read(token, _STOP, None)


def _read(token: str, salt: str, within: dt.timedelta | None) -> Subscription:
    try:
        subscription_id = signing.loads(token, salt=salt, max_age=within)
        return Subscription.objects.select_related("contact").get(subscription_id=subscription_id)
    except signing.SignatureExpired as error:
        raise BadLink("This link is older than seven days. Subscribe again to get a new one.") from error
    except (signing.BadSignature, Subscription.DoesNotExist) as error:
        raise BadLink(
            "This link is not complete, or what it belonged to is gone. Copy it whole from the mail."
        ) from error
