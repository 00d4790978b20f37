"""The dossier of a score: gates, facts with their versions and sources, proved, and any tampering with it named."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from jobs.services import drain
from ledger.domain.actor import COMMAND
from ledger.dossier import verify
from ledger.models import Entry
from ledger.reading import announced_keys
from ledger.services import dossiers, seal_all
from registry.models import FactVersion, InstrumentVersion
from registry.services.documents import keep
from registry.services.facts import FactRow, put_facts, withdraw_fact
from scoring.models import Score
from scoring.services.dossier import KIND
from tests.cast import signed_in
from tests.integration.loaded import loaded, reference  # noqa: F401
from traceability.services.dossier import KIND as LOT_KIND

pytestmark = [pytest.mark.django_db, pytest.mark.pango]
PAPER = b"%PDF-1.4 the law as printed"


def run(name: str, *arguments: str) -> tuple[int, Any]:
    """A command's exit code and its JSON."""
    out = io.StringIO()
    try:
        call_command(name, *arguments, "--format", "json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue() or "null")
    return 0, json.loads(out.getvalue())


def told_anew(fact_id: str) -> None:
    """A second version of a fact, which changes nothing that a gate asks for."""
    old = FactVersion.objects.current().get(fact_id=fact_id)
    row = FactRow(fact_id, old.kind, {**old.content, "note": "read again"}, old.country, old.mineral, old.source.key)
    put_facts(rows=[row], by=COMMAND, reason="read again")


@pytest.fixture(scope="module")
def made(loaded: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:  # noqa: F811
    """Malaysia's access after a fact was told anew and another withdrawn; the same as known before that."""
    folder = tmp_path_factory.mktemp("score")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=loaded), transaction.atomic():
        before = timezone.now()
        told_anew("my.ree.estimated")
        withdraw_fact(fact_id="my.copper.smaller", by=COMMAND, reason="the source was misread")
        drain()
        for name, *more in (("now",), ("then", "--as-of", before.isoformat())):
            code, found = run("export_score_dossier", "my", "Access", "--output", str(folder / f"{name}.zip"), *more)
            assert code == 0, found
        (folder / "key.txt").write_text(str(announced_keys()[-1][1]))
        transaction.set_rollback(True)
    return folder


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture
def files(made: Path) -> dict[str, bytes]:
    return members(made / "now.zip")


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_an_intact_dossier_is_said_to_be_so(made: Path) -> None:
    code, found = run("verify_dossier", str(made / "now.zip"), "--key", (made / "key.txt").read_text())
    assert code == 0, found["faults"]
    assert (found["kind"], found["score"], found["lot"], found["ok"]) == ("score", "MY/access", None, True)
    assert "the level, 4 gates and the rules v1 are those recorded" in " ".join(found["held"])


def test_it_has_each_version_of_what_the_gates_looked_at_and_its_source(files: dict[str, bytes]) -> None:
    rows = json.loads(files["facts.json"])
    told = {row["object_id"]: row for row in rows if row["object_type"] == "fact"}
    assert told["my.ree.estimated/v1"]["after"]["content"].get("note") is None
    assert told["my.ree.estimated/v2"]["after"]["content"]["note"] == "read again"
    gates, evidence = json.loads(files["gates.json"])
    assert evidence["my.ree.estimated"] == told["my.ree.estimated/v2"]["entry"]
    assert "my.copper.smaller" not in evidence
    sources = {row["object_id"] for row in rows if row["object_type"] == "source"}
    assert {told["my.ree.estimated/v2"]["after"]["content"]["source_key"]} <= sources
    assert [gate["gate"] for gate in gates] == [gate["gate"] for gate in json.loads(files["score.json"])["gates"]]
    assert files["dossier.pdf"].startswith(b"%PDF")


def test_as_of_an_instant_it_is_the_score_and_the_facts_as_known_then(made: Path) -> None:
    now, then = members(made / "now.zip"), members(made / "then.zip")
    assert verify.check(str(made / "then.zip"))["ok"]
    versions = {row["object_id"] for row in json.loads(then["facts.json"])}
    assert "my.copper.smaller/v1" in versions
    assert "my.ree.estimated/v2" not in versions
    assert json.loads(then["score.json"])["as_of"] < json.loads(now["score.json"])["as_of"]
    assert "my.copper.smaller" in json.loads(then["gates.json"])[1]


def test_verify_py_needs_nothing_but_python(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "d" / name).write_bytes(content)
    command = [sys.executable, "-I", "-S", str(tmp_path / "d" / "verify.py")]
    found = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd=tmp_path)
    assert (found.returncode, found.stdout.splitlines()[0]) == (0, "Dossier of score MY/access"), found.stderr
    level = json.loads(files["score.json"]) | {"level": 4}
    (tmp_path / "d" / "score.json").write_text(json.dumps(level))
    again = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd=tmp_path)
    assert again.returncode == 1
    assert "score.json says level 4, the log recorded 3" in again.stdout


