"""A wrong setting is named in one sentence, with what it means; no traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "abc", "PORT is 'abc'"),
        ("DATABASE_URL", "mysql://host/x", "SEAM runs on sqlite:///path and postgres://"),
        ("REDIS_URL", "localhost", "begins with redis://"),
        ("TIME_ZONE", "Mars", "such as Asia/Jakarta"),
        ("DEBUG", "maybe", "write true or false"),
        ("DATA_DIR", "/proc/nowhere", "cannot be written to"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, said: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), name: value}
    command = [sys.executable, "manage.py", "scorecard", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named_before_anything_is_set_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = {**os.environ, "DATA_DIR": str(tmp_path), "HOST": "127.0.0.1", "PORT": port}
        command = [sys.executable, "manage.py", "serve"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"127.0.0.1:{port} (Address already in use). Set PORT" in done.stderr
    assert "stands at" not in done.stdout
    assert not (tmp_path / "seam.sqlite3").exists()


def test_a_folder_made_for_the_data_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    environment = {**os.environ, "DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert folder.stat().st_mode & 0o077 == 0
