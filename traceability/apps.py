"""The place of traceability among the apps."""

from __future__ import annotations

from django.apps import AppConfig


class TraceabilityConfig(AppConfig):
    name = "traceability"
    verbose_name = "Lots"

    def ready(self) -> None:
        from ledger import guards, openness
        from traceability import effects, panels, receivers  # noqa: F401  (registers the jobs as well)
        from traceability.live import track_all
        from traceability.selectors import visibility

        guards.protect("traceability_assay", "traceability_event", "traceability_eventline")
        for object_type, readable in visibility.READABLE.items():
            openness.open_where(object_type, readable)
        track_all()
