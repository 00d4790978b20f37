"""Triggers that keep tables append-only, on SQLite and PostgreSQL; put back after every migrate."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection

#: Tables that only grow. Apps add theirs in AppConfig.ready().
PROTECTED: set[str] = {"ledger_entry", "ledger_leaf", "ledger_node", "ledger_treehead", "ledger_check"}

_MESSAGE = "this table only grows: correct by adding"

_BODY = f" BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END "


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
                _drop(cursor, table, name)
                for statement in _statements(table, name, event):
                    cursor.execute(statement)


def missing() -> list[str]:
    """Names of guards that should stand and do not, or that do something else than they should."""
    existing = set(connection.introspection.table_names())
    standing = _standing()
    return sorted(name for table, name, event in _wanted() if table in existing and (table, name) not in standing)


def revoke(role: str) -> list[str]:
    """Take a PostgreSQL role's rights to change the protected tables; returns their names. It may add and read."""
    tables = sorted(PROTECTED & set(connection.introspection.table_names()))
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
    return tables


def _standing() -> set[tuple[str, str]]:
    """Table and name of each guard that does what it should."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
            right = {name: _made_by(_statements(table, name, event)[0]) for table, name, event in _wanted()}
            return {(table, name) for table, name, sql in cursor.fetchall() if _made_by(sql) == right.get(name)}
        cursor.execute(
            "SELECT relname, tgname, prosrc FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_namespace ON pg_namespace.oid = relnamespace"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL"
            " AND nspname = ANY (current_schemas(false)) AND proname = 'seam_only_grows'"
        )
        return {(table, name) for table, name, body in cursor.fetchall() if body == _BODY}


def _made_by(statement: str) -> str:
    """A trigger's statement as SQLite keeps it."""
    return statement.replace("IF NOT EXISTS ", "").strip()


def _drop(cursor: Any, table: str, name: str) -> None:
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


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
        f"CREATE OR REPLACE FUNCTION seam_only_grows() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$",
        f'CREATE TRIGGER "{name}" BEFORE {event.upper()} ON "{table}" '
        f"FOR EACH {level} EXECUTE FUNCTION seam_only_grows()",
    ]
