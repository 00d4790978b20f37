"""The dossier: complete, valid, checked by anyone with Python alone, and any tampering with it named."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.actor import COMMAND
from ledger.domain.note import Checkpoint, Signer, open_checkpoint
from ledger.dossier import verify
from ledger.reading import announced_keys
from tests.conformance import conformance
from traceability.browsing import get_lot_page
from traceability.domain.documents import About, DocumentKind
from traceability.dossier.gathering import gather
from traceability.dossier.pdf import drawings
from traceability.dossier.sections import event_rows
from traceability.models import Lot
from traceability.selectors.trace import get_trace
from traceability.selectors.visibility import EVERYTHING
from traceability.services.documents import Paper, store_document

pytestmark = [pytest.mark.django_db, pytest.mark.pango]

LOT = "TH-CMP-0007"
CHAIN = Path(__file__).parents[2] / "config" / "demo" / "chain"
CERTIFICATE = b"%PDF-1.4 a certificate"


def run(name: str, *arguments: str) -> tuple[int, Any]:
    """A command's exit code and its JSON."""
    out = io.StringIO()
    try:
        call_command(name, *arguments, "--format", "json", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue() or "null")
    return 0, json.loads(out.getvalue())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Path:
    """The dossier of the demonstration's component, made once; the database is as empty afterwards as before."""
    folder = tmp_path_factory.mktemp("dossier")
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder), transaction.atomic():
        code, found = run("import_lots", str(CHAIN))
        assert code == 0, found
        paper = Paper(About.LOT, LOT, DocumentKind.CONFORMITY_CERTIFICATE, "Certificate")
        store_document(paper=paper, file=io.BytesIO(CERTIFICATE), name="certificate.pdf", by=COMMAND)
        code, found = run("export_dossier", LOT, "--output", str(folder / "lot.zip"), "--reason", "a test")
        assert code == 0, found
        (folder / "trace.json").write_text(json.dumps(get_trace(lot_id=LOT)))
        (folder / "key.txt").write_text(str(announced_keys()[-1][1]))
        transaction.set_rollback(True)
    return folder


