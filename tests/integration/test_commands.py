"""What every command has in common: a sentence and an exit code, whatever goes wrong; never a traceback."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from jobs import registry, services
from tests.chains import as_rows, clean, write_folder
from traceability.models import Lot
from traceability.services.deriving import REDERIVE

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


def import_with_failures(folder: Path, monkeypatch: pytest.MonkeyPatch, failures: int) -> tuple[int, Any]:
    """Import a chain while its findings fail to be worked out so many times; no pause between two attempts is long."""
    handler, left = registry.get_handler(REDERIVE), iter(range(failures))
    assert handler

    def fails(payload: dict[str, Any]) -> None:
        if next(left, None) is not None:
            raise RuntimeError("another process was in the way")
        handler.run(payload)

    get = registry.get_handler
    broken = dataclasses.replace(handler, run=fails)
    monkeypatch.setattr(registry, "get_handler", lambda kind: broken if kind == REDERIVE else get(kind))
    monkeypatch.setattr("random.uniform", lambda low, high: 0.01)
    out = StringIO()
    try:
        call_command("import_lots", str(write_folder(folder, as_rows(clean()))), format="json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.mark.django_db
def test_what_follows_is_tried_again_before_a_command_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert import_with_failures(tmp_path, monkeypatch, 2)[0] == 0
    assert not services.failing_derivations()


@pytest.mark.django_db
def test_a_command_says_that_not_all_is_worked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logged = logging.StreamHandler(StringIO())
    logging.getLogger().addHandler(logged)
    try:
        code, said = import_with_failures(tmp_path, monkeypatch, 100)
    finally:
        logging.getLogger().removeHandler(logged)
    assert code == 1
    assert f"job {REDERIVE}" in logged.stream.getvalue()
    assert "Traceback" not in logged.stream.getvalue()
    assert "another process was in the way" in (settings.DATA_DIR / "errors.log").read_text()
    assert "is stored, but not all that follows" in said["error"]
    assert Lot.objects.exists()
