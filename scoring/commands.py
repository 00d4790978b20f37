"""What the commands of scores have in common: a point in time, and what is refused or wrong usage."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.commands import SeamCommand
from scoring.arguments import Point, read_point
from scoring.exceptions import BadArgument, ScoringError


class ScoreCommand(SeamCommand):
    """Unknown names are refused (1); what cannot be read is wrong usage (2)."""

    anticipated: tuple[type[Exception], ...] = (ScoringError,)

    def add_point(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="day, YYYY-MM-DD (default: today)")
        parser.add_argument("--as-of", help="instant with an offset: what was known then (default: now)")
        parser.add_argument("--methodology", help="code of a methodology (default: the official one of the day)")
        parser.add_argument(
            "--without", action="append", default=[], metavar="FACT_ID", help="leave a fact out; repeatable"
        )

    def point(self, options: dict[str, Any]) -> Point:
        try:
            return read_point(options, timezone.now())
        except BadArgument as error:
            raise CommandError(str(error)) from error
