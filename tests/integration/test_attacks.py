"""What somebody with the database in hand may try, which check finds it, and what it says. On SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import uuid
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ledger import guards
from ledger.checking import verify
from ledger.domain.actor import COMMAND
from ledger.domain.merkle import Frontier, leaf_hash
from ledger.domain.nodes import Growth
from ledger.domain.note import Checkpoint, Signer
from ledger.exceptions import KeyNotAnnounced
from ledger.models import Entry, Leaf, Node, Pending, TreeHead
from ledger.reading import announced_keys, entry_text, kept_verifiers
from ledger.services import Change, record_many, seal, seal_all, sealing
from ledger.services.checks import check_log
from ledger.services.keys import get_signer, rotate_key

ROOT = Path(__file__).parents[2]
_TABLES = ("ledger_entry", "ledger_leaf", "ledger_node", "ledger_treehead")
pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> list[int]:
    """A log of three heads: the key with 5 entries, then 20, then 3; the numbers of its entries."""
    for count in (5, 20, 3):
        write(count)
    assert verify().ok
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


def write(count: int) -> list[int]:
    with transaction.atomic():
        changes = [Change("put", "thing", f"{n}", None, {"n": n}) for n in range(count)]
        numbers = record_many(by=COMMAND, changes=changes)
    seal_all()
    return numbers


def slip_in(**more: Any) -> Entry:
    """An entry written past the service."""
    columns = {"actor": "x", "door": "desk", "action": "put", "object_type": "thing", "object_id": "x"}
    return Entry.objects.create(**columns, before="null", after="null", **more)


def past_the_guards(*statements: str) -> None:
    """Run SQL as somebody would who first drops the triggers and then puts them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            for event in ("update", "delete", "truncate"):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_{event}"{on}')
        for statement in statements:
            cursor.execute(statement)
    guards.install()


def reason() -> str:
    verdict = verify()
    assert not verdict.ok
    return " | ".join(fault.reason for fault in verdict.faults)


def forge(signer: Signer | None) -> None:
    """Make leaves, nodes and heads anew over the entries as they stand, as if they had always been so."""
    sizes = dict(TreeHead.objects.values_list("size", "sealed_at"))
    entries = list(Entry.objects.filter(leaf__isnull=False).order_by("pk"))
    past_the_guards(*(f"DELETE FROM {table}" for table in ("ledger_leaf", "ledger_node", "ledger_treehead")))
    frontier, growth = Frontier(), Growth(0, lambda wanted: {})
    for entry in entries:
        hashed = leaf_hash(entry_text(entry).encode())
        Leaf.objects.create(index=frontier.size, entry=entry, hash=hashed.hex())
        frontier.append(hashed)
        for (level, index), node in growth.append(hashed):
            Node.objects.create(level=level, index=index, hash=node.hex())
        if frontier.size in sizes:
            at, root = sizes[frontier.size], frontier.root.hex()
            note = signer.sign(Checkpoint(signer.name, frontier.size, root, at).text()) if signer else ""
            TreeHead.objects.create(
                size=frontier.size, root=root, peaks=frontier.to_hex(), sealed_at=at, note=note
            )  # fmt: skip


# --- editing, deleting, inserting, reordering


def test_an_edited_entry(log: list[int]) -> None:
    past_the_guards(f"""UPDATE ledger_entry SET after = '{{"n":7}}' WHERE id = {log[9]}""")
    assert f"entry {log[9]} differs from what was sealed as leaf 9" in reason()
    assert verify().first_broken == log[9]


@pytest.mark.parametrize("column", ["actor", "door", "action", "object_type", "object_id", "before", "reason"])
def test_any_edited_column(log: list[int], column: str) -> None:
    past_the_guards(f"UPDATE ledger_entry SET {column} = 'null ' WHERE id = {log[3]}")
    assert f"entry {log[3]} differs" in reason()


def test_a_deleted_entry(log: list[int]) -> None:
    past_the_guards(
        f"DELETE FROM ledger_leaf WHERE entry_id = {log[4]}", f"DELETE FROM ledger_entry WHERE id = {log[4]}"
    )
    assert "leaf 4 is missing" in reason()


def test_a_deleted_entry_with_the_gap_closed(log: list[int]) -> None:
    past_the_guards(
        f"DELETE FROM ledger_leaf WHERE entry_id = {log[4]}",
        f"DELETE FROM ledger_entry WHERE id = {log[4]}",
        'UPDATE ledger_leaf SET "index" = -"index" WHERE "index" > 4',
        'UPDATE ledger_leaf SET "index" = -"index" - 1 WHERE "index" < 0',
    )
    assert "the tree of 6 entries has another root than was sealed" in reason()


