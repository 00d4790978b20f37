"""Dossiers built to mislead or to break their checker: of both kinds, refused with a sentence, never a traceback."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ledger.dossier import verify
from ledger.services.dossiers import VERIFY
from tests.integration.loaded import loaded  # noqa: F401
from tests.integration.test_dossier import made as lot_made  # noqa: F401
from tests.integration.test_score_dossier import made as score_made  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.pango]
KINDS = ["lot", "score"]
#: Positions of each file that are changed, first and last among them.
PLACES = 32


class Held(verify.Files):
    """Files in memory, as the checker reads them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.names = files, sorted(files)

    def pieces(self, name: str) -> Iterator[bytes]:
        yield self.files[name]


def check(files: dict[str, bytes]) -> Any:
    return verify.Dossier(Held(files)).check().result()


@pytest.fixture(params=KINDS)
def archive(request: pytest.FixtureRequest, lot_made: Path, score_made: Path) -> Path:  # noqa: F811
    return lot_made / "lot.zip" if request.param == "lot" else score_made / "now.zip"


@pytest.fixture
def files(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return path


def run(path: Path) -> tuple[int, Any]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_dossier", str(path), "--format", "json", stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def alone(path: Path) -> subprocess.CompletedProcess[str]:
    """The dossier's own program, with nothing around it, on a terminal that knows ASCII alone."""
    environment = {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-I", "-S", str(VERIFY), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


# --- every byte counts


def test_a_changed_byte_is_found_wherever_it_is(files: dict[str, bytes]) -> None:
    assert check(files)["ok"]
    chance, tried = random.Random(6962), 0
    for name, content in files.items():
        places = {0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(PLACES))}
        for place in sorted(places):
            raw = bytearray(content)
            raw[place] ^= 1 << chance.randrange(8)
            if name == "proof.json" and _same_json(content, bytes(raw)):
                continue  # white space between values says nothing
            tried += 1
            assert not check({**files, name: bytes(raw)})["ok"], (name, place)
    assert tried > PLACES * (len(files) - 1)


def _same_json(one: bytes, other: bytes) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def test_every_letter_of_a_proof_counts_also_where_two_letters_mean_the_same(files: dict[str, bytes]) -> None:
    """Hashes in capitals, and the bits of base64 that stand for nothing."""
    proof = json.loads(files["proof.json"])
    rows = "events" if "events" in proof else "facts"
    for where, change in (
        ((rows, 0, "path", 0), str.upper),
        (("log", "key"), _last_bits),
        (("log", "checkpoint"), lambda note: _last_bits(note.rstrip("\n")) + "\n"),
    ):
        altered = json.loads(files["proof.json"])
        inside = altered
        for step in where[:-1]:
            inside = inside[step]
        inside[where[-1]] = change(inside[where[-1]])
        if altered != proof:
            assert not check({**files, "proof.json": json.dumps(altered).encode()})["ok"], where


def _last_bits(text: str) -> str:
    """Another last letter before the padding, which decodes to the same bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body, padding = text.rstrip("="), len(text) - len(text.rstrip("="))
    return body[:-1] + letters[letters.index(body[-1]) ^ 1] + "=" * padding if padding else text


def test_an_archive_with_changed_bytes_breaks_nothing(archive: Path, files: dict[str, bytes], tmp_path: Path) -> None:
    """Where it is still said to be intact, it still holds the same files: the byte was none of theirs."""
    chance, raw = random.Random(1), archive.read_bytes()
    directory = raw.rindex(b"PK\x01\x02")
    for turn in range(150):
        changed = bytearray(raw)
        for _ in range(1 + turn % 3):
            place = chance.randrange(len(raw)) if turn % 2 else chance.randrange(directory, len(raw))
            changed[place] = chance.randrange(256)
        (tmp_path / "x.zip").write_bytes(changed)
        found = verify.check(str(tmp_path / "x.zip"))
        assert found["ok"] or found["reason"], turn
        if found["ok"]:
            with zipfile.ZipFile(tmp_path / "x.zip") as opened:
                assert {name: opened.read(name) for name in files} == files


# --- wrong types


WRONG: list[Any] = [None, True, 0, -1, 1.5, 10**400, "", "x", "\ud800", [], [[]], {}, {"a": 1}, [None], ["x"]]


def test_any_value_of_any_type_anywhere_in_the_proof_is_a_sentence(files: dict[str, bytes]) -> None:
    proof = json.loads(files["proof.json"])
    for path in _paths(proof):
        for wrong in WRONG:
            altered = json.loads(files["proof.json"])
            inside = altered
            for step in path[:-1]:
                inside = inside[step]
            if inside[path[-1]] == wrong:
                continue
            inside[path[-1]] = wrong
            found = check({**files, "proof.json": json.dumps(altered).encode()})
            assert not found["ok"], (path, wrong)
            "".join(verify.lines(found)).encode("ascii", "ignore").decode()
            json.dumps(found, ensure_ascii=False).encode()


def _paths(proof: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """One of each place: every key, and those of the first row and the first record."""
    for key in proof:
        yield (key,)
    yield from (("log", key) for key in proof["log"])
    yield from (("manifest", key) for key in proof["manifest"])
    for part in proof.keys() & {"events", "facts", "records"}:
        yield (part, 0)
        yield from ((part, 0, key) for key in proof[part][0])
        yield (part, 0, "path", 0)


@pytest.mark.parametrize("wrong", [b"", b"null", b"[]", b"{}", b"1", b'"x"', b"\xff\xfe{}", b"\xc3(", b"[1,", b"NaN",
                                   b"[" * 100_000, b"9" * 10_000, b'{"a":1,"a":2}', b"[null]", b"[[]]"])  # fmt: skip
def test_a_json_file_of_another_form_is_a_sentence(files: dict[str, bytes], wrong: bytes) -> None:
    for name in [name for name in files if name.endswith(".json")]:
        found = check({**files, name: wrong})
        assert not found["ok"], name
        assert found["reason"], name


# --- the ZIP


def _nested(files: dict[str, bytes], path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as opened:
        opened.writestr("x", b"x")
    zipped(path, {**files, "documents/inner.zip": inner.getvalue()})


def _packed_otherwise(files: dict[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as opened:
        for name, content in files.items():
            opened.writestr(name, content)


def _a_name_that_writes_on_the_terminal(files: dict[str, bytes], path: Path) -> None:
    zipped(path, {**files, "documents/\x1b[2Jintact": b"x"})


def _a_name_of_another_script(files: dict[str, bytes], path: Path) -> None:
    zipped(path, {**files, "documents/เอกสาร": b"x"})


def _many(files: dict[str, bytes], path: Path) -> None:
    zipped(path, {**files, **{f"documents/{n}": b"" for n in range(verify.MOST_FILES)}})


def _empty(files: dict[str, bytes], path: Path) -> None:
    zipped(path, {})


def _a_folder_in_place_of_a_file(files: dict[str, bytes], path: Path) -> None:
    zipped(path, {name: content for name, content in files.items() if name != "proof.json"} | {"proof.json/x": b"x"})


HOSTILE: list[tuple[Callable[[dict[str, bytes], Path], None], str]] = [
    (_nested, "documents/inner.zip was not in the dossier that was exported"),
    (_packed_otherwise, "is packed in another way than a dossier's files are"),
    (_a_name_that_writes_on_the_terminal, "\\x1b[2Jintact"),
    (_a_name_of_another_script, "was not in the dossier that was exported"),
    (_many, "a dossier has at most"),
    (_empty, "proof.json is missing"),
    (_a_folder_in_place_of_a_file, "proof.json is missing"),
]


@pytest.mark.parametrize(("build", "sentence"), HOSTILE, ids=[build.__name__[1:] for build, _ in HOSTILE])
def test_a_hostile_zip_is_refused_by_the_command_and_by_its_own_program(
    files: dict[str, bytes], tmp_path: Path, build: Callable[[dict[str, bytes], Path], None], sentence: str
) -> None:
    build(files, tmp_path / "x.zip")
    code, found = run(tmp_path / "x.zip")
    assert code == 1
    assert any(sentence in fault for fault in found["faults"]), found["faults"]
    told = alone(tmp_path / "x.zip")
    assert (told.returncode, told.stderr) == (1, "")
    assert "\x1b" not in told.stdout
    assert "TAMPERED WITH" in told.stdout


def test_a_folder_with_links_or_strange_names_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / "d" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "d" / name).write_bytes(content)
    assert alone(tmp_path / "d").returncode == 0
    strange = os.fsencode(tmp_path / "d") + b"/\xff\x1b[2J"
    Path(os.fsdecode(strange)).write_bytes(b"x")
    told = alone(tmp_path / "d")
    assert (told.returncode, told.stderr) == (1, "")
    assert "was not in the dossier that was exported" in told.stdout
    Path(os.fsdecode(strange)).unlink()
    (tmp_path / "d" / "dossier.pdf").unlink()
    (tmp_path / "d" / "dossier.pdf").symlink_to("/etc/passwd")
    told = alone(tmp_path / "d")
    assert (told.returncode, told.stderr) == (1, "")
    assert "dossier.pdf is not a plain file" in told.stdout


def test_what_is_not_there_or_no_dossier_is_a_sentence_too(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "gone.zip", tmp_path / "empty", Path("/dev/null")):
        told = alone(path)
        assert (told.returncode, told.stderr) == (1, ""), path
