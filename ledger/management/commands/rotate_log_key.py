"""Put a new signing key in place of the old one, and say so in the log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import SeamCommand
from ledger.domain.actor import COMMAND
from ledger.services.keys import rotate_key


class Command(SeamCommand):
    help = "Makes a new key for signing heads of the log; the old one signs for it, or is said to be lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why; it stands in the log")

    def work(self, **options: Any) -> Any:
        return {"key": str(rotate_key(by=COMMAND, reason=options["reason"]))}

    def text(self, result: Any) -> str:
        return f"The log is signed by {result['key']} from now on. Tell those who keep heads."