def test_an_inserted_entry(log: list[int]) -> None:
    entry = slip_in()
    assert f"entry {entry.pk} stands in neither the tree nor the queue" in reason()


def test_an_entry_inserted_in_the_middle_of_the_tree(log: list[int]) -> None:
    entry = slip_in()
    hashed = leaf_hash(entry_text(entry).encode()).hex()
    past_the_guards(
        'UPDATE ledger_leaf SET "index" = -"index" WHERE "index" > 3',
        'UPDATE ledger_leaf SET "index" = 1 - "index" WHERE "index" < 0',
        f"""INSERT INTO ledger_leaf ("index", entry_id, hash) VALUES (4, {entry.pk}, '{hashed}')""",
    )
    assert "the tree of 6 entries has another root than was sealed" in reason()


def test_two_reordered_entries(log: list[int]) -> None:
    past_the_guards(
        'UPDATE ledger_leaf SET "index" = -1 WHERE "index" = 8',
        'UPDATE ledger_leaf SET "index" = 8 WHERE "index" = 12',
        'UPDATE ledger_leaf SET "index" = 12 WHERE "index" = -1',
    )
    assert "the tree of 26 entries has another root than was sealed" in reason()


# --- the tail, a fork, a restored backup


def cut_to(size: int) -> None:
    """Leave the database as it was when so many entries were sealed: a cut-off tail, or yesterday's backup put back."""
    gone = ",".join(str(pk) for pk in Leaf.objects.filter(index__gte=size).values_list("entry_id", flat=True))
    past_the_guards(
        f'DELETE FROM ledger_leaf WHERE "index" >= {size}',
        f"DELETE FROM ledger_entry WHERE id IN ({gone})",
        f"DELETE FROM ledger_treehead WHERE size > {size}",
        f'DELETE FROM ledger_node WHERE ("index" + 1) * (CASE level WHEN 4 THEN 16 ELSE 256 END) > {size}',
    )


def test_a_cut_off_tail(log: list[int]) -> None:
    cut_to(26)
    assert "the head of 29 entries in heads.log is not in the log, which was cut off or put back" in reason()


def test_yesterdays_backup_put_back_and_gone_on_from(log: list[int]) -> None:
    cut_to(26)
    write(9)
    assert "the head of 29 entries in heads.log is not in the log" in reason()


def test_yesterdays_backup_put_back_with_its_files(log: list[int], tmp_path: Path) -> None:
    """With heads.log put back too, whoever kept a head finds it."""
    kept = TreeHead.objects.get(size=29).note
    lines = (settings.DATA_DIR / "heads.log").read_text().splitlines()
    cut_to(26)
    (settings.DATA_DIR / "heads.log").write_text("\n".join(lines[:2]) + "\n")
    assert verify().ok
    verdict = verify(kept_note=kept)
    assert "the head that you kept holds 29 entries; the log has only 26: it was cut off" in verdict.reason


def test_a_forked_tree_without_the_key(log: list[int]) -> None:
    past_the_guards(f"""UPDATE ledger_entry SET after = '{{"n":7}}' WHERE id = {log[9]}""")
    forge(None)
    assert "the head of 6 entries cannot be trusted: it is no signed note" in reason()


def test_a_forked_tree_signed_by_another_key(log: list[int]) -> None:
    past_the_guards(f"""UPDATE ledger_entry SET after = '{{"n":7}}' WHERE id = {log[9]}""")
    forge(Signer.new(get_signer().name))
    assert "the head of 6 entries cannot be trusted: it is not signed by" in reason()


def test_a_forked_tree_signed_by_the_stolen_key(log: list[int]) -> None:
    kept = TreeHead.objects.get(size=26).note
    past_the_guards(f"""UPDATE ledger_entry SET after = '{{"n":7}}' WHERE id = {log[9]}""")
    forge(get_signer())
    assert "the head of 26 entries in heads.log says something else than the log" in reason()
    (settings.DATA_DIR / "heads.log").unlink()
    assert verify().ok  # everything fits: now only a head that somebody kept tells
    assert "the first 26 entries are not those of the head that you kept: the log was forked" in (
        verify(kept_note=kept).reason
    )


def test_a_head_slipped_in(log: list[int]) -> None:
    TreeHead.objects.create(size=10, root="ab" * 32, peaks=[], note="x")
    assert "the tree of 10 entries has another root than was sealed" in reason()


def test_a_kept_node_altered_to_spoil_proofs(log: list[int]) -> None:
    past_the_guards(f"UPDATE ledger_node SET hash = '{'ab' * 32}'")
    assert "the kept node 4/0, which proofs are made of, is not the tree's" in reason()


# --- the key


