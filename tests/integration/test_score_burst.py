"""Many workers at once on PostgreSQL: one score stands a cell, changes join without a gap, the log is intact."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
SERVER = "postgres://postgres@127.0.0.1:5432"
WORKERS, ROUNDS = 4, 5


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    name = f"seam_burst_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        yield {
            **os.environ,
            "DATABASE_URL": f"{SERVER}/{name}",
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def rows(environment: dict[str, str], query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


@pytest.mark.postgres
def test_a_burst_of_workers_leaves_one_score_a_cell_and_changes_without_a_gap(environment: dict[str, str]) -> None:
    manage(environment, "migrate", "-v0")
    manage(environment, "load_reference")
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.integration.score_burst", str(n), str(ROUNDS)], cwd=ROOT, env=environment
        )
        for n in range(WORKERS)
    ]
    assert [worker.wait(timeout=120) for worker in workers] == [0] * WORKERS
    assert json.loads(manage(environment, "recompute_scores", "--format", "json"))["changed"] == 0
    assert rows(environment, "SELECT count(*) FROM scoring_score WHERE superseded_entry_id IS NULL") == [(33,)]
    changes = rows(
        environment,
        "SELECT old->>'level', new->>'level' FROM scoring_scorechange "
        "WHERE is_moved AND country = 'TH' AND domain = 'governance' ORDER BY id",
    )
    assert changes
    assert all(before[1] == after[0] for before, after in itertools.pairwise(changes))
    stands = rows(
        environment,
        "SELECT level::text FROM scoring_score "
        "WHERE superseded_entry_id IS NULL AND country = 'TH' AND domain = 'governance'",
    )
    assert stands == [(changes[-1][1],)]
    assert json.loads(manage(environment, "verify_log", "--format", "json"))["ok"] is True
