"""Load measures from a JSON list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import SeamCommand, read_json
from ledger.domain.actor import Actor, Door
from registry.exceptions import RegistryError
from registry.services.measures import load_measures

LOADER = Actor("seam-measures", Door.COMMAND)


class Command(SeamCommand):
    help = "Measures from a JSON list of {country, hs, mineral, materials, kind, from, until}; findings follow."
    anticipated = (RegistryError,)
    settles = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def work(self, **options: Any) -> Any:
        path: Path = options["file"]
        return load_measures(rows=read_json(path), by=LOADER, reason=f"loaded from {path.name}").to_json()

    def text(self, result: Any) -> str:
        return f"created {result['created']}, changed {result['changed']}, unchanged {result['unchanged']}"
