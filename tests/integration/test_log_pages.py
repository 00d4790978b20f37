"""The log for readers: heads, proofs and entries over HTTP, and who may read what."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from ledger.domain.actor import COMMAND
from ledger.domain.merkle import is_consistent, leaf_hash, root_from_path
from ledger.domain.note import open_checkpoint
from ledger.models import Entry, TreeHead
from ledger.reading import announced_keys
from ledger.services import Change, record_many, seal_all
from tests.cast import signed_in
from traceability.models import Lot
from traceability.services.publishing import set_public

pytestmark = pytest.mark.django_db
CHAIN = Path(__file__).parents[2] / "config" / "demo" / "chain"


def write(count: int) -> list[int]:
    with transaction.atomic():
        changes = [Change("put", "thing", f"{n}", None, {"n": n}) for n in range(count)]
        numbers = record_many(by=COMMAND, changes=changes)
    seal_all()
    return numbers


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def test_the_newest_head_is_a_signed_checkpoint_that_anyone_may_keep(client: Client) -> None:
    write(7)
    note = client.get("/log/checkpoint").content.decode()
    head = open_checkpoint(note, announced_keys()[-1][1])
    assert (head.size, head.root) == (8, TreeHead.objects.get().root)
    answer = client.get("/api/v1/log/").json()
    assert (answer["size"], answer["checkpoint"]) == (8, note)
    assert answer["keys"][0]["key"] == str(announced_keys()[0][1])
    assert client.get("/api/v1/log/heads/").json()["results"][0]["checkpoint"] == note
    feed = client.get("/feeds/heads.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert head.root[:16] in feed.content.decode()


def test_an_entrys_proof_leads_to_the_root_of_any_head_that_holds_it(client: Client) -> None:
    numbers = write(7)
    write(30)
    for size in (8, 38):
        proof = client.get(f"/api/v1/log/entries/{numbers[2]}/", {"size": size}).json()
        root = root_from_path(bytes.fromhex(proof["leaf_hash"]), proof["leaf_index"], size, hashes(proof["path"]))
        assert root.hex() == proof["root"] == TreeHead.objects.get(size=size).root
        assert proof["leaf"] is None  # a thing is open to nobody who is not signed in
    auditor = signed_in("auditor")
    leaf = auditor.get(f"/api/v1/log/entries/{numbers[2]}/", {"size": 38}).json()["leaf"]
    assert leaf_hash(leaf.encode()).hex() == proof["leaf_hash"]


def test_two_heads_are_linked_by_a_consistency_proof(client: Client) -> None:
    write(7)
    write(30)
    proof = client.get("/api/v1/log/consistency/", {"from": 8}).json()
    old, new = bytes.fromhex(proof["from_root"]), bytes.fromhex(proof["to_root"])
    assert proof["from_root"] == TreeHead.objects.get(size=8).root
    assert is_consistent(8, old, 38, new, hashes(proof["path"]))
    page = client.get("/log/consistency/", {"size": 8}).content.decode()
    assert proof["from_root"][:32] in page
    assert all(step in page for step in proof["path"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/log/entries/999999/", 404),
        ("/api/v1/log/entries/{first}/?size=7", 404),
        ("/api/v1/log/entries/{first}/?size=x", 400),
        ("/api/v1/log/consistency/", 400),
        ("/api/v1/log/consistency/?from=9999", 400),
        ("/api/v1/log/consistency/?from=99999999999999999999", 400),
        ("/api/v1/log/heads/?after=-1", 400),
        ("/log/consistency/?size=abc", 400),
        ("/log/consistency/?size=9999", 400),
        ("/log/checkpoint?size=3", 404),
        ("/log/999999/", 404),
    ],
)
def test_a_question_that_has_no_answer_gets_a_sentence(client: Client, path: str, status: int) -> None:
    first = write(7)[0]
    answer = client.get(path.format(first=first))
    assert answer.status_code == status
    assert b"Traceback" not in answer.content


def test_before_anything_was_sealed_pages_say_so(client: Client) -> None:
    assert b"The log is empty" in client.get("/log/").content
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/api/v1/log/").status_code == 404
    assert client.get("/feeds/heads.atom").status_code == 200


@pytest.fixture
def chain(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("import_lots", str(CHAIN), "--format", "json", stdout=out)
    seal_all()


def test_what_is_reported_of_a_lot_is_read_by_all_once_the_lot_is_public(client: Client, chain: None) -> None:
    event = Entry.objects.get(object_type="event", object_id="VN-SHP-0041")
    assert "VN-ORE-0041" not in client.get(f"/log/{event.pk}/").content.decode()
    assert client.get(f"/api/v1/log/entries/{event.pk}/").json()["leaf"] is None
    with transaction.atomic():
        set_public(lot_ids=["VN-ORE-0041"], is_public=True, by=COMMAND, reason="a test")
    assert "VN-ORE-0041" in client.get(f"/log/{event.pk}/").content.decode()
    assert "VN-SHP-0041" in client.get(f"/api/v1/log/entries/{event.pk}/").json()["leaf"]


@pytest.mark.pango
def test_an_auditor_downloads_a_dossier_and_the_log_says_so(chain: None, tmp_path: Path) -> None:
    from ledger.dossier import verify

    auditor = signed_in("auditor")
    page = auditor.get("/lots/TH-CMP-0007/").content.decode()
    assert 'action="/lots/TH-CMP-0007/dossier/"' in page
    answer: Any = auditor.post("/lots/TH-CMP-0007/dossier/")
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="dossier-TH-CMP-0007.zip"' in answer["Content-Disposition"]
    (tmp_path / "d.zip").write_bytes(answer.content)
    assert verify.check(str(tmp_path / "d.zip"))["ok"]
    entry = Entry.objects.get(object_type="dossier")
    assert (entry.object_id, entry.door, entry.action) == ("TH-CMP-0007", "web", "export")
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert json.loads(entry.after)["files"].keys() == {
            name for name in archive.namelist() if name not in ("proof.json", "documents/")
        }


@pytest.mark.parametrize("who", ["nobody", "public"])
def test_a_dossier_is_not_for_those_who_do_not_see_every_lot(client: Client, chain: None, who: str) -> None:
    if who == "public":
        with transaction.atomic():
            set_public(lot_ids=["TH-CMP-0007"], is_public=True, by=COMMAND, reason="a test")
        assert "Download the dossier" not in client.get("/lots/TH-CMP-0007/").content.decode()
    assert client.post("/lots/TH-CMP-0007/dossier/").status_code == 403
    assert client.get("/lots/TH-CMP-0007/dossier/").status_code == 405
    assert not Entry.objects.filter(object_type="dossier").exists()
    assert Lot.objects.filter(lot_id="TH-CMP-0007").exists()
