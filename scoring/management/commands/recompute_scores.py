"""Work the scores out anew and record what changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from ledger.domain.actor import COMMAND
from scoring.commands import ScoreCommand
from scoring.services.recompute import recompute


class Command(ScoreCommand):
    help = "Recomputes the scores; writes only what changed."
    settles = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="day, YYYY-MM-DD (default: today); another day is worked out, not recorded")

    def work(self, **options: Any) -> Any:
        return recompute(on=self.point(options).on, by=COMMAND, today=timezone.localdate())

    def text(self, result: Any) -> str:
        return f"{result['cells']} cells worked out, {result['changed']} changed"
