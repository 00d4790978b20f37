"""Runs the integration tests, or the files named, a second time, on PostgreSQL: what touches a database is proved on
both.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

_ADDRESS = "postgres://postgres@127.0.0.1:5432/seam"  # the tests' own database is test_seam_<process>


def main(arguments: list[str]) -> int:
    with socket.socket() as probe:
        probe.settimeout(1)
        answers = probe.connect_ex(("127.0.0.1", 5432)) == 0
    if not answers:
        print("PostgreSQL does not answer on 127.0.0.1:5432: the integration tests ran on SQLite alone.")
        print("Start it (Debian: apt-get install postgresql, trust for 127.0.0.1) to run them on both.")
        return 1 if os.environ.get("CI") else 0
    with tempfile.TemporaryDirectory(prefix="seam-pg-") as folder:
        environment = {**os.environ, "DATABASE_URL": f"{_ADDRESS}_{os.getpid()}", "DATA_DIR": folder}
        named = any(Path(argument.partition("::")[0]).exists() for argument in arguments)
        what = arguments if named else ["tests/integration", *arguments]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *what]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
