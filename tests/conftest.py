"""What all tests share: the network is closed but for this machine; what a machine lacks is said."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

IN_CI = bool(os.environ.get("CI"))


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


_NEEDS = {
    "postgres": (lambda: _answers(5432), "start PostgreSQL on 127.0.0.1:5432 (Debian: apt-get install postgresql)"),
    "redis": (lambda: _answers(6379), "start Redis on 127.0.0.1:6379 (Debian: apt-get install redis-server)"),
    "pango": (lambda: find_library("pango-1.0") is not None, "apt-get install libpango-1.0-0 libpangoft2-1.0-0"),
    "browser": (lambda: shutil.which("chromium") is not None, "apt-get install chromium"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a line that says how to get it, what this machine lacks; with CI set, nothing is skipped."""
    if IN_CI:
        return
    for name, (is_here, how) in _NEEDS.items():
        if not is_here():
            for item in items:
                if item.get_closest_marker(name):
                    item.add_marker(pytest.mark.skip(reason=f"needs {name}: {how}"))


@pytest.fixture(autouse=True)
def closed_network() -> Iterator[None]:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    """Mail and heads of a test lie in its own folder."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    settings.MAIL_DIR = tmp_path / "mail"  # type: ignore[attr-defined]
    settings.EMAIL_BACKEND = "alerts.channels.FileBackend"  # type: ignore[attr-defined]
