"""Check a dossier without the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.commands import SeamCommand
from ledger.dossier import verify
from ledger.reading import kept_verifiers


class Command(SeamCommand):
    help = "Checks a dossier: files, events, proofs, signature. Exit code 0 intact, 1 tampered with, naming each fault."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.zip")
        parser.add_argument(
            "--key", action="append", help="a key of the registry as you know it; default: those of this installation"
        )

    def work(self, **options: Any) -> Any:
        if not options["file"].exists():
            raise CommandError(f"There is no file {options['file']}.")
        return verify.check(str(options["file"]), options["key"] or [str(key) for key in kept_verifiers()])

    def failed(self, result: Any) -> bool:
        return not result["ok"]

    def text(self, result: Any) -> str:
        return "\n".join(verify.lines(result))
