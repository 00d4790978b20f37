"""Which lots a new export measure would touch."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ledger.commands import SeamCommand, settle
from registry.models import Country, Mineral
from traceability.domain.exposure import Reach
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
        return get_exposure(_reach(options)).to_json()

    def text(self, result: Any) -> str:
        lines = [
            f"{one['lot']}  {one['holder']}  {one['country']}  {one['kg']} kg  {one['share']}" for one in result["lots"]
        ]
        return "\n".join([*lines, f"{len(lines)} lots, {result['total_kg']} kg dry"])


def _reach(options: dict[str, Any]) -> Reach:
    country, hs, mineral = options["country"], options["hs"], options["mineral"]
    if not Country.objects.filter(code=country).exists():
        raise CommandError(f"{country!r} is no country code; write ISO 3166-1 alpha-2, such as VN.")
    if not (hs.isascii() and hs.isdigit() and 2 <= len(hs) <= 6):
        raise CommandError(f"{hs!r} is no HS code; write 2 to 6 digits, such as 2846.")
    if mineral and not Mineral.objects.filter(code=mineral).exists():
        raise CommandError(f"{mineral!r} is no mineral of the register, such as rare_earths.")
    return Reach(country, (hs,), (mineral,) if mineral else (), since=_day(options["since"]))


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"{text!r} is no date; write YYYY-MM-DD.") from None
