"""The log's place among the apps."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = "Log"

    def ready(self) -> None:
        from ledger import guards
        from ledger.services import checks, sealing  # noqa: F401  (they register the sequencer's and the nightly job)

        post_migrate.connect(guards.install, dispatch_uid="ledger.guards")
