"""The scorecard of a day, worked out from the facts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from scoring.commands import ScoreCommand
from scoring.selectors import get_by_mineral, get_card_json

_ROW = "{rank:>4}  {country:<8} {access:>6} {capability:>10} {governance:>10} {overall:>7}"
_MINERAL = "      {country:<8} {mineral:<12} {domain:<11} {text:>4}  {because}"


class Command(ScoreCommand):
    help = "The sovereignty scorecard on a day, as known at an instant; --without leaves facts out."

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_point(parser)
        parser.add_argument("--by-mineral", action="store_true", help="the levels of single minerals too")

    def work(self, **options: Any) -> Any:
        point, now = self.point(options), timezone.now()
        card = get_card_json(point, now=now, without=options["without"])
        if not options["by_mineral"]:
            return card
        return {**card, "by_mineral": get_by_mineral(point, now=now, without=options["without"])["scores"]}

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
        lines += [_MINERAL.format(**each, text=_span(each)) for each in result.get("by_mineral", ())]
        return "\n".join(lines)


def _span(each: dict[str, Any]) -> str:
    return str(each["level"]) if each["level"] else f"{each['low']}–{each['high']}"


def _level(row: dict[str, Any], domain: str) -> str:
    if row["low"][domain] is None:
        return "no facts"
    return str(row[domain]) if row[domain] is not None else f"{row['low'][domain]}–{row['high'][domain]}"
