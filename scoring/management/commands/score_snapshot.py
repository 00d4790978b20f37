"""Write a snapshot of the scores that can be cited, or make one again and compare it byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from scoring.commands import ScoreCommand
from scoring.snapshots import CODE_VERSION, get_snapshot, reproduce


class Command(ScoreCommand):
    help = "Writes a citable snapshot of the scores (--output FILE), or checks that one comes out again (--check FILE)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", help="day, YYYY-MM-DD (default: today)")
        parser.add_argument("--as-of", help="instant with an offset: what was known then (default: now)")
        parser.add_argument("--methodology", help="code of a methodology (default: the official one of the day)")
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("--output", metavar="FILE")
        chosen.add_argument("--check", metavar="FILE")

    def work(self, **options: Any) -> Any:
        now = timezone.now()
        if options["check"]:
            snapshot, differing = reproduce(_read(Path(options["check"])), now=now)
            return {"ok": not differing, "differs": list(differing), "sha256": snapshot.sha256}
        snapshot = get_snapshot(self.point(options), now=now)
        _write(Path(options["output"]), snapshot.text)
        return {"ok": True, "file": options["output"], "sha256": snapshot.sha256, "citation": snapshot.citation}

    def failed(self, result: Any) -> bool:
        return not result["ok"]

    def text(self, result: Any) -> str:
        if "citation" in result:
            return f"{result['file']}: {result['citation']}. SHA-256 {result['sha256']}"
        if result["ok"]:
            return f"Made again byte for byte. SHA-256 {result['sha256']}"
        other = "code_version" in result["differs"]
        engine = f" It was made by another version of SEAM than this, which counts {CODE_VERSION}." if other else ""
        return f"What comes out now differs in: {', '.join(result['differs'])}.{engine}"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}") from error
