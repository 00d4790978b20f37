"""Signed notes and checkpoints, as C2SP writes them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with Ed25519.

A checkpoint is three lines (the log's name, its size, its root in base64), lines of extension, a blank line, and a line
for each signature. Here one extension line says when the head was sealed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.domain.canonical import instant_text

_ED25519 = b"\x01"
_SECRET_PREFIX = "PRIVATE+KEY+"
_SEALED = "sealed "


class BadNote(ValueError):
    """A note or a key that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with the name of who signs by it; written ``name+hash+base64``."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(f"{self.name}\n".encode() + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_text(_ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        name, hashed, key = _parts(text.strip())
        verifier = cls(name, key)
        if hashed != verifier.key_id.hex():
            raise BadNote(f"the key '{text.strip()}' does not have the hash it says")
        return verifier

    def holds(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key with the name of who signs by it; written ``PRIVATE+KEY+name+hash+base64``."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    def __str__(self) -> str:
        return f"{_SECRET_PREFIX}{self.name}+{self.verifier.key_id.hex()}+{_text(_ED25519 + self.seed)}"

    def __repr__(self) -> str:
        return f"Signer({self.name!r}, …)"

    @classmethod
    def new(cls, name: str) -> Signer:
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Signer:
        if not text.startswith(_SECRET_PREFIX):
            raise BadNote(f"a secret key begins with {_SECRET_PREFIX}")
        name, _hash, seed = _parts(text.strip().removeprefix(_SECRET_PREFIX))
        return cls(name, seed)

    def raw(self, data: bytes) -> bytes:
        """The bare signature of some bytes, 64 bytes."""
        return self._key().sign(data)

    def sign(self, text: str) -> str:
        """The text as a signed note. Raises BadNote for a text that does not end its last line."""
        if not text.endswith("\n"):
            raise BadNote("the text of a note ends with a line feed")
        signature = self.verifier.key_id + self.raw(text.encode())
        return f"{text}\n— {self.name} {_text(signature)}\n"

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head as its note says it: ``root`` is in hex."""

    origin: str
    size: int
    root: str
    sealed_at: dt.datetime

    def text(self) -> str:
        root = _text(bytes.fromhex(self.root))
        return f"{self.origin}\n{self.size}\n{root}\n{_SEALED}{instant_text(self.sealed_at)}\n"


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """What a signed checkpoint says. Raises BadNote where it is malformed or not signed by ``verifier``."""
    text, signatures = _split(note)
    wanted = [raw for name, raw in signatures if name == verifier.name and raw[:4] == verifier.key_id]
    if not wanted:
        raise BadNote(f"it is not signed by {verifier.name} with the key {verifier.key_id.hex()}")
    if not all(verifier.holds(text.encode(), raw[4:]) for raw in wanted):
        raise BadNote("its signature does not fit what it says")
    return _checkpoint(text)


def _checkpoint(text: str) -> Checkpoint:
    try:
        origin, size, root, *more = text.splitlines()
        sealed = next(line for line in more if line.startswith(_SEALED)).removeprefix(_SEALED)
        at = dt.datetime.fromisoformat(sealed.replace("Z", "+00:00"))
        return Checkpoint(origin, int(size), base64.b64decode(root, validate=True).hex(), at)
    except (ValueError, StopIteration) as error:
        raise BadNote("it is no checkpoint of this log") from error


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("it is no signed note")
    found = []
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise BadNote("a signature is not base64") from error
        if dash != "—" or not name or len(raw) < 5:
            raise BadNote("a signature line is malformed")
        found.append((name, raw))
    return f"{text}\n", found


def _parts(text: str) -> tuple[str, str, bytes]:
    try:
        name, hashed, encoded = text.split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise BadNote("a key is written name+hash+base64") from error
    if raw[:1] != _ED25519 or len(raw) != 33:
        raise BadNote("the key is not one of Ed25519")
    return name, hashed, raw[1:]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
