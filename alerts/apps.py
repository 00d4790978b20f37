"""The place of alerts among the apps."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from alerts import receivers  # noqa: F401
        from alerts.services import deliveries  # noqa: F401  (registers the jobs)