@pytest.fixture
def files(made: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(made / "lot.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_it_holds_what_the_contract_says(made: Path, files: dict[str, bytes]) -> None:
    assert {"dossier.pdf", "trace.json", "events.json", "epcis.json", "proof.json", "verify.py"} <= files.keys()
    assert files["dossier.pdf"].startswith(b"%PDF")
    assert json.loads(files["trace.json"]) == json.loads((made / "trace.json").read_text())
    assert all(name == f"documents/{hashlib.sha256(files[name]).hexdigest()}"
               for name in files if name.startswith("documents/"))  # fmt: skip


def test_claims_are_told_apart_from_what_is_in_the_lot_and_are_proved(tmp_path: Path) -> None:
    with override_settings(DATA_DIR=tmp_path):
        call_command("load_demo", stdout=io.StringIO())
        code, found = run("export_dossier", "JP-MET-0009", "--output", str(tmp_path / "claimed.zip"))
        assert code == 0, found
        code, verdict = run("verify_dossier", str(tmp_path / "claimed.zip"))
        assert (code, verdict["ok"]) == (0, True)
        with zipfile.ZipFile(tmp_path / "claimed.zip") as archive:
            told, proof = json.loads(archive.read("claims.json")), json.loads(archive.read("proof.json"))
            archive.extractall(tmp_path / "unpacked")
    assert (told["custody_model"], told["is_by_account"]) == ("mass_balance", True)
    assert [each["element"] for each in told["elements"]] == [None, "Nd", "Pr"]
    shares = {each["country"]: each for each in told["elements"][1]["shares"]}
    assert (shares["LA"]["physical"], shares["LA"]["claimed"]) == ("0.642857", "0.000000")
    assert (shares["MY"]["physical"], shares["MY"]["claimed"]) == ("0.357143", "0.838551")
    assert [credit["lot"] for credit in told["credits"]] == ["MY-OX-0141"]
    assert [claim["lot"] for claim in told["credits"][0]["claims"]] == ["JP-MET-0009"]
    records = [json.loads(each["leaf"]) for each in proof["records"]]
    assert {"claim", "credit"} <= {record["object_type"] for record in records}
    alone = subprocess.run(
        [sys.executable, "verify.py"], cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr


def test_a_lot_without_an_account_claims_its_physical_share(files: dict[str, bytes]) -> None:
    told = json.loads(files["claims.json"])
    assert (told["is_by_account"], told["credits"]) == (False, [])
    assert all(share["physical"] == share["claimed"] for each in told["elements"] for share in each["shares"])


def test_a_document_of_the_lot_is_there_under_its_hash_and_proved(files: dict[str, bytes]) -> None:
    assert files[f"documents/{hashlib.sha256(CERTIFICATE).hexdigest()}"] == CERTIFICATE
    records = [json.loads(each["leaf"]) for each in json.loads(files["proof.json"])["records"]]
    assert "document" in {record["object_type"] for record in records}


def test_the_pdf_draws_strands_as_wide_as_their_mass_and_tells_events_in_their_own_time() -> None:
    code, found = run("import_lots", str(CHAIN))
    assert code == 0, found
    lot = Lot.objects.get(lot_id=LOT)
    page = get_lot_page(lot, EVERYTHING, "")
    assert page.picture is not None
    picture = drawings(page)["picture"]
    assert 'stroke="url(' not in picture
    for strand in page.picture.wide.strands:
        assert f'd="{strand.path}" class="nf" stroke="#' in picture
        assert f'stroke-width="{strand.width}"' in picture
    shipment = next(row for row in event_rows(gather(lot)) if row.event_id == "VN-SHP-0041")
    assert (str(shipment.day), shipment.time) == ("2025-08-14", "16:00 +0700")
    assert shipment.lines == ("item VN-ORE-0041 45,700\u00a0kg\u00a0wet",)


def test_each_event_is_there_as_recorded_and_proved(files: dict[str, bytes]) -> None:
    events, proof = json.loads(files["events.json"]), json.loads(files["proof.json"])
    births = set(json.loads(files["trace.json"])["events"])
    assert births < {event["event_id"] for event in events}
    assert [event["entry"] for event in events] == [item["entry"] for item in proof["events"]]
    shipment = next(event for event in events if event["event_id"] == "VN-SHP-0041")
    assert shipment["kind"] == "ship"
    assert shipment["lines"][0]["lot_id"] == "VN-ORE-0041"
    assert shipment["occurred_at"].endswith("+07:00")


def test_epcis_is_valid_against_the_schema_of_gs1(files: dict[str, bytes]) -> None:
    schema = json.loads((conformance() / "gs1-epcis" / "EPCIS-JSON-Schema.json").read_text())
    document = json.loads(files["epcis.json"])
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)
    assert len(document["epcisBody"]["eventList"]) == len(json.loads(files["events.json"]))


def test_an_intact_dossier_is_said_to_be_so(made: Path) -> None:
    code, found = run("verify_dossier", str(made / "lot.zip"), "--key", (made / "key.txt").read_text())
    assert code == 0, found["faults"]
    assert {"ok", "entries", "sealed", "root", "first_broken", "reason"} <= found.keys()
    assert (found["ok"], found["first_broken"], found["reason"], found["lot"]) == (True, None, "", LOT)
    assert found["entries"] >= 36
    assert len(found["root"]) == 64


def test_verify_py_needs_nothing_but_python(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "d" / name).write_bytes(content)
    command = [sys.executable, "-I", "-S", str(tmp_path / "d" / "verify.py"), "--write-signature", str(tmp_path / "s")]
    found = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "Intact." in found.stdout
    # What it writes for other tools is the log's signature: an independent implementation accepts it.
    key: Any = load_pem_public_key((tmp_path / "s" / "key.pem").read_bytes())
    key.verify((tmp_path / "s" / "signature.bin").read_bytes(), (tmp_path / "s" / "checkpoint.txt").read_bytes())
    (tmp_path / "d" / "events.json").write_bytes(files["events.json"].replace(b"KGM", b"GRM", 1))
    again = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd=tmp_path)
    assert again.returncode == 1
    assert "BROKEN  events.json is not the file that was exported" in again.stdout


# --- attacks on the files


def _digit_in_the_pdf(files: dict[str, bytes]) -> None:
    place = files["dossier.pdf"].index(b"/Length ") + 8
    digit = b"9" if files["dossier.pdf"][place : place + 1] != b"9" else b"8"
    files["dossier.pdf"] = files["dossier.pdf"][:place] + digit + files["dossier.pdf"][place + 1 :]


def _edit_an_event(files: dict[str, bytes]) -> None:
    events = json.loads(files["events.json"])
    events[3]["lines"][0]["quantity"] = "1"
    files["events.json"] = json.dumps(events).encode()


def _edit_an_event_and_its_proof(files: dict[str, bytes]) -> None:
    proof = json.loads(files["proof.json"])
    proof["events"][3]["leaf"] = proof["events"][3]["leaf"].replace('"quantity":"', '"quantity":"1')
    files["proof.json"] = json.dumps(proof).encode()


def _drop_an_event(files: dict[str, bytes]) -> None:
    files["events.json"] = json.dumps(json.loads(files["events.json"])[1:]).encode()


def _drop_an_event_and_its_proof(files: dict[str, bytes]) -> None:
    _drop_an_event(files)
    proof = json.loads(files["proof.json"])
    files["proof.json"] = json.dumps({**proof, "events": proof["events"][1:]}).encode()


def _put_in_a_document(files: dict[str, bytes]) -> None:
    files[f"documents/{hashlib.sha256(b'another').hexdigest()}"] = b"another"


def _swap_a_document(files: dict[str, bytes]) -> None:
    files[f"documents/{hashlib.sha256(CERTIFICATE).hexdigest()}"] = CERTIFICATE.replace(b"a ", b"no ")


def _swap_a_document_under_its_own_name(files: dict[str, bytes]) -> None:
    del files[f"documents/{hashlib.sha256(CERTIFICATE).hexdigest()}"]
    _put_in_a_document(files)


def _drop_the_proof_of_an_assay(files: dict[str, bytes]) -> None:
    proof = json.loads(files["proof.json"])
    kept = [each for each in proof["records"] if json.loads(each["leaf"])["object_type"] != "assay"]
    assert len(kept) < len(proof["records"])
    files["proof.json"] = json.dumps({**proof, "records": kept}).encode()


def _swap_two_proofs(files: dict[str, bytes]) -> None:
    proof = json.loads(files["proof.json"])
    one, other = proof["events"][:2]
    one["path"], other["path"] = other["path"], one["path"]
    files["proof.json"] = json.dumps(proof).encode()


def _back_date_the_head(files: dict[str, bytes]) -> None:
    proof = json.loads(files["proof.json"])
    proof["log"]["checkpoint"] = proof["log"]["checkpoint"].replace("sealed 20", "sealed 19", 1)
    files["proof.json"] = json.dumps(proof).encode()


def _another_key(files: dict[str, bytes]) -> None:
    """Sign the same head by a key of one's own: everything fits, but the key is not the registry's."""
    proof = json.loads(files["proof.json"])
    forger = Signer.new("127.0.0.1:8000/log")
    said = proof["log"]["checkpoint"].rpartition("\n\n")[0] + "\n"
    proof["log"] = {"key": str(forger.verifier), "checkpoint": forger.sign(said)}
    files["proof.json"] = json.dumps(proof).encode()


def _a_key_that_lies(files: dict[str, bytes]) -> None:
    proof = json.loads(files["proof.json"])
    name, hashed, _ = proof["log"]["key"].split("+", 2)
    public = b"\x01" + Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    proof["log"]["key"] = f"{name}+{hashed}+{base64.b64encode(public).decode()}"
    files["proof.json"] = json.dumps(proof).encode()


def _another_verify_py(files: dict[str, bytes]) -> None:
    files["verify.py"] = b"print('Intact.')"


def _no_proof(files: dict[str, bytes]) -> None:
    del files["proof.json"]


def _no_pdf(files: dict[str, bytes]) -> None:
    del files["dossier.pdf"]


def _another_form(files: dict[str, bytes]) -> None:
    files["proof.json"] = b'{"format": "seam-dossier-1", "log": [], "manifest": 1, "events": {}, "records": null}'


def _deep(files: dict[str, bytes]) -> None:
    files["proof.json"] = b"[" * 200_000


def _twice(files: dict[str, bytes]) -> None:
    files["proof.json"] = files["proof.json"].replace(b'"format"', b'"format": "x", "format"', 1)


Attack = Callable[[dict[str, bytes]], None]
ATTACKS: list[tuple[Attack, str]] = [
    (_digit_in_the_pdf, "dossier.pdf is not the file that was exported"),
    (_edit_an_event, "events.json is not the file that was exported"),
    (_edit_an_event_and_its_proof, "its proof does not lead to the root"),
    (_drop_an_event, "is proved but missing from events.json"),
    (_drop_an_event_and_its_proof, "events.json is not the file that was exported"),
    (_put_in_a_document, "was not in the dossier that was exported"),
    (_swap_a_document, f"documents/{hashlib.sha256(CERTIFICATE).hexdigest()} is not the file that was exported"),
    (_swap_a_document_under_its_own_name, f"documents/{hashlib.sha256(CERTIFICATE).hexdigest()} is missing"),
    (_drop_the_proof_of_an_assay, "proof.json does not prove the entries that it proved when it was exported"),
    (_swap_two_proofs, "its proof does not lead to the root"),
    (_back_date_the_head, "The signature of the head does not fit"),
    (_another_key, "which is none of those you know"),
    (_a_key_that_lies, "does not have the hash it says"),
    (_another_verify_py, "verify.py is not the file that was exported"),
    (_no_proof, "proof.json is missing"),
    (_no_pdf, "dossier.pdf is missing"),
    (_another_form, "proof.json does not have the keys of a dossier"),
    (_deep, "proof.json is not JSON as a dossier has it"),
    (_twice, "a key stands twice"),
]


@pytest.mark.parametrize(("attack", "sentence"), ATTACKS, ids=[attack.__name__[1:] for attack, _ in ATTACKS])
def test_what_was_tampered_with_is_named(
    made: Path, files: dict[str, bytes], tmp_path: Path, attack: Attack, sentence: str
) -> None:
    attack(files)
    path = zipped(tmp_path / "tampered.zip", files)
    code, found = run("verify_dossier", str(path), "--key", (made / "key.txt").read_text())
    assert code == 1
    assert any(sentence in fault for fault in found["faults"]), found["faults"]


def test_an_event_that_differs_is_named_with_its_entry(made: Path, files: dict[str, bytes], tmp_path: Path) -> None:
    _edit_an_event(files)
    found = verify.check(str(zipped(tmp_path / "x.zip", files)))
    entry = json.loads(files["events.json"])[3]["entry"]
    assert found["first_broken"] == entry
    assert f"differs from entry {entry} of the log" in " ".join(found["faults"])


# --- attacks by the ZIP itself


def _write(path: Path, members: list[tuple[zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "a/../../evil", "C:evil", "documents//x", "./x"])
def test_a_member_outside_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    found = verify.check(str(_write(tmp_path / "x.zip", [(zipfile.ZipInfo(name), b"x")])))
    assert not found["ok"]
    assert "The ZIP has a member called" in found["reason"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    members = [(zipfile.ZipInfo(name), content) for name, content in files.items()]
    found = verify.check(str(_write(tmp_path / "x.zip", [*members, (zipfile.ZipInfo("events.json"), b"[]")])))
    assert "two members called 'events.json'" in found["reason"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("dossier.pdf")
    link.external_attr = 0o120777 << 16
    found = verify.check(str(_write(tmp_path / "x.zip", [(link, b"/etc/passwd")])))
    assert "dossier.pdf is not a plain file" in found["reason"]


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    swelling = zipfile.ZipInfo("documents/x")
    swelling.compress_type = zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(swelling, "w") as member,
    ):
        for _ in range(520):
            member.write(bytes(1024 * 1024))
    found = verify.check(str(tmp_path / "x.zip"))
    assert "it is not opened" in found["reason"]


def test_a_member_larger_than_it_says_is_refused(tmp_path: Path, made: Path) -> None:
    raw = bytearray((made / "lot.zip").read_bytes())
    with zipfile.ZipFile(made / "lot.zip") as archive:
        size = archive.getinfo("proof.json").file_size
    said = size.to_bytes(4, "little")
    for place in (raw.index(said), raw.rindex(said)):
        raw[place : place + 4] = (size - 10).to_bytes(4, "little")
    (tmp_path / "x.zip").write_bytes(raw)
    found = verify.check(str(tmp_path / "x.zip"))
    assert "proof.json" in found["reason"]


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    code, found = run("verify_dossier", str(tmp_path / "x.zip"))
    assert code == 1
    assert found["reason"]


def test_a_dossier_cut_off_in_the_middle_is_refused(tmp_path: Path, made: Path) -> None:
    raw = (made / "lot.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(raw[: len(raw) // 2])
    assert run("verify_dossier", str(tmp_path / "x.zip"))[0] == 1


@pytest.mark.parametrize("seed", range(6))
def test_any_changed_bit_of_any_file_is_found(files: dict[str, bytes], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for name in sorted(files):
        raw = bytearray(files[name])
        place = chance.randrange(len(raw))
        raw[place] ^= 1 << chance.randrange(8)
        if name == "proof.json" and _same_json(files[name], bytes(raw)):
            continue  # white space between values says nothing
        found = verify.check(str(zipped(tmp_path / "x.zip", {**files, name: bytes(raw)})))
        assert not found["ok"], (name, place)


def _same_json(one: bytes, other: bytes) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


# --- refusals


def test_an_unknown_lot_is_refused_in_a_sentence(tmp_path: Path) -> None:
    code, found = run("export_dossier", "NO-SUCH-LOT", "--output", str(tmp_path / "x.zip"))
    assert (code, "There is no lot" in found["error"]) == (1, True)
    assert not (tmp_path / "x.zip").exists()


def test_without_pango_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.dossier.printing import render_pdf
    from ledger.exceptions import CannotPrint

    monkeypatch.setitem(sys.modules, "weasyprint", _Missing("weasyprint"))
    with pytest.raises(CannotPrint, match="apt-get install libpango"):
        render_pdf("dossier.html", {})


class _Missing(type(sys)):  # type: ignore[misc]
    """A module that fails as WeasyPrint does where pango is not installed."""

    def __getattr__(self, name: str) -> Any:
        raise OSError("cannot load library 'libpango-1.0-0'")


# --- the checker's own cryptography


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_signatures_are_judged_as_an_independent_implementation_does(seed: bytes, text: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(text)
    assert verify.signature_holds(public, text, signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify.signature_holds(public, text, bytes(flipped))
    assert not verify.signature_holds(public, text + b"x", signature)


def test_a_head_is_read_as_the_log_wrote_it() -> None:
    import datetime as dt

    signer = Signer.new("seam.example/log")
    checkpoint = Checkpoint(signer.name, 7, "ab" * 32, dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC))
    note = signer.sign(checkpoint.text())
    assert open_checkpoint(note, signer.verifier) == checkpoint
    head = verify.Head(note, str(signer.verifier))
    assert (head.size, head.root.hex(), head.name) == (7, "ab" * 32, signer.name)