def test_a_replaced_key_seals_nothing_and_is_found(log: list[int]) -> None:
    path = settings.DATA_DIR / "log-key"
    path.write_text(str(Signer.new(get_signer().name)))
    with pytest.raises(KeyNotAnnounced, match="rotate_log_key --reason"):
        write(1)
    assert "is not the one the log announced" in reason()


def test_a_rotated_key_is_announced_by_the_old_one_and_the_log_stays_intact(log: list[int]) -> None:
    old = get_signer().verifier
    new = rotate_key(by=COMMAND, reason="a year has passed")
    write(4)
    assert verify().ok, verify().reason
    after = json.loads(Entry.objects.filter(object_type="log_key").latest("pk").after)
    assert (after["key"], after["replaces"]) == (str(new), str(old))
    said, _, signature = after["signed_by_old"].rpartition("\n\n")
    assert said == str(new)
    assert signature.startswith(f"— {old.name} ")
    assert kept_verifiers() == [old, new]
    assert (settings.DATA_DIR / "log-key").stat().st_mode & 0o777 == 0o600


def test_a_lost_key_is_said_to_be_lost(log: list[int]) -> None:
    (settings.DATA_DIR / "log-key").unlink()
    with pytest.raises(KeyNotAnnounced, match="is not there"):
        write(1)
    rotate_key(by=COMMAND, reason="the disk died")
    assert verify().ok, verify().reason
    assert json.loads(Entry.objects.filter(object_type="log_key").latest("pk").after)["replaces"] is None


def test_a_rotation_that_was_killed_half_way_is_finished(log: list[int]) -> None:
    path = settings.DATA_DIR / "log-key"
    old = path.read_text()
    rotate_key(by=COMMAND, reason="a year has passed")
    path.rename(path.with_name("log-key.new"))
    path.write_text(old)
    write(1)
    assert verify().ok, verify().reason
    assert get_signer().verifier == announced_keys()[-1][1]


# --- back-dating


