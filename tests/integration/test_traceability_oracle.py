"""The engine against a second reading of the contract: the same findings and shares, and none besides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from ledger.commands import settle
from registry.services.measures import load_measures
from tests.chains import write_folder
from tests.lot_checks import BY, check_chain, close, found, take_in
from tests.lot_generator import MEASURES, generate, pieces, spoil
from tests.lot_oracle import UNKNOWN, Oracle
from traceability import loading
from traceability.exchange.reading import read_path
from traceability.models import Feed, Finding, LotState, OpenShipment
from traceability.services.deriving import derive
from traceability.services.importing import import_lots

pytestmark = pytest.mark.django_db


def derived_rows() -> dict[str, Any]:
    """Everything that is worked out, as it stands in the tables."""
    return {
        "findings": sorted(
            Finding.objects.current().exclude(state="resolved").values_list("code", "event", "lot", "message")
        ),
        "states": {row["lot_id"]: row for row in LotState.objects.values()},
        "feeds": sorted(Feed.objects.values_list("event", "source", "lot", "dry_kg")),
        "open": sorted(OpenShipment.objects.values_list("event", "lot", "is_late")),
    }


@pytest.mark.parametrize(
    ("seed", "lots", "count"), [(1, 60, 1), (2, 60, 4), (3, 150, 7), (4, 400, 3), (5, 400, 12), (6, 1_000, 5)]
)
def test_every_finding_and_share_is_that_of_the_contract_and_none_besides(seed: int, lots: int, count: int) -> None:
    check_chain(spoil(generate(seed, lots), seed, share=0.03), seed, count=count)


def test_what_came_in_pieces_stands_as_if_derived_from_nothing() -> None:
    tables = spoil(generate(11, 300), 11, share=0.05)
    for piece in pieces(tables, 11, 6):
        take_in(piece)
    load_measures(rows=MEASURES, by=BY, reason="test")
    settle()
    before = derived_rows()
    for model in (Feed, OpenShipment):
        model.objects.all().delete()
    lots = list(LotState.objects.values_list("lot_id", flat=True))
    LotState.objects.all().delete()
    derive(lots=lots, by=BY, reason="anew", name="anew")
    assert derived_rows() == before


def test_one_more_event_reads_what_it_reaches_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = generate(31, 80), generate(32, 200)
    take_in(near)
    take_in({**far, "parties": [], "facilities": []})
    state = LotState.objects.filter(lot__lot_id__startswith="S31", lot__material="component").first()
    assert state is not None
    event = {**near["events"][0], "event_id": "late", "kind": "observe", "party_id": state.holder.party_id}
    line = {**near["event_lines"][0], "event_id": "late", "role": "item", "lot_id": state.lot.lot_id}
    read: list[set[str]] = []
    load = loading.load_keyed

    def spied(events: Any) -> loading.Loaded:
        found = load(events)
        read.append(set(found.lots))
        return found

    monkeypatch.setattr(loading, "load_keyed", spied)
    take_in({**{key: [] for key in near}, "events": [event], "event_lines": [line]})
    assert len(read) == 1
    assert state.lot.lot_id in read[0]
    assert all(name.startswith("S31") for name in read[0])


@pytest.mark.postgres
def test_postgresql_finds_and_traces_the_same(tmp_path: Path) -> None:
    name, admin = f"engine_test_{os.getpid()}", "postgres://postgres@127.0.0.1:5432"
    tables = spoil(generate(41, 200), 41, share=0.03)
    oracle = Oracle(tables, MEASURES)
    (tmp_path / "measures.json").write_text(json.dumps(MEASURES))
    with psycopg.connect(f"{admin}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            run = manage(tmp_path, f"{admin}/{name}")
            run("migrate", "--verbosity", "0")
            for number, piece in enumerate(pieces(tables, 41, 2)):
                run("import_lots", str(write_folder(tmp_path / str(number), piece)))
            run("load_measures", str(tmp_path / "measures.json"))
            rows = json.loads(run("findings", "--format", "json"))
            open_now = {(row["code"], row["event_id"], row["lot_id"]) for row in rows if row["state"] == "open"}
            assert open_now == oracle.findings()
            lot = max(oracle.birth, key=lambda lot: len(oracle.ancestors(lot)))
            mine = json.loads(run("trace", lot, "--element", "Nd", "--format", "json"))
            wanted = oracle.trace(lot, "up", "Nd")
            assert {row["lot"] for row in mine["lots"]} == wanted["lots"].keys()
            assert all(close(row["share"], wanted["origins"][row["facility"] or UNKNOWN]) for row in mine["origins"])
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(folder: Path, database: str) -> Callable[..., str]:
    """Commands in processes of their own, on another database."""
    root = Path(__file__).resolve().parents[2]
    env = {**os.environ, "DATA_DIR": str(folder / "data"), "DATABASE_URL": database}

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=root, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    return run


def test_every_code_is_planted() -> None:
    """The comparison above means something only where every rule has something to find."""
    codes = {code for seed in (5, 6) for code, _event, _lot in Oracle(spoil(generate(seed, 700), seed, 0.03),
             MEASURES).findings()}  # fmt: skip
    assert len(codes) == 16


def test_a_folder_and_the_rows_themselves_are_the_same(tmp_path: Path) -> None:
    """The generator's rows pass through real files too."""
    tables = generate(21, 60)
    read = read_path(write_folder(tmp_path / "lots", tables))
    assert not read.problems
    import_lots(sheets=read.sheets, by=BY, now=timezone.now(), reason="test")
    settle()
    assert found() == Oracle(tables, []).findings()
