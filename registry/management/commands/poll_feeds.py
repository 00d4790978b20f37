"""Poll what is due now, or one feed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import SeamCommand
from registry.exceptions import RegistryError
from registry.services.feeds import poll_due, poll_feed


class Command(SeamCommand):
    help = "Polls the feeds that are due now, or one feed."
    anticipated = (RegistryError,)
    settles = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--feed", metavar="ID", help="only this feed, due or not")

    def work(self, **options: Any) -> Any:
        polled = poll_feed(feed_id=options["feed"]) if options["feed"] else poll_due()
        return polled.to_json()

    def text(self, result: Any) -> str:
        return (
            f"polled {result['polled']}, failed {result['failed']}, new or changed entries {result['entries']}, "
            f"flags {result['flags']}"
        )
