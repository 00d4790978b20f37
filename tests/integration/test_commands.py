"""What every command has in common: a sentence and an exit code, whatever goes wrong; never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, on the database file of a folder."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**environment, "DATA_DIR": str(folder), "PORT": "8765"},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["scorecard", "findings", "load_reference"])
def test_a_database_that_is_not_set_up_is_a_sentence(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, "--format", "json")
    assert done.returncode == 1
    assert "Run `manage.py migrate`." in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["scorecard", "serve"])
def test_a_database_file_that_is_none_is_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "seam.sqlite3").write_text("this is no database " * 100)
    done = run(tmp_path, command)
    assert done.returncode in (1, 2)
    assert "file is not a database" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "errors.log").exists()


def test_a_result_that_nobody_reads_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "items.json").write_text(json.dumps([{"id": "1", "title": "Nickel"}]))
    read, write = os.pipe()
    os.close(read)
    done = run(tmp_path, "classify_news", str(tmp_path / "items.json"), "--format", "json", stdout=write)
    os.close(write)
    assert done.returncode == 1
    assert done.stderr == "The result cannot be printed: Broken pipe.\n"
