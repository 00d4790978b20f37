"""An answer as of an instant stays, even one asked for while a sealing is between its instant and its commit."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from ledger import instants
from ledger.domain.actor import COMMAND
from ledger.models import TreeHead, size_at
from ledger.selectors import get_head_at, verify
from ledger.services import Change, record, seal_all
from registry.services.facts import FactRow, put_facts
from scoring.arguments import Point
from scoring.selectors import get_card

ROOT = Path(__file__).parents[2]
SERVER = "postgres://postgres@127.0.0.1:5432"
#: How long a reader that does not wait is given to answer too early, seconds.
CHANCE = 2.0


@contextmanager
def database(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    shared = {**os.environ, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    if kind == "sqlite":
        yield {**shared, "DATABASE_URL": f"sqlite:///{folder}/stays.sqlite3"}
        return
    name = f"seam_stays_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        try:
            yield {**shared, "DATABASE_URL": f"{SERVER}/{name}"}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def started(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.as_of_process", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    while not path.exists():
        assert process.poll() is None, "the process ended before its signal"
        time.sleep(0.01)


def answer(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return json.loads(out)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_is_asked_while_two_writers_seal_is_answered_the_same_ever_after(kind: str, tmp_path: Path) -> None:
    with database(kind, tmp_path) as environment:
        manage(environment, "migrate", "-v0")
        manage(environment, "load_reference")
        folder = str(tmp_path)
        slow = started(environment, "slow", folder)
        wait_for(tmp_path / "taken", slow)
        quick = started(environment, "quick", folder)
        if kind == "postgres":  # on SQLite its write waits for the sealing too
            wait_for(tmp_path / "written", quick)
        as_of = timezone.now().isoformat()
        first = started(environment, "reader", folder, as_of)
        wait_for(tmp_path / "asking-0", first)
        until = time.monotonic() + CHANCE
        while first.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        (tmp_path / "go").touch()
        early = answer(first)
        assert [process.wait(timeout=120) for process in (slow, quick)] == [0, 0]
        assert answer(started(environment, "reader", folder, as_of)) == early
        levels = {row["country"]: row["governance"] for row in early["countries"]}
        assert (levels["TH"], levels["PH"]) == (1, 3), "the slow sealing was at or before the instant, the quick after"
        now = answer(started(environment, "reader", folder, timezone.now().isoformat()))
        assert {row["country"]: row["governance"] for row in now["countries"]}["PH"] == 1


def _entry() -> None:
    record(by=COMMAND, change=Change("put", "thing", "1", None, {}))


@pytest.mark.django_db
def test_heads_have_rising_instants_even_where_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    _entry()
    seal_all()
    first = TreeHead.objects.latest("size")
    monkeypatch.setattr(instants, "clock", lambda: first.sealed_at - dt.timedelta(hours=1))
    _entry()
    seal_all()
    assert TreeHead.objects.latest("size").sealed_at > first.sealed_at
    assert size_at(first.sealed_at) == first.size
    verdict = verify()
    assert verdict.ok, verdict.reason


@pytest.mark.django_db
def test_an_instant_that_a_later_head_has_passed_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _entry()
    seal_all()
    first = TreeHead.objects.latest("size")
    asked: list[dt.datetime] = []
    monkeypatch.setattr("ledger.models.settle", asked.append)
    before = first.sealed_at - dt.timedelta(microseconds=1)
    assert get_head_at(before) is None
    assert asked == []
    assert size_at(first.sealed_at) == first.size
    assert asked == [first.sealed_at]


@pytest.mark.django_db
def test_a_past_card_asked_again_is_the_same_without_reading_its_facts_again(
    django_assert_max_num_queries: Any,
) -> None:
    _fact("limited")
    seal_all()
    before = Point(timezone.localdate(), TreeHead.objects.latest("size").sealed_at)
    first = get_card(before)
    _fact("abundant")
    seal_all()
    after = get_card(Point(before.on, TreeHead.objects.latest("size").sealed_at))
    with django_assert_max_num_queries(20) as asked:
        again = get_card(before)
    assert again == first != after
    assert not [each["sql"] for each in asked.captured_queries if "registry_factversion" in each["sql"]]


def _fact(word: str) -> None:
    content = {"fact_id": "a", "kind": "reserve_class", "subject": {"country": "TH", "mineral": "tin"}}
    row = FactRow("a", "reserve_class", {**content, "fact_class": word}, "TH", "tin")
    put_facts(rows=[row], by=COMMAND, reason="a test")
