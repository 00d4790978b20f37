"""Scratch databases for benchmarks, and chains in files: made by another process, so that memory is measured truly."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADMIN = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
KINDS = ("sqlite", "postgres")


@contextmanager
def workplace(kind: str) -> Iterator[Path]:
    """A folder that goes again, and Django set up for a kind of database that `fresh` makes."""
    with tempfile.TemporaryDirectory(prefix="seam-bench-") as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings")
        os.environ["DATABASE_URL"] = f"{ADMIN}/postgres" if kind == "postgres" else f"sqlite:///{folder}/first.sqlite3"
        import django

        django.setup()
        yield Path(folder)


@contextmanager
def fresh(name: str) -> Iterator[None]:
    """A new, migrated database behind Django's connection."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    first = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        own = f"seam_bench_{os.getpid()}_{name}"
        _admin(f"CREATE DATABASE {own}")
    else:
        own = str(Path(first).with_name(f"{name}.sqlite3"))
    connection.settings_dict["NAME"] = own
    try:
        call_command("migrate", verbosity=0, stdout=io.StringIO())
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = first
        if connection.vendor == "postgresql":
            _admin(f"DROP DATABASE {own} WITH (FORCE)")
        else:
            for file in Path(own).parent.glob(f"{Path(own).name}*"):
                file.unlink()


def chain_in_files(folder: Path, *, seed: int, lots: int) -> Path:
    """A generated chain as a folder of CSV files."""
    program = (
        "import sys; from pathlib import Path; from tests.chains import write_folder;"
        "from tests.lot_generator import generate;"
        "write_folder(Path(sys.argv[1]), generate(int(sys.argv[2]), int(sys.argv[3])))"
    )
    subprocess.run([sys.executable, "-c", program, str(folder), str(seed), str(lots)], check=True)
    return folder


def for_each_database(module: str, *more: str) -> int:
    """Run a bench once a kind of database, each in a process of its own; 1 where one stayed below its goal."""
    runs = [subprocess.run([sys.executable, "-m", module, kind, *more], check=False) for kind in KINDS]
    return int(any(run.returncode for run in runs))


def verdict(what: str, ratio: float, goal: float, *, at_most: bool = False) -> bool:
    """Print a ratio beside its goal; whether it is kept."""
    kept = ratio <= goal if at_most else ratio >= goal
    sign = "<=" if at_most else ">="
    print(f"  {what}: ratio {ratio:.3f}, goal {sign} {goal:g}: {'kept' if kept else 'MISSED'}", flush=True)
    return kept


def _admin(statement: str) -> None:
    import psycopg

    with psycopg.connect(f"{ADMIN}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
