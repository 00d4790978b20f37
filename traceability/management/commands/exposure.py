"""Which lots a new export measure would touch."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.commands import SeamCommand, settle
from traceability.arguments import read_reach
from traceability.exceptions import BadQuestion
from traceability.selectors.exposure import get_exposure


class Command(SeamCommand):
    help = "Which lots, holders and what mass an export measure of a country on an HS code would touch."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--country", required=True, help="ISO 3166-1 alpha-2")
        parser.add_argument("--hs", required=True, help="an HS code or the beginning of one")
        parser.add_argument("--mineral")
        parser.add_argument("--from", dest="since", help="look at shipments from this day on, YYYY-MM-DD")

    def work(self, **options: Any) -> Any:
        settle()
        try:
            reach = read_reach(
                country=options["country"],
                hs=options["hs"],
                mineral=options["mineral"] or "",
                since=options["since"] or "",
            )
        except BadQuestion as error:
            raise CommandError(str(error)) from error
        return get_exposure(reach).to_json()

    def text(self, result: Any) -> str:
        lines = [
            f"{one['lot']}  {one['holder']}  {one['country']}  {one['kg']} kg  {one['share']}" for one in result["lots"]
        ]
        return "\n".join([*lines, f"{len(lines)} lots, {result['total_kg']} kg dry"])
