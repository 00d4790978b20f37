"""The roles of deploy/roles.sql: what web and worker run as does all the work and changes nothing that only grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ledger import guards

ROOT = Path(__file__).parents[2]
SERVER = "postgres://{}@127.0.0.1:5432/{}"
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A database migrated by its owner; the address of the owner, and that of the role of web and worker."""
    suffix = uuid.uuid4().hex[:8]
    owner, web, name = f"seam_{suffix}", f"seam_web_{suffix}", f"seam_roles_{suffix}"
    roles = (ROOT / "deploy" / "roles.sql").read_text().replace("seam_web", "WEB").replace(" seam", f" {owner}")
    roles = roles.replace("'seam'", f"'{owner}'").replace("WEB", web)
    with psycopg.connect(SERVER.format("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(SERVER.format("postgres", name), autocommit=True) as inside:
                inside.execute(roles)  # type: ignore[call-overload]
            addresses = SERVER.format(owner, name), SERVER.format(web, name)
            manage(tmp_path, addresses[0], "migrate", "-v0")
            manage(tmp_path, addresses[0], "guard_log", "--role", web)
            yield addresses
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in (web, owner):
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def manage(data: Path, database: str, *arguments: str) -> str:
    environment = {**os.environ, "DATA_DIR": str(data), "DATABASE_URL": database}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_role_of_web_and_worker_works_and_can_change_nothing_that_only_grows(
    deployed: tuple[str, str], tmp_path: Path
) -> None:
    owner, web = deployed
    manage(tmp_path, web, "import_lots", str(ROOT / "config" / "demo" / "chain"))
    manage(tmp_path, web, "recompute_scores")
    assert json.loads(manage(tmp_path, web, "verify_log", "--format", "json"))["ok"]
    with psycopg.connect(owner, autocommit=True) as connection:  # the guards fall; the rights still hold
        connection.execute("DROP FUNCTION seam_only_grows() CASCADE")
    with psycopg.connect(web, autocommit=True) as connection:
        tables = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        protected = sorted(guards.PROTECTED & tables)
        assert {"ledger_entry", "ledger_treehead", "traceability_event"} <= set(protected)
        for table in protected:
            for statement in ("DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET id = id", "DROP TABLE {}"):
                if "UPDATE" in statement and table in {"ledger_leaf", "ledger_treehead"}:
                    continue  # their keys have other names
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(statement).format(sql.Identifier(table)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id integer)")
