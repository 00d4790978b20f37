"""The main job, played in the terminal on a scratch database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.story import Story, StoryFailed


class Command(BaseCommand):
    help = "Plays the main job step by step on a scratch database; exits 0 when all of it came true."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on-scratch", action="store_true", help="the database is a scratch one already")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["on_scratch"]:
            raise SystemExit(_on_scratch())
        try:
            Story(say=self._say).play()
        except StoryFailed as failure:
            self._say(f"\nThis did not come true: {failure}")
            raise SystemExit(1) from None

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _on_scratch() -> int:
    """Run this command again in a process of its own whose data lie in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="seam-demo-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        unset = {"DATABASE_URL", "REDIS_URL", "SITE_URL", "EMAIL_URL", "SECRET_KEY"}
        environment = {
            **{name: value for name, value in os.environ.items() if name not in unset},
            "DATA_DIR": folder,
            "PORT": str(port),
            "FETCH_ALLOW": f"127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, str(Path(__file__).resolve().parents[3] / "manage.py"), "demo", "--on-scratch"]
        return subprocess.run(command, env=environment, check=False).returncode
