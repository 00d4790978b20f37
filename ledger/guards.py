"""Triggers that keep tables append-only, on SQLite and PostgreSQL; put back after every migrate."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection

#: Tables that only grow. Apps add theirs in AppConfig.ready().
PROTECTED: set[str] = {"ledger_entry", "ledger_leaf", "ledger_treehead"}

_MESSAGE = "this table only grows: correct by adding"


def protect(*tables: str) -> None:
    PROTECTED.update(tables)


def protect_history(app_label: str) -> None:
    """Protect the django-simple-history tables of an app."""
    for model in apps.get_app_config(app_label).get_models():
        if hasattr(model, "history_type") or model.__name__.startswith("Historical"):
            protect(model._meta.db_table)


def install(sender: Any = None, **kwargs: Any) -> None:
    """Create what is missing. A later AlterField rebuilds a SQLite table and drops its triggers without a word."""
    gone = set(missing())
    with connection.cursor() as cursor:
        for table, name, event in _wanted():
            if name in gone:
                for statement in _statements(table, name, event):
                    cursor.execute(statement)


def missing() -> list[str]:
    """Names of guards that should stand and do not."""
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        found = {row[0] for row in cursor.fetchall()}
    return sorted(name for table, name, _event in _wanted() if table in existing and name not in found)


def _wanted() -> list[tuple[str, str, str]]:
    events = ["update", "delete"] + (["truncate"] if connection.vendor == "postgresql" else [])
    return [(table, f"{table[:45]}_no_{event}", event) for table in sorted(PROTECTED) for event in events]


def _statements(table: str, name: str, event: str) -> list[str]:
    if connection.vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{name}" BEFORE {event.upper()} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        ]
    level = "STATEMENT" if event == "truncate" else "ROW"
    return [
        "CREATE OR REPLACE FUNCTION seam_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"',
        f'CREATE TRIGGER "{name}" BEFORE {event.upper()} ON "{table}" '
        f"FOR EACH {level} EXECUTE FUNCTION seam_only_grows()",
    ]
