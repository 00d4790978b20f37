"""The log on a real database: append-only, sealed in order, and every tampering found."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from ledger import guards
from ledger.domain.actor import COMMAND
from ledger.exceptions import NotInTransaction
from ledger.models import Entry, Leaf, TreeHead
from ledger.selectors import verify
from ledger.services import Change, record, record_many, seal_all
from registry.models import FactVersion
from registry.services.facts import FactRow, put_facts

pytestmark = pytest.mark.django_db


def _write(count: int = 3) -> None:
    with transaction.atomic():
        record_many(by=COMMAND, changes=[Change("put", "thing", str(n), None, {"n": n}) for n in range(count)])
    seal_all()


def test_many_entries_keep_every_text_as_it_is() -> None:
    texts = ["", "\\N", "NULL", '"', '""', "a,b", "a\tb", "a\nb", "a\r\nb", "\\.", "\\", " x ", "é漢\U0001f600"]
    with transaction.atomic():
        changes = [Change("put", "thing", text, None, {"text": text}) for text in texts]
        numbers = record_many(by=COMMAND, changes=changes, reason='said "so",\n\\N')
    rows = Entry.objects.filter(pk__in=numbers).order_by("pk")
    assert [row.object_id for row in rows] == texts
    assert [json.loads(row.after)["text"] for row in rows] == texts
    assert {row.reason for row in rows} == {'said "so",\n\\N'}


def test_an_entry_outside_the_transaction_of_its_change_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "in_atomic_block", False)
    with pytest.raises(NotInTransaction):
        record(by=COMMAND, change=Change("put", "thing", "1", None, {}))


@pytest.mark.parametrize("model", [Entry, Leaf, TreeHead])
@pytest.mark.parametrize("how", ["update", "delete"])
def test_sealed_tables_refuse_update_and_delete(model: type, how: str) -> None:
    _write()
    rows = model._default_manager.all()
    act = partial(rows._raw_delete, rows.db) if how == "delete" else partial(rows.update, **{_COLUMN[model]: "0"})
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        act()


_COLUMN = {Entry: "reason", Leaf: "hash", TreeHead: "root"}


def test_insert_or_replace_is_refused_on_sqlite() -> None:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("TRUNCATE ledger_entry CASCADE")
        return
    _write()
    entry = Entry.objects.first()
    assert entry is not None
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        cursor.execute(
            "INSERT OR REPLACE INTO ledger_entry"
            " (id, actor, door, action, object_type, object_id, before, after, reason)"
            " VALUES (%s, 'x', 'x', 'x', 'x', 'x', 'null', 'null', '')",
            [entry.pk],
        )


def test_an_intact_log_verifies_and_its_head_is_published() -> None:
    _write()
    verdict = verify()
    assert verdict.ok, verdict.reason
    assert verdict.entries == verdict.sealed == 4  # the first is the announcement of the key
    published = (settings.DATA_DIR / "heads.log").read_text().split()
    assert published[:2] == ["4", verdict.root]


def test_an_entry_changed_behind_the_guards_is_found() -> None:
    _write()
    second = Entry.objects.order_by("pk")[1]
    _behind_the_guards("UPDATE ledger_entry SET after = '{\"n\":9}' WHERE id = %s", [second.pk])
    verdict = verify()
    assert not verdict.ok
    assert verdict.first_broken == second.pk


def test_a_missing_guard_is_found() -> None:
    _write()
    _drop_guards("ledger_entry")
    verdict = verify()
    assert not verdict.ok
    assert "ledger_entry_no_update" in verdict.reason


def test_a_tail_cut_off_the_tree_is_found_by_the_published_heads() -> None:
    _write()
    _write()
    _drop_guards("ledger_leaf")
    _drop_guards("ledger_treehead")
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ledger_leaf WHERE index >= 4"
            if connection.vendor != "sqlite"
            else 'DELETE FROM ledger_leaf WHERE "index" >= 4'
        )
        cursor.execute("DELETE FROM ledger_treehead WHERE size > 4")
    guards.install()
    verdict = verify()
    assert not verdict.ok
    assert "heads.log" in verdict.reason


def test_a_live_row_changed_past_the_log_is_found() -> None:
    with transaction.atomic():
        put_facts(
            rows=[FactRow("x.fact", "reserves", {"fact_id": "x.fact", "kind": "reserves"})], by=COMMAND, reason="t"
        )
    seal_all()
    assert verify().ok
    FactVersion.objects.update(content={"fact_id": "x.fact", "kind": "other"})
    verdict = verify()
    assert not verdict.ok
    assert "x.fact" in verdict.reason


def test_a_sequencer_that_stands_still_is_found() -> None:
    with transaction.atomic():
        entry = record(by=COMMAND, change=Change("put", "thing", "1", None, {}))
    _behind_the_guards(
        "UPDATE ledger_entry SET recorded_at = %s WHERE id = %s",
        [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), entry.pk],
    )
    verdict = verify()
    assert not verdict.ok
    assert verdict.first_broken == entry.pk


def _drop_guards(table: str) -> None:
    with connection.cursor() as cursor:
        for event in ("update", "delete", "truncate"):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_{event}"{on}')


def _behind_the_guards(sql: str, parameters: list) -> None:
    _drop_guards("ledger_entry")
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    guards.install()