def test_a_back_dated_entry(log: list[int]) -> None:
    entry = slip_in(recorded_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Pending.objects.create(entry=entry)
    seal_all()
    assert f"entry {entry.pk} is back-dated: it says 2026-01-01T00:00:00.000000Z" in reason()


def test_a_back_dated_sealing(log: list[int]) -> None:
    past_the_guards("UPDATE ledger_treehead SET sealed_at = '2026-01-01 00:00:00' WHERE size = 26")
    assert "the head of 26 entries was sealed before entries that it holds" in reason()


# --- the guards


@pytest.mark.parametrize("table", _TABLES)
def test_the_guards_refuse_what_the_database_can_refuse(log: list[int], table: str) -> None:
    statements = [f"DELETE FROM {table}", f"UPDATE {table} SET {_COLUMN[table]} = {_COLUMN[table]}"]
    if connection.vendor == "postgresql":
        statements.append(f"TRUNCATE {table} CASCADE")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in statements:
        with connection.cursor() as cursor, pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            cursor.execute(statement)


_COLUMN = {"ledger_entry": "reason", "ledger_leaf": "hash", "ledger_node": "hash", "ledger_treehead": "root"}


def test_insert_or_replace(log: list[int]) -> None:
    sql = f"""INSERT {{}} INTO ledger_leaf ("index", entry_id, hash) VALUES (4, {log[4]}, 'x') {{}}"""
    words = (
        ("OR REPLACE", "")
        if connection.vendor == "sqlite"
        else ("", "ON CONFLICT (\"index\") DO UPDATE SET hash = 'x'")
    )
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        cursor.execute(sql.format(*words))


def test_a_guard_that_was_made_toothless(log: list[int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER ledger_entry_no_update")
            cursor.execute(
                "CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT 1; END"
            )  # fmt: skip
        else:
            cursor.execute("CREATE OR REPLACE FUNCTION seam_only_grows() RETURNS trigger LANGUAGE plpgsql AS"
                           " $$ BEGIN RETURN NEW; END $$")  # fmt: skip
    assert "these append-only guards are missing: " in reason()
    assert "ledger_entry_no_update" in reason()
    guards.install()
    assert verify().ok


def test_guards_are_put_back_and_a_role_may_only_add(log: list[int]) -> None:
    out = StringIO()
    with connection.cursor() as cursor:
        on = " ON ledger_entry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER ledger_entry_no_update{on}")
    if connection.vendor == "sqlite":
        call_command("guard_log", stdout=out)
        with pytest.raises(SystemExit):
            call_command("guard_log", "--role", "seam_web", stdout=out, stderr=out)
    else:
        role = f"seam_web_{uuid.uuid4().hex[:8]}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role}")
            cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
            call_command("guard_log", "--role", role, stdout=out)
            asked = "SELECT has_table_privilege(%s, %s, %s)"
            for right, may in (("UPDATE", False), ("DELETE", False), ("TRUNCATE", False), ("INSERT", True)):
                cursor.execute(asked, [role, "ledger_entry", right])
                assert cursor.fetchone() == (may,)
            cursor.execute(asked, [role, "ledger_pending", "DELETE"])
            assert cursor.fetchone() == (True,)
    assert "ledger_entry_no_update" in out.getvalue()
    assert verify().ok


# --- the sequencer


def test_a_sealer_lost_half_way_loses_nothing(log: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TreeHead.objects, "create", killed)
        with pytest.raises(KeyboardInterrupt):
            write(4)
    assert (Pending.objects.count(), verify().ok) == (4, True)
    assert seal() == 4
    assert verify().ok


def test_a_sealer_lost_before_it_could_publish(log: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "publish", lambda head: None)
        write(4)
    write(1)
    assert verify().ok


def test_a_sealer_that_never_comes_back(log: list[int]) -> None:
    entry = slip_in(recorded_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Pending.objects.create(entry=entry)
    assert f"entry {entry.pk} is older than 60 seconds and not sealed" in reason()


# --- what a walk leaves behind


def test_the_command_prints_the_contracts_keys_and_fails(log: list[int], tmp_path: Path) -> None:
    note = tmp_path / "head"
    note.write_text(TreeHead.objects.get(size=26).note)
    assert _command("--head", str(note)) == (0, {"ok": True, "entries": 29, "sealed": 29, "first_broken": None,
                                                 "root": TreeHead.objects.get(size=29).root, "reason": ""})  # fmt: skip
    past_the_guards(f"""UPDATE ledger_entry SET after = '{{"n":7}}' WHERE id = {log[9]}""")
    code, found = _command()
    assert (code, found["ok"], found["first_broken"]) == (1, False, log[9])


def test_every_page_says_that_the_log_is_not_intact_until_it_is_again(log: list[int], client: Any) -> None:
    assert check_log().ok
    assert b"The log is not intact" not in client.get("/").content
    past_the_guards(f"""UPDATE ledger_entry SET reason = 'x' WHERE id = {log[9]}""")
    check_log()
    page = client.get("/").content.decode()
    assert "The log is not intact." in page
    assert f"First broken: entry {log[9]}." in page
    assert "Not so" in client.get("/log/").content.decode()
    past_the_guards(f"""UPDATE ledger_entry SET reason = '' WHERE id = {log[9]}""")
    check_log()
    assert b"The log is not intact" not in client.get("/").content


def _command(*arguments: str) -> tuple[int, Any]:
    out = StringIO()
    try:
        call_command("verify_log", *arguments, "--format", "json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


# --- two sealers at once, and PostgreSQL


_WRITER = """
from django.db import transaction
from ledger.domain.actor import COMMAND
from ledger.services import Change, record_many, seal
for round in range(15):
    with transaction.atomic():
        record_many(by=COMMAND, changes=[Change("put", "thing", f"{round}.{n}", None, {"n": n}) for n in range(7)])
    seal(limit=5)
"""


def several_sealers(environment: dict[str, str]) -> None:
    """Three processes write and seal at the same time; then the log is walked."""
    run = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*run, "migrate", "-v0"], env=environment, check=True, cwd=ROOT)
    shell = [*run, "shell", "-v0", "-c", _WRITER]
    workers = [subprocess.Popen(shell, env=environment, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    errors = [worker.communicate(timeout=240)[1].decode() for worker in workers]
    assert not any(worker.returncode for worker in workers), errors
    subprocess.run([*run, "shell", "-v0", "-c", "from ledger.services import seal_all; seal_all()"],
                   env=environment, check=True, cwd=ROOT)  # fmt: skip
    found = subprocess.run([*run, "verify_log", "--format", "json"], env=environment, cwd=ROOT, capture_output=True,
                           text=True, check=False)  # fmt: skip
    verdict = json.loads(found.stdout)
    assert verdict["ok"], verdict
    assert verdict["sealed"] == verdict["entries"] >= 3 * 15 * 7 + 1


def test_two_sealers_at_once_on_sqlite(tmp_path: Path) -> None:
    several_sealers({**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": ""}
                    | {"DJANGO_SETTINGS_MODULE": "config.settings"})  # fmt: skip


@pytest.fixture
def postgres() -> Any:
    """A new database on the local PostgreSQL, as DATABASE_URL."""
    name = f"seam_attacks_{uuid.uuid4().hex[:8]}"
    with psycopg.connect("postgres://postgres@127.0.0.1:5432/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield f"postgres://postgres@127.0.0.1:5432/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
def test_two_sealers_at_once_on_postgresql(tmp_path: Path, postgres: str) -> None:
    several_sealers({**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": postgres})
