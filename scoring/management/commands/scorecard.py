"""The scorecard of a day, worked out from the facts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ledger.commands import SeamCommand
from scoring.arguments import read_day, read_instant
from scoring.exceptions import ScoringError
from scoring.methodologies import CURRENT
from scoring.selectors import card_json, get_card

_ROW = "{rank:>4}  {country:<8} {access:>6} {capability:>10} {governance:>10} {overall:>7}"


class Command(SeamCommand):
    help = "The sovereignty scorecard on a day, as known at an instant; --without leaves facts out."
    anticipated = (ScoringError,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="day, YYYY-MM-DD (default: today)")
        parser.add_argument("--as-of", help="instant with an offset: what was known then (default: now)")
        parser.add_argument("--methodology", default=CURRENT)
        parser.add_argument("--without", action="append", default=[], metavar="FACT_ID", help="repeatable")

    def work(self, **options: Any) -> Any:
        on, as_of = read_day(options["on"], timezone.localdate()), read_instant(options["as_of"])
        card = get_card(on=on, as_of=as_of, code=options["methodology"], without=options["without"])
        return card_json(card, as_of=as_of or timezone.now())

    def text(self, result: Any) -> str:
        domains = ("access", "capability", "governance")
        head = _ROW.format(rank="rank", country="country", overall="overall", **{name: name for name in domains})
        lines = [f"Methodology {result['methodology']}, {result['on']}", head]
        for row in result["countries"]:
            levels = {name: _level(row, name) for name in domains}
            lines.append(
                _ROW.format(rank=row["rank"] or "–", country=row["country"], overall=row["overall"] or "–", **levels)
            )
        return "\n".join(lines)


def _level(row: dict[str, Any], domain: str) -> str:
    if row["low"][domain] is None:
        return "no facts"
    return str(row[domain]) if row[domain] is not None else f"{row['low'][domain]}–{row['high'][domain]}"
