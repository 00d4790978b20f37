#!/usr/bin/env python3
"""Checks a dossier of SEAM, the Southeast Asia Minerals registry, without the registry.

    python3 verify.py [DOSSIER.zip | FOLDER] [--key KEY] [--write-signature FOLDER]

It needs nothing but Python (3.9 or newer), no network and no trust in whoever gave you the dossier:

1. every file is there, no other is, and each has the SHA-256 that the log recorded when the dossier was exported;
2. every event of a lot, or every fact, instrument and source of a score, is word for word an entry of the log;
3. of a score, that its level, its gates and its rules are those the log recorded, and rest on these facts alone;
4. every entry's hash leads, by its inclusion proof (RFC 6962), to the root of the signed head;
5. the head's signature (Ed25519, a C2SP checkpoint) fits the public key.

What is left to you is whether the key is the registry's: ask for it by another way than the dossier, at best from an
auditor who has kept it, and give it with --key. The registry publishes it at /log/ and in every checkpoint.

To check the signature with another tool, `--write-signature FOLDER` writes the signed text, the signature and the key:

    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.txt -sigfile signature.bin

Exit code 0: intact. 1: tampered with, or not a dossier; every fault is named. 2: wrong usage.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

MOST_FILES = 20_000
MOST_BYTES = 512 * 1024 * 1024
MOST_JSON = 128 * 1024 * 1024
PIECE = 1024 * 1024
PROOF = "proof.json"
NEEDED = ("dossier.pdf", PROOF, "verify.py")
#: What Python raises for archives that are built to mislead it.
UNREADABLE = (OSError, EOFError, ValueError, OverflowError, RuntimeError, struct.error)
PROVED = {"entry", "leaf", "leaf_index", "path"}

Point = tuple[int, int, int, int]


class Fault(Exception):
    """What is wrong, in a sentence; ``entry`` is the number of the entry at fault, if one is."""

    def __init__(self, sentence: str, entry: int | None = None) -> None:
        super().__init__(printable(sentence))
        self.entry = entry


# --- reading


class Files:
    """Files by name; none, where a dossier cannot be opened."""

    names: list[str] = []

    def pieces(self, name: str) -> Iterator[bytes]:
        return iter(())


class Folder(Files):
    """The files of an unpacked dossier."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.names = sorted(self._walk())
        if len(self.names) > MOST_FILES:
            raise Fault(f"It holds {len(self.names)} files; a dossier has at most {MOST_FILES}.")

    def _walk(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in files:
                full = os.path.join(folder, name)
                if os.path.islink(full) or not os.path.isfile(full):
                    raise Fault(f"{name} is not a plain file.")
                yield os.path.relpath(full, self.path).replace(os.sep, "/")

    def pieces(self, name: str) -> Iterator[bytes]:
        try:
            with open(os.path.join(self.path, *name.split("/")), "rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except OSError as error:
            raise Fault(f"{name} cannot be read: {error.strerror}.") from error


class Archive(Files):
    """The members of a ZIP that nobody has to trust: nothing is written, and nothing large is held in memory."""

    def __init__(self, path: str) -> None:
        try:
            self.file = zipfile.ZipFile(path)
        except (*UNREADABLE, zipfile.BadZipFile) as error:
            raise Fault(f"It is no ZIP that can be read: {error}.") from error
        members = self.file.infolist()
        if len(members) > MOST_FILES:
            raise Fault(f"The ZIP names {len(members)} members; a dossier has at most {MOST_FILES}.")
        seen: set[str] = set()
        for member in members:
            if member.filename.endswith("/") and not member.file_size:
                continue
            self._refuse(member, seen)
            seen.add(member.filename)
        if sum(member.file_size for member in members) > MOST_BYTES:
            raise Fault(f"The ZIP says it holds more than {MOST_BYTES // 1024**2} MB: it is not opened.")
        if sum(member.compress_size for member in members) > os.path.getsize(path):
            raise Fault("The ZIP's members overlap: it is built to swell, and is not opened.")
        self.names = sorted(seen)

    @staticmethod
    def _refuse(member: zipfile.ZipInfo, seen: set[str]) -> None:
        name = member.filename
        parts = name.split("/")
        if name != member.orig_filename or "\\" in name or ":" in name or name.startswith("/") or ".." in parts:
            raise Fault(f"The ZIP has a member called {name!r}, which would be written outside its folder.")
        if not all(parts) or "." in parts:
            raise Fault(f"The ZIP has a member called {name!r}, which is no file of a dossier.")
        if name in seen:
            raise Fault(f"The ZIP has two members called {name!r}.")
        if member.flag_bits & 1:
            raise Fault(f"{name} is encrypted.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Fault(f"{name} is packed in another way than a dossier's files are.")
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
            raise Fault(f"{name} is not a plain file.")

    def pieces(self, name: str) -> Iterator[bytes]:
        said = self.file.getinfo(name).file_size
        read = 0
        try:
            with self.file.open(name) as file:
                while piece := file.read(PIECE):
                    read += len(piece)
                    if read > said:
                        raise Fault(f"{name} is larger than the ZIP says: it is built to swell.")
                    yield piece
        except (*UNREADABLE, zipfile.BadZipFile, zlib.error) as error:
            raise Fault(f"{name} cannot be unpacked: {error}.") from error


def digest(files: Files, name: str) -> str:
    found = hashlib.sha256()
    for piece in files.pieces(name):
        found.update(piece)
    return found.hexdigest()


def from_base64(text: str) -> bytes:
    """One text for the same bytes: what differs in a letter differs. Raises ValueError."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("a value in base64 is not written as it should be")
    return raw


def from_hex(text: str) -> bytes:
    raw = bytes.fromhex(text)
    if raw.hex() != text:
        raise ValueError("a hash is not written as it should be")
    return raw


def printable(text: str) -> str:
    """A sentence that may quote what a stranger wrote: nothing in it reaches the terminal but what can be read."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def read_json(files: Files, name: str) -> Any:
    content, read = [], 0
    for piece in files.pieces(name):
        read += len(piece)
        if read > MOST_JSON:
            raise Fault(f"{name} is larger than {MOST_JSON // 1024**2} MB.")
        content.append(piece)
    return parse(b"".join(content), name)


def parse(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Fault(f"{name} is not JSON as a dossier has it: {error}.") from error


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


# --- Merkle tree (RFC 6962, RFC 9162)


def leaf_hash(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_path(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """The root that a leaf and its path imply; None for a path that does not fit the tree."""
    if not 0 <= index < size:
        return None
    node, last, current = leaf, size - 1, index
    for step in path:
        if last == 0:
            return None
        if current & 1 or current == last:
            node = node_hash(step, node)
            while not current & 1 and current:
                current, last = current >> 1, last >> 1
        else:
            node = node_hash(node, step)
        current, last = current >> 1, last >> 1
    return None if last else node


# --- Ed25519 (RFC 8032), for checking only: it handles no secrets

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_multiply(scalar: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = point_add(found, point)
        point = point_add(point, point)
        scalar >>= 1
    return found


def point_read(raw: bytes) -> Point | None:
    """The point that 32 bytes stand for; None where they stand for none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def points_equal(one: Point, other: Point) -> bool:
    return not ((one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P)


BASE = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)


def signature_holds(public: bytes, text: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = point_read(public), point_read(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    return points_equal(point_multiply(scalar, BASE), point_add(nonce, point_multiply(hashed, key)))


# --- signed heads (C2SP signed-note and tlog-checkpoint)


class Head:
    """A signed checkpoint, checked against its key as soon as it is read."""

    def __init__(self, note: str, key: str) -> None:
        self.name, hashed, encoded = key.split("+", 2)
        raw = from_base64(encoded)
        self.public = raw[1:]
        identity = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if raw[:1] != b"\x01" or identity.hex() != hashed:
            raise Fault("The public key in proof.json does not have the hash it says.")
        text, _, lines = note.rpartition("\n\n")
        self.text = (text + "\n").encode()
        self.signature = self._signature(lines, identity)
        if not signature_holds(self.public, self.text, self.signature):
            raise Fault("The signature of the head does not fit: the head, or the key, is not the log's.")
        origin, size, root = text.splitlines()[:3]
        if origin != self.name:
            raise Fault("The head is that of another log than the key's.")
        self.size, self.root = int(size), from_base64(root)
        self.sealed_at = text.splitlines()[3].partition(" ")[2]

    def _signature(self, lines: str, identity: bytes) -> bytes:
        for line in lines.splitlines():
            dash, name, encoded = line.split(" ")
            raw = from_base64(encoded)
            if dash == "—" and name == self.name and raw[:4] == identity:
                return raw[4:]
        raise Fault("The head is not signed by the key in proof.json.")


# --- the rows of a dossier, as the entries of the log that they are said to be


def event_as_entry(event: dict[str, Any]) -> dict[str, Any]:
    """An event stands in events.json beside where it stands in the log."""
    beside = {"event_id", "entry", "recorded_at", "recorded_by", "recorded_reason"}
    return {
        "object_type": "event",
        "object_id": event["event_id"],
        "after": {key: value for key, value in event.items() if key not in beside},
        **where(event),
    }


def fact_as_entry(fact: dict[str, Any]) -> dict[str, Any]:
    """A version of a fact or an instrument, or a source, as facts.json has it."""
    return {key: fact[key] for key in ("object_type", "object_id", "after")} | where(fact)


def where(row: dict[str, Any]) -> dict[str, Any]:
    names = {"entry": "entry", "recorded_at": "recorded_at", "recorded_by": "actor", "recorded_reason": "reason"}
    return {theirs: row[ours] for ours, theirs in names.items()}


class Kind(NamedTuple):
    """A kind of dossier: what it is about, the entry that lists its files, the files it needs, the file whose rows are
    proved one by one, and how such a row is read."""

    subject: str
    manifest: str
    needed: tuple[str, ...]
    rows: str
    row: str
    as_entry: Callable[[dict[str, Any]], dict[str, Any]]


KINDS = {
    "seam-dossier-1": Kind(
        "lot", "dossier", ("trace.json", "events.json", "epcis.json"), "events", "event", event_as_entry
    ),
    "seam-score-dossier-1": Kind(
        "score",
        "score_dossier",
        ("score.json", "gates.json", "facts.json", "methodology.json"),
        "facts",
        "record",
        fact_as_entry,
    ),
}


# --- the dossier


class Dossier:
    """Gathers every fault instead of stopping at the first."""

    def __init__(self, files: Files, keys: Iterable[str] = ()) -> None:
        self.files, self.given_keys = files, [key.strip() for key in keys]
        self.faults: list[Fault] = []
        self.held: list[str] = []
        self.head: Head | None = None
        self.kind: Kind | None = None
        self.subject: str | None = None
        self.key: str | None = None
        self.entries = 0

    def check(self) -> Dossier:
        try:
            self._check()
        except Fault as fault:
            self.faults.append(fault)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError) as error:
            self.faults.append(Fault(f"It does not have the form of a dossier ({type(error).__name__}: {error})."))
        return self

    def _check(self) -> None:
        names = set(self.files.names)
        self._need(NEEDED)
        if PROOF not in names:
            return
        proof = read_json(self.files, PROOF)
        self.kind = kind = KINDS.get(proof["format"])
        if kind is None or set(proof) != {"format", "log", "manifest", kind.rows, "records"}:
            raise Fault("proof.json does not have the keys of a dossier.")
        self._need(kind.needed)
        self._check_head(proof["log"])
        if not isinstance(proof[kind.rows], list) or not isinstance(proof["records"], list):
            raise Fault("proof.json does not have the keys of a dossier.")
        rows, records = ([self._leaf(item) for item in proof[part]] for part in (kind.rows, "records"))
        manifest = self._leaf(proof["manifest"])
        # the first dossiers did not say which entries they prove
        if manifest["after"].get("proves", proved := proves(rows, records)) != proved:
            self._fault("proof.json does not prove the entries that it proved when it was exported.")
        if self.head:
            self._hold(f"{self.entries} entries stand in the log of {self.head.size} under its signed head")
        self._check_files(kind, manifest, names)
        if f"{kind.rows}.json" in names:
            self._check_rows(kind, rows)
        if kind.subject == "score" and names >= set(kind.needed):
            ScoreCheck(self, rows, records).check()

    def _need(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.files.names:
                self._fault(f"{name} is missing.")

    def _check_head(self, log: dict[str, str]) -> None:
        if set(log) != {"key", "checkpoint"}:
            raise Fault("proof.json does not have the keys of a dossier.")
        self.key = log["key"]
        if self.given_keys and self.key not in self.given_keys:
            self._fault(f"The head is signed by the key {self.key}, which is none of those you know.")
        try:
            self.head = Head(log["checkpoint"], self.key)
        except Fault as fault:
            self.faults.append(fault)
        except (ValueError, IndexError) as error:
            self._fault(f"The signed head cannot be read: {error}.")
        else:
            self._hold(
                f"The head of {self.head.size} entries, sealed {self.head.sealed_at}, is signed by {self.head.name}"
            )

    def _leaf(self, item: dict[str, Any]) -> dict[str, Any]:
        """The entry that an item of proof.json proves, as the log has it."""
        if set(item) != PROVED:
            raise Fault("proof.json does not have the keys of a dossier.")
        entry: dict[str, Any] = parse(item["leaf"].encode(), "a leaf")
        if entry["entry"] != item["entry"]:
            raise Fault(f"The proof of entry {item['entry']} is that of entry {entry['entry']}.", item["entry"])
        path = [from_hex(step) for step in item["path"]]
        if self.head:
            root = root_from_path(leaf_hash(item["leaf"]), item["leaf_index"], self.head.size, path)
            if root != self.head.root:
                number = item["entry"]
                self._fault(f"Entry {number} is not in the log like this: its proof does not lead to the root.", number)
            else:
                self.entries += 1
        return entry

    def _check_files(self, kind: Kind, manifest: dict[str, Any], names: set[str]) -> None:
        self.subject = manifest["object_id"]
        listed = manifest["after"]["files"]
        if manifest["action"] != "export" or manifest["object_type"] != kind.manifest:
            raise Fault("The entry that should list the dossier's files is another one.", manifest["entry"])
        before = len(self.faults)
        for name in sorted(names - set(listed) - {PROOF}):
            self._fault(f"{name} was not in the dossier that was exported.")
        for name in sorted(set(listed) - names - set(NEEDED) - set(kind.needed)):
            self._fault(f"{name} is missing.")
        for name in sorted(names & set(listed)):
            self._check_file(name, listed[name])
        if len(self.faults) == before:
            self._hold(f"{len(listed)} files are those that entry {manifest['entry']} of the log lists")

    def _check_file(self, name: str, wanted: str) -> None:
        try:
            found = digest(self.files, name)
        except Fault as fault:
            self.faults.append(fault)
            return
        if found != wanted:
            self._fault(f"{name} is not the file that was exported: its SHA-256 is {found}, the log has {wanted}.")
        if name.startswith("documents/") and name != f"documents/{wanted}":
            self._fault(f"{name} is not named by its SHA-256.")

    def _check_rows(self, kind: Kind, leaves: list[dict[str, Any]]) -> None:
        name = f"{kind.rows}.json"
        rows = [kind.as_entry(row) for row in read_json(self.files, name)]
        said = {identity(row): row for row in rows}
        before = len(self.faults)
        if len(said) != len(rows):
            self._fault(f"A {kind.row} stands twice in {name}.")
        for leaf in leaves:
            number, what = leaf["entry"], f"The {kind.row} {leaf['object_id']}"
            row = said.pop(identity(leaf), None)
            if row is None:
                self._fault(f"{what} is proved but missing from {name}.", number)
            elif any(leaf[key] != value for key, value in row.items()):
                self._fault(f"{what} differs from entry {number} of the log.", number)
        for row in said.values():
            self._fault(f"The {kind.row} {row['object_id']} has no proof.")
        if len(self.faults) == before:
            self._hold(f"{len(leaves)} {kind.row}s are word for word what the log has")

    def _fault(self, sentence: str, entry: int | None = None) -> None:
        self.faults.append(Fault(sentence, entry))

    def _hold(self, sentence: str) -> None:
        self.held.append(sentence)

    def result(self) -> dict[str, Any]:
        numbers = [fault.entry for fault in self.faults if isinstance(fault.entry, int)]
        subject = printable(str(self.subject)) if self.subject is not None else None
        return {
            "ok": not self.faults,
            "entries": self.entries,
            "sealed": self.head.size if self.head else 0,
            "root": self.head.root.hex() if self.head else "",
            "first_broken": min(numbers, default=None),
            "reason": str(self.faults[0]) if self.faults else "",
            "kind": self.kind.subject if self.kind else None,
            "lot": subject if self.kind and self.kind.subject == "lot" else None,
            "score": subject if self.kind and self.kind.subject == "score" else None,
            "key": printable(str(self.key)) if self.key is not None else None,
            "key_was_given": bool(self.given_keys),
            "faults": [str(fault) for fault in self.faults],
            "held": [printable(sentence) for sentence in self.held],
        }


def proves(rows: Iterable[dict[str, Any]], records: Iterable[dict[str, Any]]) -> str:
    """Which entries a dossier proves, as the entry of its export says it: SHA-256 over their numbers."""
    numbers = sorted({leaf["entry"] for leaf in (*rows, *records)})
    return hashlib.sha256(",".join(str(number) for number in numbers).encode()).hexdigest()


def identity(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["object_type"], entry["object_id"]


class ScoreCheck:
    """Whether a score is the one that was recorded: its level, its gates, its rules, and what it rests on."""

    def __init__(self, dossier: Dossier, rows: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
        self.dossier, self.rows = dossier, rows
        self.records = {identity(record)[0]: record for record in records if record["object_type"] != "score_change"}
        self.score = read_json(dossier.files, "score.json")
        self.gates, self.evidence = read_json(dossier.files, "gates.json")

    def check(self) -> None:
        before = len(self.dossier.faults)
        entry = self.records["score"]
        for sentence in self._faults(entry["after"], self.records["methodology"]["after"]):
            self.dossier.faults.append(Fault(sentence, entry["entry"]))
        if len(self.dossier.faults) == before:
            text = f"the level, {len(self.gates)} gates and the rules {self.score['methodology']} are those recorded"
            self.dossier.held.append(f"{text} as entry {entry['entry']}, and rest on {len(self.evidence)} facts proved")

    def _faults(self, recorded: dict[str, Any], rules: dict[str, Any]) -> Iterator[str]:
        score, files = self.score, self.dossier.files
        subject = f"{score['country']}/{score['domain']}"
        if not subject == self.dossier.subject == f"{recorded['country']}/{recorded['domain']}":
            yield f"score.json is about {subject}, not about what was exported."
        for name in ("level", "low", "high"):
            if score[name] != recorded[name]:
                yield f"score.json says {name} {score[name]}, the log recorded {recorded[name]}."
        if digest(files, "gates.json") != recorded["sha256"]:
            yield "gates.json is not the trace of gates that the log recorded."
        if digest(files, "methodology.json") != rules["sha256"] or score["methodology"] != rules["code"]:
            yield "methodology.json is not the book of rules that the log recorded."
        if self.gates and [trace(gate) for gate in score["gates"]] != [trace(gate) for gate in self.gates]:
            yield "The gates of score.json are not those of gates.json."
        if not self.gates and any(gate["facts"] or gate["state"] != "unknown" for gate in score["gates"]):
            yield "score.json has gates with facts, and the log recorded a score without any."
        proved = {(row["object_id"].rpartition("/v")[0], row["entry"]) for row in self.rows}
        for fact, number in sorted(self.evidence.items()):
            if (fact, number) not in proved:
                yield f"The score rests on {fact}, entry {number}, which facts.json does not have."


def trace(gate: dict[str, Any]) -> dict[str, Any]:
    """What score.json and gates.json both say of a gate; one has its facts in full, the other their ids."""
    same = ("gate", "state", "rule", "because", "missing", "level", "mineral")
    ids = [[item if isinstance(item, str) else item["id"] for item in gate[part]] for part in ("facts", "not_counted")]
    return {**{name: gate[name] for name in same}, "ids": ids, "parts": [trace(part) for part in gate["parts"]]}


def check(path: str, keys: Iterable[str] = ()) -> dict[str, Any]:
    """What checking found, as plain JSON; never raises for what a dossier may hold."""
    try:
        files: Files = Folder(path) if os.path.isdir(path) else Archive(path)
    except (Fault, OSError) as error:
        fault = error if isinstance(error, Fault) else Fault(f"It cannot be read: {error.strerror}.")
        dossier = Dossier(Files(), keys)
        dossier.faults.append(fault)
        return dossier.result()
    return Dossier(files, keys).check().result()


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result for people."""
    subject = result["lot"] or result["score"]
    yield f"Dossier of {result['kind']} {subject}" if subject else "Dossier"
    for sentence in result["held"]:
        yield f"  holds   {sentence}."
    for sentence in result["faults"]:
        yield f"  BROKEN  {sentence}"
    if result["ok"] and not result["key_was_given"]:
        yield f"  yours   Is this the registry's key? {result['key']}"
    yield "Intact." if result["ok"] else "TAMPERED WITH, or not a dossier of SEAM."


def write_signature(path: str, folder: str) -> None:
    files: Files = Folder(path) if os.path.isdir(path) else Archive(path)
    log = read_json(files, PROOF)["log"]
    head = Head(log["checkpoint"], log["key"])
    # What stands before an Ed25519 key in the DER of its SubjectPublicKeyInfo (RFC 8410).
    der = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + head.public).decode()
    os.makedirs(folder, exist_ok=True)
    for name, content in (
        ("checkpoint.txt", head.text),
        ("signature.bin", head.signature),
        ("key.pem", f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n".encode()),
    ):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks a dossier of SEAM without the registry.")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("dossier", nargs="?", default=here, help="a ZIP or a folder; default: where this file lies")
    parser.add_argument(
        "--key", action="append", default=[], help="the registry's key as you know it: name+hash+base64"
    )
    parser.add_argument("--write-signature", metavar="FOLDER", help="write the signed head for another tool")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args(arguments)
    result = check(asked.dossier, asked.key)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal need not know every script
    print(json.dumps(result, ensure_ascii=False) if asked.format == "json" else "\n".join(lines(result)))
    if result["ok"] and asked.write_signature:
        write_signature(asked.dossier, asked.write_signature)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
