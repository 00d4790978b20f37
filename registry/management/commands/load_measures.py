"""Load measures from a JSON list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from ledger.commands import Refused, SeamCommand
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
        try:
            rows = json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{path} cannot be read: {error}") from error
        except json.JSONDecodeError as error:
            raise Refused(f"{path} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
        return load_measures(rows=rows, by=LOADER, reason=f"loaded from {path.name}").to_json()

    def text(self, result: Any) -> str:
        return f"created {result['created']}, changed {result['changed']}, unchanged {result['unchanged']}"
