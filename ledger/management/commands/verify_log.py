"""Walk the whole log and say whether it is intact."""

from __future__ import annotations

from typing import Any

from ledger.commands import SeamCommand
from ledger.selectors import verify


class Command(SeamCommand):
    help = "Walks the whole audit log: leaves, heads, guards and live rows. Exit code 1 with the first broken entry."

    def work(self, **options: Any) -> Any:
        return verify().to_json()

    def failed(self, result: Any) -> bool:
        return not result["ok"]

    def text(self, result: Any) -> str:
        lines = [f"entries {result['entries']}, sealed {result['sealed']}, root {result['root']}"]
        if result["ok"]:
            lines.append("The log is intact.")
        else:
            where = f"entry {result['first_broken']}: " if result["first_broken"] else ""
            lines.append(f"The log is NOT intact. {where}{result['reason']}.")
        return "\n".join(lines)
