"""Which class is which way. A new channel is a new file and a line here."""

from __future__ import annotations

from alerts.channels import Channel
from alerts.channels.mail import MailChannel
from alerts.channels.portal import PortalChannel
from alerts.channels.webhook import WebhookChannel
from alerts.choices import Way


def open_channel(way: Way) -> Channel:
    match way:
        case Way.MAIL:
            return MailChannel()
        case Way.WEBHOOK:
            return WebhookChannel()
        case Way.PORTAL:
            return PortalChannel()
