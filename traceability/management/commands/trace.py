"""Trace a lot up to its origins, or down to what was made of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.commands import SeamCommand, settle
from traceability.exceptions import UnknownElement, UnknownLot
from traceability.selectors.trace import get_trace


class Command(SeamCommand):
    help = "Where a lot came from (up), or what became of it (down), by the mass of an element or by dry mass."
    anticipated = (UnknownLot,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lot")
        parser.add_argument("--direction", choices=["up", "down"], default="up")
        parser.add_argument("--element", help="a symbol such as Nd; without one, shares are of dry mass")

    def work(self, **options: Any) -> Any:
        settle()
        try:
            return get_trace(lot_id=options["lot"], direction=options["direction"], element=options["element"])
        except UnknownElement as error:
            raise CommandError(str(error)) from error

    def text(self, result: Any) -> str:
        what = result["element"] or "dry mass"
        lines = [f"{result['lot']}, shares of {what}, depth {result['depth']}"]
        for origin in result.get("origins", []):
            lines.append(f"  {origin['share']}  {origin['facility'] or 'unknown'} {origin['country'] or ''}".rstrip())
        for lot in result["lots"]:
            share = f"  {lot['share']}" if "share" in lot else ""
            lines.append(f"  {lot['lot']}  {lot['material']}  {lot['kg']} kg  {lot['country']}{share}")
        return "\n".join([*lines, f"findings open: {', '.join(result['findings']) or 'none'}"])
