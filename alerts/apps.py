"""The place of alerts among the apps."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from alerts import panels, receivers  # noqa: F401
        from alerts.services import (  # noqa: F401  (each registers its jobs)
            bounces,
            closing,
            contacts,
            digests,
            fan_out,
            heads,
            officers,
            outbox,
            sending,
            subscriptions,
        )
