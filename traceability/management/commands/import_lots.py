"""Import lots from a folder or ZIP of CSV files, or one XLSX workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.commands import Refused, SeamCommand, settle
from ledger.domain.actor import Actor, Door
from traceability.domain.importing.tables import tables
from traceability.exceptions import CannotRead, ImportRefused
from traceability.exchange.reading import read_path
from traceability.selectors.findings import count_opened
from traceability.services.importing import import_lots

IMPORTER = Actor("seam-import", Door.IMPORT)


class Command(SeamCommand):
    help = "Lots, events and assays from a folder or ZIP of CSV files, or one XLSX workbook. All or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check everything and store nothing")

    def work(self, **options: Any) -> Any:
        path: Path = options["path"]
        try:
            found = read_path(path)
        except CannotRead as error:
            raise CommandError(str(error)) from error
        try:
            imported = import_lots(
                sheets=found.sheets,
                found_before=found.problems,
                by=IMPORTER,
                now=timezone.now(),
                reason=f"imported from {path.name}",
                dry_run=options["dry_run"],
                derives_here=True,
            )
        except ImportRefused as refused:
            raise Refused(_lines(refused), _refusal(refused)) from refused
        settle()
        opened = count_opened(imported.derivation) if imported.findings is None else imported.findings
        return {
            "accepted": dict(imported.accepted),
            "unchanged": dict(imported.unchanged),
            "errors": [],
            "findings": opened,
        }

    def text(self, result: Any) -> str:
        lines = [
            f"{name}: {count} new, {result['unchanged'][name]} unchanged" for name, count in result["accepted"].items()
        ]
        return "\n".join([*lines, f"findings opened: {result['findings']}"])


def _refusal(refused: ImportRefused) -> dict[str, Any]:
    nothing = dict.fromkeys(tables(now=timezone.now(), countries=frozenset()), 0)
    errors = [problem.to_json() for problem in refused.problems]
    return {"accepted": nothing, "unchanged": nothing, "errors": errors, "findings": 0}


def _lines(refused: ImportRefused) -> str:
    lines = []
    for problem in refused.problems:
        where = ", ".join(
            part for part in (problem.file, f"row {problem.row}" if problem.row else "", problem.column or "") if part
        )
        lines.append(f"{where}: {problem.code.value}: {problem.message}")
    return "\n".join([*lines, str(refused)])
