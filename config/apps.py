"""Config among the apps: its commands, and the admin site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "SEAM"

    def ready(self) -> None:
        from config import checks, tidying  # noqa: F401  (registers the system checks and the daily job)


class SeamAdminConfig(AdminConfig):
    default_site = "config.admin.SeamAdminSite"
