"""The scorecard of a day, worked out from the facts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from scoring.commands import ScoreCommand
from scoring.selectors import get_card_json

_ROW = "{rank:>4}  {country:<8} {access:>6} {capability:>10} {governance:>10} {overall:>7}"


class Command(ScoreCommand):
    help = "The sovereignty scorecard on a day, as known at an instant; --without leaves facts out."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_point(parser)

    def work(self, **options: Any) -> Any:
        return get_card_json(self.point(options), now=timezone.now(), without=options["without"])

    def text(self, result: Any) -> str:
        domains = ("access", "capability", "governance")
        head = _ROW.format(rank="rank", country="country", overall="overall", **{name: name for name in domains})
        backcast = ", a backcast: the rules were not in use yet" if result["backcast"] else ""
        lines = [f"Methodology {result['methodology']}, {result['on']}{backcast}", head]
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
