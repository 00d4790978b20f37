"""Set up what is not set up yet, then serve: one command, one process."""

from __future__ import annotations

import os
import socket
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from config.embedded import Server
from config.first_sign_in import SIGN_IN_FILE, first_sign_in


class Command(BaseCommand):
    help = "Migrates, loads the reference data (and the demonstration), and serves until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--with-demo", action="store_true", help="load the demonstration chain, feeds and accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        pidfile = settings.DATA_DIR / "seam.pid"
        if _is_running(pidfile):
            self._refuse(f"SEAM runs already with {settings.DATA_DIR}, as process {pidfile.read_text().strip()}.")
        if fault := _fault_of_address(settings.HOST, settings.PORT):
            address = f"{settings.HOST}:{settings.PORT}"
            self._refuse(f"Nothing can be served at {address} ({fault}). Set PORT to another one.")
        self._say("Setting up the database …")
        call_command("migrate", verbosity=0)
        self._run("load_reference")
        if options["with_demo"]:
            self._run("load_demo")
        self._announce(with_demo=options["with_demo"])
        connections.close_all()  # a connection must not cross the fork into the web worker
        Server(pidfile).run()

    def _run(self, command: str) -> None:
        result = StringIO()
        try:
            call_command(command, stdout=result)
        except SystemExit:
            self._refuse(f"{command}: {result.getvalue().strip()}")
        self._say(f"{command}: {result.getvalue().strip().splitlines()[-1]}")

    def _announce(self, *, with_demo: bool) -> None:
        lines = ["", f"SEAM stands at {settings.SITE_URL}", f"The desk:        {settings.SITE_URL}/admin/"]
        if with_demo:
            lines += ["", *first_sign_in(), "", f"(also in {settings.DATA_DIR / SIGN_IN_FILE})"]
        if settings.REDIS_URL:
            lines += ["", "REDIS_URL is set: start `celery -A config worker` and `celery -A config beat` beside it."]
        self._say("\n".join([*lines, "", "Ctrl-C stops it.", ""]))

    def _refuse(self, why: str) -> NoReturn:
        self.stderr.write(why)
        raise SystemExit(1)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _fault_of_address(host: str, port: int) -> str | None:
    """Why the web server could not listen there; asked before anything is set up or announced."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return None
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)


def _is_running(pidfile: Path) -> bool:
    """Whether the process of the pid file lives and is one of ours: a number may have gone to another program."""
    try:
        pid = int(pidfile.read_text())
        os.kill(pid, 0)
        command = Path(f"/proc/{pid}/cmdline")
        return not command.exists() or b"manage.py" in command.read_bytes()
    except (OSError, ValueError):
        return False
