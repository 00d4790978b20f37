"""Four worker processes on one database: each feed is polled once, each site is left its pause."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import hostile
from tests.hostile import item, rss

ROOT = Path(__file__).resolve().parents[2]
SERVER = "postgres://postgres@127.0.0.1:5432"
SEED = """
from registry.models import Feed
Feed.objects.bulk_create(Feed(feed_id=f"f{n}", title=f"f{n}", url=f"http://h{n}.site{n % 20}.org/feed", is_enabled=True)
                         for n in range(40))
"""
COUNT = """
from registry.models import FeedEntry, FetchAttempt, Flag
flags = Flag.objects.all()
print(*(rows.count() for rows in (FetchAttempt.objects, FeedEntry.objects, flags, flags.filter(state="open"))))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a fresh database with forty feeds on twenty sites."""
    place = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    place["DATABASE_URL"] = f"sqlite:///{tmp_path}/seam.sqlite3"
    name = f"watch_{uuid.uuid4().hex[:8]}"
    if request.param == "postgres":
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        place["DATABASE_URL"] = f"{SERVER}/{name}"
    manage(place, "migrate", "-v0")
    manage(place, "shell", "-v0", "-c", SEED)
    yield place
    if request.param == "postgres":
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(place: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


REDIRECTING = """
from registry.models import Feed
Feed.objects.bulk_create(Feed(feed_id=f"f{n}", title=f"f{n}", url=f"http://h.site{n}.org/moved", is_enabled=True)
                         for n in range(6))
"""


def test_feeds_that_redirect_to_one_site_leave_it_its_pause_over_all_workers(place):
    manage(place, "shell", "-v0", "-c", "from registry.models import Feed; Feed.objects.all().delete()")
    manage(place, "shell", "-v0", "-c", REDIRECTING)
    times: list[float] = []
    answer = hostile.sending(hostile.http(rss(item(1))))

    def noted(connection, head):
        times.append(time.monotonic())
        answer(connection, head)

    with hostile.server() as web:
        web.put("/moved", hostile.redirect("http://all.shared.org/feed"))
        web.put("/feed", noted)
        command = [sys.executable, "-m", "tests.poll_worker", str(web.port)]
        workers = [subprocess.Popen(command, cwd=ROOT, env=place, stdout=subprocess.PIPE) for _ in range(2)]
        told = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]
    assert sum(one["polled"] for one in told) == 6
    assert sum(one["failed"] for one in told) == 0
    gaps = [second - first for first, second in itertools.pairwise(times)]
    assert len(gaps) == 5
    assert min(gaps) >= 1.99


def test_many_workers_poll_each_feed_once_and_leave_each_site_its_pause(place):
    times: dict[str, list[float]] = {}
    answer = hostile.sending(hostile.http(rss(item(1, title="Indonesia bans tin ore exports from 1 May 2027"))))

    def noted(connection, head):
        host = head.split("Host: ")[1].split("\r\n")[0]
        times.setdefault(host.split(".", 1)[1], []).append(time.monotonic())
        answer(connection, head)

    with hostile.server() as web:
        web.put("/feed", noted)
        command = [sys.executable, "-m", "tests.poll_worker", str(web.port)]
        workers = [subprocess.Popen(command, cwd=ROOT, env=place, stdout=subprocess.PIPE) for _ in range(4)]
        told = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]
        asked = len(web.asked)
    assert asked == sum(one["polled"] for one in told) == 40
    assert sum(one["failed"] for one in told) == 0
    gaps = [second - first for stamps in times.values() for first, second in itertools.pairwise(stamps)]
    assert len(gaps) == 20
    assert min(gaps) >= 1.99
    # forty reports of one step in forty feeds: one flag, the others join it
    assert manage(place, "shell", "-v0", "-c", COUNT).split()[-4:] == ["40", "40", "40", "1"]
