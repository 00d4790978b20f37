"""System checks for mixes of settings that would fail quietly."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.compatibility)
def check_workers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if settings.REDIS_URL and sqlite:
        return [
            Warning(
                "Several processes (REDIS_URL is set) share one SQLite file.",
                hint="Set DATABASE_URL to PostgreSQL, or leave REDIS_URL out and run one process.",
                id="seam.W001",
            )
        ]
    return []


@register(Tags.security)
def check_debug(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG and settings.SITE_URL.startswith("https://"):
        return [Error("DEBUG is on for a public site.", hint="Unset DEBUG.", id="seam.E001")]
    return []


@register(Tags.security)
def check_fetch_allow(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    wrong = [pair for pair in settings.FETCH_ALLOW if not pair.rpartition(":")[2].isdigit()]
    if wrong:
        return [Error(f"FETCH_ALLOW names {', '.join(wrong)}.", hint="Write host:port.", id="seam.E002")]
    return []