def test_the_checker_knows_every_kind_that_is_exported() -> None:
    for kind in (LOT_KIND, KIND):
        known = verify.KINDS[kind.format]
        assert (known.manifest, known.rows) == (kind.object_type, kind.rows)
    assert len(verify.KINDS) == 2


# --- attacks: what each check beside the files' own hashes finds


def _json(files: dict[str, bytes], name: str, change: Callable[[Any], Any]) -> None:
    plain = json.loads(files[name])
    files[name] = json.dumps(change(plain) or plain).encode()


def _raise_the_level(files: dict[str, bytes]) -> None:
    _json(files, "score.json", lambda score: score.update(level=5, low=5, high=5))


def _pass_a_gate(files: dict[str, bytes]) -> None:
    _json(files, "score.json", lambda score: score["gates"][2].update(state="pass"))


def _pass_a_part(files: dict[str, bytes]) -> None:
    _json(files, "score.json", lambda score: score["gates"][2]["parts"][0].update(state="pass"))


def _leave_out_a_fact(files: dict[str, bytes]) -> None:
    _json(files, "score.json", lambda score: score["gates"][0]["facts"].clear())


def _change_the_trace(files: dict[str, bytes]) -> None:
    _json(files, "gates.json", lambda both: both[0][0].update(because="so they say"))


def _change_a_fact(files: dict[str, bytes]) -> None:
    _json(files, "facts.json", lambda rows: rows[-1]["after"]["content"].update(quote="so they say"))


def _change_who_recorded_it(files: dict[str, bytes]) -> None:
    _json(files, "facts.json", lambda rows: rows[-1].update(recorded_by="p-nobody"))


def _drop_a_fact_and_its_proof(files: dict[str, bytes]) -> None:
    dropped = json.loads(files["gates.json"])[1]["my.ree.estimated"]
    _json(files, "facts.json", lambda rows: [row for row in rows if row["entry"] != dropped])
    _json(
        files,
        "proof.json",
        lambda proof: {**proof, "facts": [each for each in proof["facts"] if each["entry"] != dropped]},
    )


def _add_a_fact(files: dict[str, bytes]) -> None:
    _json(files, "facts.json", lambda rows: rows.append({**rows[0], "object_id": "my.new/v1"}))


def _double_a_fact(files: dict[str, bytes]) -> None:
    _json(files, "facts.json", lambda rows: rows.append(rows[0]))


def _soften_the_rules(files: dict[str, bytes]) -> None:
    files["methodology.json"] = files["methodology.json"].replace(b'"5"', b'"1"', 1) + b" "


def _another_country(files: dict[str, bytes]) -> None:
    _json(files, "score.json", lambda score: score.update(country="SG"))


def _no_score_entry(files: dict[str, bytes]) -> None:
    keep_ = ("methodology", "score_run")
    _json(
        files,
        "proof.json",
        lambda proof: {
            **proof,
            "records": [each for each in proof["records"] if json.loads(each["leaf"])["object_type"] in keep_],
        },
    )


def _say_it_is_a_lots(files: dict[str, bytes]) -> None:
    _json(files, "proof.json", lambda proof: proof.update(format="seam-dossier-1"))


def _no_gates(files: dict[str, bytes]) -> None:
    del files["gates.json"]


ATTACKS: list[tuple[Callable[[dict[str, bytes]], None], str]] = [
    (_raise_the_level, "score.json says level 5, the log recorded 3"),
    (_pass_a_gate, "The gates of score.json are not those of gates.json"),
    (_pass_a_part, "The gates of score.json are not those of gates.json"),
    (_leave_out_a_fact, "The gates of score.json are not those of gates.json"),
    (_change_the_trace, "gates.json is not the trace of gates that the log recorded"),
    (_change_a_fact, "differs from entry"),
    (_change_who_recorded_it, "differs from entry"),
    (_drop_a_fact_and_its_proof, "The score rests on my.ree.estimated, entry"),
    (_add_a_fact, "The record my.new/v1 has no proof"),
    (_double_a_fact, "A record stands twice in facts.json"),
    (_soften_the_rules, "methodology.json is not the book of rules that the log recorded"),
    (_another_country, "score.json is about SG/access, not about what was exported"),
    (_no_score_entry, "It does not have the form of a dossier"),
    (_say_it_is_a_lots, "proof.json does not have the keys of a dossier"),
    (_no_gates, "gates.json is missing"),
]


