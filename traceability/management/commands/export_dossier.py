"""Write the auditor's dossier of a lot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import Refused, SeamCommand, settle
from ledger.domain.actor import COMMAND
from ledger.exceptions import CannotExport, CannotPrint
from traceability.exceptions import UnknownLot
from traceability.selectors.visibility import EVERYTHING, get_lot
from traceability.services.dossier import export_dossier


class Command(SeamCommand):
    help = "Writes a lot's dossier: a PDF, the events with their proofs, and verify.py, which needs only Python."
    anticipated = (UnknownLot, CannotExport, CannotPrint)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lot")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE.zip")
        parser.add_argument("--reason", default="", help="what it is for; it stands in the log")

    def work(self, **options: Any) -> Any:
        settle()
        lot = get_lot(options["lot"], EVERYTHING)
        if options["output"].is_dir():
            raise Refused(f"{options['output']} is a folder; name the ZIP that is to be written.")
        return export_dossier(lot=lot, path=options["output"].absolute(), by=COMMAND, reason=options["reason"])

    def text(self, result: Any) -> str:
        return (
            f"{result['output']}: {len(result['files'])} files, {result['events']} events of lot {result['lot']}.\n"
            f"Entry {result['entry']} of the log lists them; the head of {result['sealed']} entries is signed.\n"
            "Check it: manage.py verify_dossier FILE.zip, or unpack it and run verify.py."
        )
