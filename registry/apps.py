"""The register's place among the apps."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "Register"

    def ready(self) -> None:
        from ledger import guards, openness
        from registry import enforcement_panels, live, receivers  # noqa: F401  (the first answers when it is imported)
        from registry.services import feeds  # noqa: F401  (registers the job that polls)

        guards.protect_history("registry")
        openness.open_to_all("fact", "instrument_version", "enforcement_version")
        live.track_all()
        receivers.connect()
        post_migrate.connect(_load_vocabularies, sender=self, dispatch_uid="registry.vocabularies")


def _load_vocabularies(sender: Any, **kwargs: Any) -> None:
    """`migrate` brings the vocabularies; run again, it changes only what changed in their files."""
    from registry.services.vocabularies import load_vocabularies

    load_vocabularies()
