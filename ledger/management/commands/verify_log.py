"""Walk the whole log and say whether it is intact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.checking import Fault, verify
from ledger.commands import SeamCommand
from ledger.selectors import get_check
from ledger.services.checks import keep_verdict


class Command(SeamCommand):
    help = (
        "Walks the whole audit log: leaves, heads, keys, guards and live rows. Exit code 1 with the first broken entry."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", type=Path, metavar="FILE", help="a signed head that you kept: the log must go on from it"
        )

    def work(self, **options: Any) -> Any:
        verdict = verify(kept_note=_note(options["head"]))
        known = get_check()
        if known is not None and known.ok != verdict.ok:
            keep_verdict(verdict=verdict)
        self.verdict = verdict
        return verdict.to_json()

    def failed(self, result: Any) -> bool:
        return not result["ok"]

    def text(self, result: Any) -> str:
        verdict = self.verdict
        lines = [f"entries {verdict.entries}, sealed {verdict.sealed}, root {verdict.root}"]
        lines += [f"  holds      {name}" for name in verdict.held]
        lines += [f"  NOT SO     {fault.check}: {_where(fault)}{fault.reason}" for fault in verdict.faults]
        lines.append("The log is intact." if verdict.ok else "The log is NOT intact.")
        return "\n".join(lines)


def _where(fault: Fault) -> str:
    return f"entry {fault.entry}: " if fault.entry else ""


def _note(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The head in {path} cannot be read: {error}.") from error
