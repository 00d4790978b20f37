"""Polling against newsboat (Debian), the same local feeds and the same run, all bookkeeping in the database.

Three figures, each a ratio of feeds a second: a first import, the unchanged round (304), and the steady state in which
one feed in twenty has one new entry. Each feed has a host name of its own, so politeness stays on; names lead to the
local server by a dialler put in the client's place. Flagging is a job of its own and counted apart.
"""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

FEEDS = int(os.environ.get("BENCH_FEEDS", "2000"))
#: newsboat has no more feeds than these: its rounds grow with the square of their number (600 feeds at half the rate of
#: 300), and its best is what counts.
THEIRS = min(FEEDS, 400)
GOALS = {"first import": 1.0, "unchanged": 10.0, "steady state": 8.0}
_ROUNDS = 20
#: So many entries are flagged to tell how fast that goes.
_FLAGGED = 100
_WARM = (("en", "Indonesia bans tin ore exports from 1 May 2027"),)


def main() -> int:
    if shutil.which("newsboat") is None:
        print("newsboat is not here: apt-get install newsboat")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        command = [sys.executable, "-m", "tests.bench.feed_server", str(port)]
        with subprocess.Popen(command) as server:
            try:
                _wait(port)
                theirs = _newsboat(Path(folder), port)
                _ask(port, "/news/0")
                ours = _seam(Path(folder), port)
            finally:
                server.terminate()
    return _tell(theirs, ours)


def _tell(theirs: dict[str, float], ours: dict[str, float]) -> int:
    missed = 0
    for name, goal in GOALS.items():
        ratio = ours[name] / theirs[name]
        missed += ratio < goal
        print(f"{name:<14} SEAM {ours[name]:8.1f}/s  newsboat {theirs[name]:8.1f}/s  ratio {ratio:5.2f}  goal {goal}")
    print(f"flagging apart {ours['flagging']:8.1f} entries/s")
    grown = ours["grown"]
    missed += grown > 10
    print(f"memory after {_ROUNDS} rounds: grown by {grown:.1f} MB (goal: at most 10)")
    return 1 if missed else 0


# ------------------------------------------------------------------ newsboat


def _newsboat(folder: Path, port: int) -> dict[str, float]:
    """Feeds a second of each kind of round; the best of the unchanged ones, with its best number of threads."""
    urls, config = folder / "urls", folder / "config"
    urls.write_text("".join(f"http://127.0.0.1:{port}/f{n}\n" for n in range(THEIRS)))
    config.write_text("reload-threads 20\nauto-reload no\n")

    def reload() -> float:
        command = ["newsboat", "-q", "-u", str(urls), "-C", str(config), "-c", str(folder / "cache.db"), "-x", "reload"]
        started = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder)})
        return THEIRS / (time.monotonic() - started)

    found = {"first import": reload()}
    found["unchanged"] = max(reload() for _ in range(3))
    _ask(port, "/news/5")
    found["steady state"] = reload()
    return found


# ------------------------------------------------------------------ SEAM


def _seam(folder: Path, port: int) -> dict[str, float]:
    _prepare(folder, port)
    from django.utils import timezone

    from registry.domain.news import NewsItem, classify
    from registry.models import FeedEntry, FetchAttempt
    from registry.services.flagging import flag_unread

    found = {"first import": _round()}
    assert FeedEntry.objects.count() == FEEDS * 25
    sample = list(FeedEntry.objects.values_list("pk", flat=True)[:_FLAGGED])
    FeedEntry.objects.exclude(pk__in=sample).update(read_at=timezone.now())
    # the word lists are compiled once a process
    classify([NewsItem(str(n), text, lang=lang) for n, (lang, text) in enumerate(_WARM)])
    started = time.monotonic()
    flag_unread()
    found["flagging"] = len(sample) / (time.monotonic() - started)
    found["unchanged"] = max(_round() for _ in range(3))
    _ask(port, "/news/5")
    found["steady state"] = _round()
    assert FeedEntry.objects.count() == FEEDS * 25 + sum(n % 100 < 5 for n in range(FEEDS))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(_ROUNDS):
        _round()
    found["grown"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert not FetchAttempt.objects.exclude(error_class="").exists()
    return found


def _prepare(folder: Path, port: int) -> None:
    """A fresh SQLite database with the feeds, and a client whose names all lead to the local server."""
    os.environ |= {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/seam.sqlite3",
                   "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    import django

    django.setup()
    from django.core.management import call_command

    from registry import http
    from registry.models import Feed
    from registry.services import feeds

    call_command("migrate", verbosity=0)
    Feed.objects.bulk_create(
        Feed(feed_id=f"f{n}", title=f"f{n}", url=f"http://h.site{n}.org/f{n}", site=f"site{n}.org", is_enabled=True)
        for n in range(FEEDS)
    )

    def dial(host: str, asked: int, deadline: float) -> socket.socket:
        sock = http._Plain(socket.AF_INET, socket.SOCK_STREAM)
        sock.deadline = deadline
        sock.settimeout(5)
        sock.connect(("127.0.0.1", port))
        return sock

    http.dial = dial
    # counted apart
    feeds.flag_unread = lambda: 0


def _round() -> float:
    """Make every feed due, its site's pause over, and poll them all; feeds a second."""
    from registry.models import Feed
    from registry.services.feeds import poll_due

    Feed.objects.update(next_poll_at=None, last_attempt_at=None)
    started = time.monotonic()
    polled = poll_due(seconds=600)
    assert polled.polled == FEEDS, polled
    return FEEDS / (time.monotonic() - started)


def _ask(port: int, path: str) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).read()


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            return _ask(port, "/asked")
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the feed server does not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
