"""What docs/operations.md says of a copy holds: it is taken while SEAM runs, and what comes back is whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.integration.test_as_of_stays import SERVER, database, manage


def head(environment: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(manage(environment, "verify_log", "--format", "json"))
    return {name: found[name] for name in ("ok", "sealed", "root", "reason")}


def record_something(environment: dict[str, str], folder: Path) -> dict[str, int]:
    row = {"country": "PH", "hs": "2604", "mineral": "nickel", "materials": None, "kind": "export_ban"}
    (folder / "measures.json").write_text(json.dumps([{**row, "from": "2026-01-01", "until": None}]))
    said = manage(environment, "load_measures", str(folder / "measures.json"), "--format", "json")
    found: dict[str, int] = json.loads(said)
    return found


def copy_files(source: Path, target: Path) -> None:
    """All of DATA_DIR but the database, which has its own way."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.sqlite3*", "*.pid"), dirs_exist_ok=True)


def test_a_copy_of_the_file_taken_while_somebody_writes_comes_back_whole(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    with database("sqlite", first) as environment, database("sqlite", second) as restored:
        manage(environment, "migrate", "-v0")
        record_something(environment, tmp_path)
        before = head(environment)
        writer = sqlite3.connect(first / "stays.sqlite3", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE registry_source SET title = 'half written'")
        with sqlite3.connect(first / "stays.sqlite3") as source, sqlite3.connect(second / "stays.sqlite3") as target:
            source.backup(target)
        writer.execute("ROLLBACK")
        copy_files(first, second)
        assert head(restored) == before
        assert before["ok"] is True
        assert record_something(restored, tmp_path) == {"created": 0, "changed": 0, "unchanged": 1}


@pytest.mark.postgres
def test_a_dump_of_postgresql_comes_back_whole_with_its_guards(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    with database("postgres", first) as environment, database("postgres", second) as restored:
        manage(environment, "migrate", "-v0")
        record_something(environment, tmp_path)
        before, dump = head(environment), str(tmp_path / "seam.dump")
        subprocess.run(["pg_dump", "--format=custom", "--file", dump, environment["DATABASE_URL"]], check=True)
        subprocess.run(["pg_restore", "--exit-on-error", "--dbname", restored["DATABASE_URL"], dump], check=True)
        copy_files(first, second)
        assert head(restored) == before
        assert before["ok"] is True
        name = restored["DATABASE_URL"].rpartition("/")[2]
        with psycopg.connect(f"{SERVER}/{name}") as connection, pytest.raises(psycopg.Error, match="only grows"):
            connection.execute("DELETE FROM ledger_entry")
