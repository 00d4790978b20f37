"""The place of the jobs among the apps."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Work"

    def ready(self) -> None:
        from jobs import tasks  # noqa: F401  (tells `waking` how a worker is woken)
