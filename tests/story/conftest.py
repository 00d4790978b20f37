"""The real processes: `make run`'s server on SQLite, and web, worker and beat on PostgreSQL and Redis."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import requests
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
WORDINGS = ("licence-1", "licence-2", "licence-3")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(check: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Wait for something to come true; fail saying what did not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := check():
                return found
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.2)
    pytest.fail(f"{what} did not come true within {seconds:.0f} s")


@dataclass
class Site:
    """A running SEAM, spoken to by HTTP and by its files."""

    folder: Path
    port: int
    environment: dict[str, str]
    commands: list[list[str]]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = (self.folder / "processes.log").open("ab")
        self.processes = [
            subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
            for command in self.commands
        ]
        until(self.is_ready, seconds=240, what="readiness")

    def is_ready(self) -> bool:
        for process in self.processes:
            assert process.poll() is None, f"{process.args} ended: {(self.folder / 'processes.log').read_text()}"
        return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200

    def kill(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def count(self, table: str, where: str) -> int:
        """Rows of the SQLite database, read past the site."""
        with closing(sqlite3.connect(f"file:{self.folder / 'seam.sqlite3'}?mode=ro", uri=True)) as database:
            return int(database.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])

    def password(self, username: str) -> str:
        text = (self.folder / "first-sign-in.txt").read_text()
        found = re.search(rf"name: {username}\s+password: (\S+)", text)
        assert found, text
        return found[1]

    def mails(self, subject: str) -> list[Any]:
        paths = sorted((self.folder / "mail").glob("*.eml"))
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        return [mail for mail in mails if subject in mail["Subject"]]


@contextmanager
def running(site: Site) -> Iterator[None]:
    """Started, and gone afterwards whatever happens; what the processes said is shown where it failed."""
    try:
        site.start()
        yield
    finally:
        site.kill()


def _environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    unset = {"DATABASE_URL", "REDIS_URL", "SITE_URL", "DATA_DIR", "SECRET_KEY", "EMAIL_URL", "DJANGO_SETTINGS_MODULE"}
    base = {name: value for name, value in os.environ.items() if name not in unset}
    return {**base, "DATA_DIR": str(folder), "PORT": str(port), "FETCH_ALLOW": f"127.0.0.1:{port}", **more}


# Of the package, not the session: its event loop makes Django refuse the database to tests that come after.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser
        browser.close()


@pytest.fixture(params=WORDINGS)
def wording(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def one_process_site(folder: Path) -> Site:
    """`make run`'s server, its files in ``folder``, not started yet."""
    port = free_port()
    return Site(folder, port, _environment(folder, port), [[sys.executable, "manage.py", "serve", "--with-demo"]])


@pytest.fixture
def one_process(tmp_path: Path, wording: str) -> Iterator[Site]:
    site = one_process_site(tmp_path)
    site.manage("migrate", "-v0")
    site.manage("load_reference")
    site.manage("load_demo", "--feed", wording)
    with running(site):
        yield site


@pytest.fixture
def several_processes(tmp_path: Path) -> Iterator[Site]:
    """What deploy/run-topology starts, on a PostgreSQL database of its own and an emptied Redis database."""
    port, name = free_port(), f"seam_story_{uuid.uuid4().hex[:8]}"
    admin = "postgres://postgres@127.0.0.1:5432/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    environment = _environment(
        tmp_path,
        port,
        DATABASE_URL=f"postgres://postgres@127.0.0.1:5432/{name}",
        REDIS_URL=f"redis://127.0.0.1:6379/{9 + os.getpid() % 6}",
    )
    site = Site(tmp_path, port, environment, [[str(ROOT / "deploy" / "run-topology")]])
    site.manage("migrate", "-v0")
    site.manage("load_reference")
    site.manage("load_demo", "--feed", "licence-2")
    redis.Redis.from_url(environment["REDIS_URL"]).flushdb()
    with running(site):
        yield site
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def signed_in(chromium: Browser, site: Site, username: str) -> Page:
    """A browser window of their own for one of the cast."""
    page = chromium.new_context(base_url=site.url).new_page()
    page.goto("/accounts/login/?next=/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", site.password(username))
    page.click("main button")
    page.wait_for_url("**/admin/")
    return page
