"""Publish a methodology from its file: official from its day on, or beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from jobs.services import enqueue
from ledger.domain.actor import COMMAND
from scoring.commands import ScoreCommand
from scoring.receivers import RECOMPUTE
from scoring.services.methodologies import publish_methodology


class Command(ScoreCommand):
    help = "Publishes a methodology (YAML, as scoring/data/methodology/v1.yaml). What is published is never changed."
    settles = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--reason", required=True, help="why there is a new one; stands in the log")
        parser.add_argument("--beside", action="store_true", help="only to be compared: official scores do not follow")

    def work(self, **options: Any) -> Any:
        written = _read(Path(options["file"]))
        with transaction.atomic():
            row, is_new = publish_methodology(
                written=written, by=COMMAND, reason=options["reason"], is_official=not options["beside"]
            )
            if is_new and row.is_official and row.effective_from <= timezone.localdate():
                enqueue(kind=RECOMPUTE, key="today")
        return {"code": row.code, "sha256": row.sha256, "official": row.is_official, "created": is_new}

    def text(self, result: Any) -> str:
        how = "official" if result["official"] else "beside the official one"
        return f"{result['code']} {'published' if result['created'] else 'was published already'}, {how}"


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
