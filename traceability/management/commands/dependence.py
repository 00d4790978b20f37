"""What is still held and depends on a country."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.commands import SeamCommand, settle
from traceability.arguments import check_country, check_material
from traceability.exceptions import BadQuestion, UnknownElement
from traceability.selectors.dependence import get_dependence


class Command(SeamCommand):
    help = "The share of every lot still held that was won in a country or passed through a transform there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--country", required=True, help="ISO 3166-1 alpha-2")
        parser.add_argument("--element", help="a symbol such as Nd; default dry mass")
        parser.add_argument("--material", default="", help="of one material alone, such as component")

    def work(self, **options: Any) -> Any:
        settle()
        try:
            check_country(options["country"])
            check_material(options["material"])
            found = get_dependence(
                country=options["country"], element=options["element"] or None, material=options["material"]
            )
        except (BadQuestion, UnknownElement) as error:
            raise CommandError(str(error)) from error
        return found.to_json()

    def text(self, result: Any) -> str:
        lines = [
            f"{one['lot']}  {one['holder']}  {one['kg']} kg  origin {one['origin']}  processed {one['processed']}"
            for one in result["lots"]
        ]
        sums = [
            f"holders in {code}: {one['lots']} lots, {one['either_kg']} of {one['kg']} kg dry"
            for code, one in result["holders"].items()
        ]
        return "\n".join([*lines, *sums, f"{len(lines)} lots depend on {result['country']}"])