@pytest.mark.parametrize(("attack", "sentence"), ATTACKS, ids=[attack.__name__[1:] for attack, _ in ATTACKS])
def test_what_was_tampered_with_is_named(
    files: dict[str, bytes], tmp_path: Path, attack: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    attack(files)
    code, found = run("verify_dossier", str(zipped(tmp_path / "x.zip", files)))
    assert code == 1
    assert any(sentence in fault for fault in found["faults"]), found["faults"]


# --- asked for by a button, by the API, and refused


@pytest.mark.usefixtures("reference")
def test_an_auditor_asks_on_the_page_and_by_the_api_and_the_log_says_so(tmp_path: Path) -> None:
    auditor = signed_in("auditor")
    assert 'action="/countries/TL/access/dossier/"' in auditor.get("/countries/TL/access/").content.decode()
    assert "Download the dossier" not in auditor.get("/countries/TL/access/?on=2026-06-01").content.decode()
    for address, door in (("/countries/TL/access/dossier/", "web"), ("/api/v1/scores/TL/access/dossier/", "api")):
        answer = auditor.post(address)
        assert answer["Content-Type"] == "application/zip", answer.content
        assert 'filename="dossier-TL-access.zip"' in answer["Content-Disposition"]
        (tmp_path / "d.zip").write_bytes(answer.content)
        assert verify.check(str(tmp_path / "d.zip"))["ok"]
        entry = Entry.objects.filter(object_type="score_dossier").latest("pk")
        assert (entry.object_id, entry.door, entry.action) == ("TL/access", door, "export")


@pytest.mark.usefixtures("reference")
def test_it_is_for_people_with_a_role_and_only_by_post(client: Client) -> None:
    assert "Download the dossier" not in client.get("/countries/TL/access/").content.decode()
    assert client.post("/countries/TL/access/dossier/").status_code == 403
    assert client.post("/api/v1/scores/TL/access/dossier/").status_code == 403
    assert client.get("/countries/TL/access/dossier/").status_code == 405
    assert client.get("/api/v1/scores/TL/access/dossier/").status_code == 405
    assert not Entry.objects.filter(object_type="score_dossier").exists()
    auditor = signed_in("auditor")
    assert auditor.post("/countries/XX/access/dossier/").status_code == 404
    assert auditor.post("/api/v1/scores/XX/access/dossier/").status_code == 404
    assert auditor.post("/api/v1/scores/TL/access/dossier/?as_of=soon").status_code == 400


@pytest.mark.usefixtures("reference")
def test_what_was_not_recorded_by_then_is_refused_in_a_sentence(tmp_path: Path) -> None:
    output = ("--output", str(tmp_path / "x.zip"))
    code, found = run("export_score_dossier", "MY", "access", "--as-of", "2026-01-01T00:00:00Z", *output)
    assert (code, "was not recorded by then" in found["error"]) == (1, True)
    code, found = run("export_score_dossier", "XX", "access", *output)
    assert (code, "no country 'XX'" in found["error"]) == (1, True)
    code, found = run("export_score_dossier", "MY", "access", "--output", str(tmp_path / "no" / "x.zip"))
    assert (code, "is not there: make it first" in found["error"]) == (1, True)
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.usefixtures("reference")
def test_documents_of_instruments_are_in_it_as_they_were_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.services.documents import path_of
    from scoring.dossier.gathering import gather
    from scoring.dossier.sections import kept_documents

    gathered = gather(country="ID", domain="governance", at=timezone.now())
    version: InstrumentVersion = gathered.instruments[0]
    other = hashlib.sha256(b"never kept").hexdigest()
    version.details["documents"] = [
        {"sha256": keep(PAPER), "name": "law.pdf", "url": "https://example.org/law.pdf"},
        {"sha256": other, "name": "annex.pdf", "url": ""},
    ]
    found = {each.title: each for each in kept_documents(gathered)}
    assert (found["law.pdf"].content, found["law.pdf"].is_here) == (PAPER, True)
    assert (found["annex.pdf"].content, found["annex.pdf"].why) == (None, "noted, and not held here")
    path_of(found["law.pdf"].sha256).write_bytes(b"another law")
    [swapped] = [each for each in kept_documents(gathered) if each.title == "law.pdf"]
    assert (swapped.is_here, "not any more what was noted" in swapped.why) == (False, True)


@pytest.mark.usefixtures("reference")
def test_a_score_that_is_not_worked_out_yet_is_worked_out_first(tmp_path: Path) -> None:
    withdraw_fact(fact_id="my.ree.estimated", by=COMMAND, reason="never so")
    before = Score.objects.current().get(country="MY", domain="access").pk
    code, found = run("export_score_dossier", "MY", "access", "--output", str(tmp_path / "x.zip"))
    assert code == 0, found
    assert verify.check(str(tmp_path / "x.zip"))["ok"]
    assert Score.objects.current().get(country="MY", domain="access").pk != before
    assert dossiers.VERIFY.read_bytes() == members(tmp_path / "x.zip")["verify.py"]
    seal_all()
