"""List findings, of one lot or of all."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import SeamCommand, settle
from traceability.exceptions import UnknownLot
from traceability.selectors.findings import get_findings


class Command(SeamCommand):
    help = "What the reports do not explain: every finding with its state."
    anticipated = (UnknownLot,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lot")

    def work(self, **options: Any) -> Any:
        settle()
        return get_findings(lot_id=options["lot"])

    def text(self, result: Any) -> str:
        lines = [
            f"{one['state']:12} {one['severity']:9} {one['code']:20} {one['message']}"
            + (f" Decided: {one['reason']}" if "reason" in one else "")
            for one in result
        ]
        return "\n".join(lines) or "No finding."
