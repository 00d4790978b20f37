"""Django's way to make the first administrator, with its entry in the log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from ledger.domain.actor import COMMAND
from registry.models import User
from registry.services.people import record_made


class Command(createsuperuser.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> str | None:
        known = set(User.objects.values_list("pk", flat=True))
        result = super().handle(*args, **options)
        for person in User.objects.exclude(pk__in=known):
            record_made(person=person, by=COMMAND, reason="createsuperuser")
        return result
