"""Runs Django's deployment checks under the settings a deployment would have."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "SITE_URL": "https://seam.example.org",
            "ALLOWED_HOSTS": "seam.example.org",
            "DATABASE_URL": "postgres://seam:secret@127.0.0.1:5432/seam",
            "REDIS_URL": "redis://127.0.0.1:6379/0",
            "DEBUG": "false",
        }
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
