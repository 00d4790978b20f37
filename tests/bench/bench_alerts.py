"""10,000 subscribers, one change: deliveries a second, against a bare loop that sends the same bytes.

Ours: fan-out and hand-over by two workers on PostgreSQL and Redis, from the settled change to the last message noted
as sent. Bare: smtplib and requests over kept connections to the same sinks, one after the other, noting nothing.
The goal is 0.5 of the bare loop; none lost, none twice.
"""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.story.conftest import ROOT, free_port

READERS, HOOKS = int(os.environ.get("ALERT_READERS", "10000")), 0.05
GOAL = 0.5
ADMIN = "postgres://postgres@127.0.0.1:5432/postgres"

_FILL = """
from alerts.models import Contact, Endpoint, Subscription
from alerts.domain.signing import new_secret
from django.utils import timezone
from registry.models import User
readers, hooks, url, secret, now = {readers}, {hooks}, {url!r}, new_secret(), timezone.now()
people = User.objects.bulk_create([User(username=f"u{{n}}", public_id=f"p-{{n}}") for n in range(hooks)], 1000)
contacts = [Contact(contact_id=f"r-{{n}}", email=f"reader{{n}}@example.org",
                    person=people[n] if n < hooks else None) for n in range(readers)]
contacts = Contact.objects.bulk_create(contacts, 1000)
ways = [Endpoint(contact=each, endpoint_id=f"e-{{n}}", way="webhook" if n < hooks else "mail",
                 url=url if n < hooks else "", secrets=[secret] if n < hooks else [])
        for n, each in enumerate(contacts)]
ways = Endpoint.objects.bulk_create(ways, 1000)
Subscription.objects.bulk_create([Subscription(contact_id=way.contact_id, endpoint=way, subscription_id=f"s-{{n}}",
    topic="instruments", country="TH", scope="x", asked_at=now, confirmed_at=now) for n, way in enumerate(ways)], 1000)
"""


def main() -> int:
    hooks = int(READERS * HOOKS)
    mails = READERS - hooks
    with tempfile.TemporaryDirectory(prefix="seam-bench-") as folder, _database() as address, _sink() as sink:
        environment = _environment(Path(folder), address, sink)
        _manage(environment, "migrate", "-v0")
        _manage(environment, "shell", "-c", _FILL.format(readers=READERS, hooks=hooks, url=sink.url))
        with _workers(environment):
            _change(environment)
            seconds = _until_sent(address)
        counts = sink.ask("counts")
        ours = READERS / seconds
        print(f"ours  {ours:7.0f} deliveries/s  ({READERS} in {seconds:.1f} s: {mails} mails, {hooks} webhooks)")
        sink.ask("clear")
        bare = _bare(counts["sample"], mails, hooks, sink)
        print(f"bare  {bare:7.0f} deliveries/s")
        ratio = ours / bare
        print(
            f"ratio {ratio:.2f}, goal {GOAL}; lost {READERS - counts['mails'] - counts['hooks']},"
            f" twice {counts['twice']}"
        )
        is_whole = (counts["mails"], counts["hooks"], counts["twice"]) == (mails, hooks, 0)
        return 0 if ratio >= GOAL and is_whole else 1


def _bare(sample: str, mails: int, hooks: int, sink: Sink) -> float:
    """The same bytes, sent in one loop."""
    body, hook = sample.encode(), b"x" * 1_500
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", sink.smtp_port) as server:
        for number in range(mails):
            server.sendmail("seam@localhost", [f"reader{number}@example.org"], body)
    with requests.Session() as session:
        for number in range(hooks):
            session.post(sink.url, data=hook, headers={"webhook-id": str(number)}, timeout=10)
    return (mails + hooks) / (time.perf_counter() - started)


def _until_sent(address: str) -> float:
    """Seconds from the settled change to the last message that was noted as sent."""
    with psycopg.connect(address, autocommit=True) as connection:
        for _ in range(600):
            row = connection.execute(
                "SELECT count(*), max(d.sent_at) - min(b.settled_at) FROM alerts_delivery d"
                " JOIN alerts_bulletin b ON b.id = d.bulletin_id WHERE d.state = 'sent'"
            ).fetchone()
            if row is not None and row[0] >= READERS:
                return float(row[1].total_seconds())
            time.sleep(0.5)
    raise SystemExit(f"not all were sent within five minutes: {row}")


# ------------------------------------------------------------------ what it runs on


class Sink:
    def __init__(self, process: subprocess.Popen[str], smtp_port: int, http_port: int) -> None:
        self.process, self.smtp_port = process, smtp_port
        self.url = f"http://127.0.0.1:{http_port}/hook"

    def ask(self, line: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def _sink() -> Iterator[Sink]:
    ports = free_port(), free_port()
    command = [sys.executable, "-m", "tests.bench.alerts_sink", *map(str, ports)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield Sink(process, *ports)
    finally:
        process.kill()
        process.wait()


@contextmanager
def _database() -> Iterator[str]:
    name = f"seam_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(ADMIN, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"postgres://postgres@127.0.0.1:5432/{name}"
    finally:
        with psycopg.connect(ADMIN, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _environment(folder: Path, address: str, sink: Sink) -> dict[str, str]:
    unset = {"SITE_URL", "SECRET_KEY", "DEBUG"}
    return {
        **{name: value for name, value in os.environ.items() if name not in unset},
        "DATA_DIR": str(folder),
        "DATABASE_URL": address,
        "REDIS_URL": "redis://127.0.0.1:6379/7",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.smtp_port}",
        "FETCH_ALLOW": sink.url.split("/")[2],
        "ALERT_SETTLE_SECONDS": "0",
        "WORKER_SECONDS": "1",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def _manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def _change(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.story.alerts_driver"], cwd=ROOT, env=environment, check=True, text=True,
        input="change Act number one\n", stdout=subprocess.DEVNULL,
    )  # fmt: skip


@contextmanager
def _workers(environment: dict[str, str]) -> Iterator[None]:
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    worker = ["worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "error"]
    schedule = ["--schedule", f"{environment['DATA_DIR']}/beat", "--pidfile", "", "--loglevel", "error"]
    commands = [[*celery, *worker, "-n", "a@%h"], [*celery, *worker, "-n", "b@%h"], [*celery, "beat", *schedule]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment, **quiet) for command in commands]
    try:
        time.sleep(8)  # they have started; starting is no part of what is measured
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
