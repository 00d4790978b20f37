"""Work the scores out anew and record what changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ledger.commands import SeamCommand
from ledger.domain.actor import COMMAND
from scoring.arguments import read_day
from scoring.exceptions import ScoringError
from scoring.services.recompute import recompute


class Command(SeamCommand):
    help = "Recomputes the scores; writes only what changed."
    anticipated = (ScoringError,)
    settles = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="day, YYYY-MM-DD (default: today)")

    def work(self, **options: Any) -> Any:
        today = timezone.localdate()
        return recompute(on=read_day(options["on"], today), by=COMMAND, today=today)

    def text(self, result: Any) -> str:
        return f"{result['cells']} cells worked out, {result['changed']} changed"
