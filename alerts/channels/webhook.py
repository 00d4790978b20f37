"""Webhooks by Standard Webhooks 1.0: signed, the same id on every attempt; only 2xx counts, 410 ends it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Self

from django.conf import settings
from django.utils import timezone

from alerts.channels import Outcome, Parcel, Verdict
from alerts.domain.signing import signature
from registry import http
from registry.exceptions import AddressRefused, FetchFailed, TooSlow


class WebhookChannel:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        pass

    def hand_over(self, parcel: Parcel) -> Outcome:
        try:
            response = http.post(
                parcel.address, parcel.body, _headers(parcel), seconds=float(settings.ALERT_TIMEOUT_SECONDS)
            )
        except AddressRefused as error:
            return Outcome(Verdict.GONE, str(error))
        except TooSlow as error:
            return Outcome(Verdict.RETRY, str(error), uncertain=True)
        except FetchFailed as error:
            # it may have been read before the line broke; the same webhook-id tells the receiver
            return Outcome(Verdict.RETRY, str(error), uncertain=True)
        return _judge(response.status, response.headers)


def _headers(parcel: Parcel) -> dict[str, str]:
    now = int(time.time())
    signatures = [signature(secret, parcel.delivery_id, now, parcel.body) for secret in parcel.secrets]
    return {
        "content-type": "application/json",
        "webhook-id": parcel.delivery_id,
        "webhook-timestamp": str(now),
        "webhook-signature": " ".join(signatures),
    }


def _judge(status: int, headers: Mapping[str, str]) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Verdict.SENT)
    if status == 410:
        return Outcome(Verdict.GONE, "The receiver answers 410: it wants no more.")
    return Outcome(Verdict.RETRY, f"The receiver answers {status}; 2xx was expected.", asked=_retry_after(headers))


def _retry_after(headers: Mapping[str, str]) -> dt.timedelta | None:
    """What the receiver asks for, as seconds or as a date; None where it says nothing that can be read."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit() and len(text) < 9:
        return dt.timedelta(seconds=int(text))
    try:
        return max(parsedate_to_datetime(text) - timezone.now(), dt.timedelta(0)) if text else None
    except (ValueError, TypeError):
        return None
