"""What can go wrong with subscriptions, each in a sentence for the reader."""

from __future__ import annotations


class AlertsError(Exception):
    """Root of the errors of alerts."""


class BadLink(AlertsError):
    """A link from a mail that is incomplete, altered or too old."""


class BadSubscription(AlertsError):
    """A subscription that cannot be made as asked."""


class BadCode(AlertsError):
    """A code that does not open the page: wrong, used, too old, or tried too often."""

    def __init__(self) -> None:
        super().__init__("This code does not open the page: it may be mistyped, used, or older than 15 minutes.")
