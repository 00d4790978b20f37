"""Write the auditor's dossier of a country's score in a domain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.commands import Refused, settle
from ledger.domain.actor import COMMAND
from ledger.exceptions import CannotExport, CannotPrint
from scoring.arguments import read_instant
from scoring.commands import ScoreCommand
from scoring.exceptions import BadArgument, ScoringError
from scoring.services.dossier import export_score_dossier


class Command(ScoreCommand):
    help = "Writes a score's dossier: a PDF, the gates, the facts with their proofs, and verify.py."
    anticipated = (ScoringError, CannotExport, CannotPrint)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("country", help="ISO 3166-1 alpha-2, such as MY")
        parser.add_argument("domain", help="access, capability or governance")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE.zip")
        parser.add_argument("--as-of", help="instant with an offset: as recorded and known then (default: now)")
        parser.add_argument("--reason", default="", help="what it is for; it stands in the log")

    def work(self, **options: Any) -> Any:
        settle()
        if options["output"].is_dir():
            raise Refused(f"{options['output']} is a folder; name the ZIP that is to be written.")
        try:
            as_of = read_instant(options["as_of"], timezone.now())
        except BadArgument as error:
            raise CommandError(str(error)) from error
        return export_score_dossier(
            country=options["country"],
            domain=options["domain"],
            path=options["output"].absolute(),
            as_of=as_of,
            by=COMMAND,
            reason=options["reason"],
        )

    def text(self, result: Any) -> str:
        return (
            f"{result['output']}: {len(result['files'])} files, {result['facts']} facts, instruments and sources of "
            f"{result['score']}.\nEntry {result['entry']} of the log lists them; the head of {result['sealed']} "
            "entries is signed.\nCheck it: manage.py verify_dossier FILE.zip, or unpack it and run verify.py."
        )
