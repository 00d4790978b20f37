"""The key that signs the heads: outside the database, announced in the log, changed only with a word in the log."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from ledger.domain.actor import WORKER, Actor
from ledger.domain.canonical import JSON
from ledger.domain.note import Signer, Verifier
from ledger.exceptions import KeyNotAnnounced
from ledger.instants import instants
from ledger.reading import KEY_FILE, KEYS_FILE, announced_keys
from ledger.services.recording import Change, record

OBJECT_TYPE = "log_key"
_NEW = f"{KEY_FILE}.new"


def get_signer() -> Signer:
    """The key at hand, made and announced when the log has none yet. Call it inside the transaction that seals.

    Raises KeyNotAnnounced where the key at hand is not the one that the log announced last.
    """
    announced = [key for _entry, key in announced_keys()]
    signer = _kept(KEY_FILE) or (None if announced else _make(KEY_FILE))
    if not announced:
        assert signer is not None
        _announce(signer, None, by=WORKER, reason="the log's first key")
        return signer
    if signer is None or signer.verifier != announced[-1]:
        signer = _finish_rotation(announced[-1]) or _refuse(announced[-1], signer)
    return signer


def rotate_key(*, by: Actor, reason: str) -> Verifier:
    """Put a new key in place of the old one, which signs for it; without the old one, the log says that it was lost.

    The new key lies beside the old one until its announcement is committed: a process killed between loses nothing.
    """
    from ledger.services.sealing import lock_sequencer, publish, seal_all, seal_with

    old = _kept(KEY_FILE)
    announced = [key for _entry, key in announced_keys()]
    signed_for = old if old is not None and announced and old.verifier == announced[-1] else None
    if signed_for is not None:
        seal_all()
    _path(_NEW).unlink(missing_ok=True)
    new = _make(_NEW)
    with instants() as take, transaction.atomic():
        lock_sequencer()
        _announce(new, signed_for, by=by, reason=reason)
        head, _count = seal_with(new, 1_000_000, take)
    os.replace(_path(_NEW), _path(KEY_FILE))
    publish(head)
    return new.verifier


def _announce(new: Signer, old: Signer | None, *, by: Actor, reason: str) -> None:
    verifier = str(new.verifier)
    after: JSON = {
        "key": verifier,
        "replaces": str(old.verifier) if old else None,
        # The old key's word for the new one, as a signed note; none for the first key and after a loss.
        "signed_by_old": old.sign(f"{verifier}\n") if old else None,
    }
    with _path(KEYS_FILE).open("a", encoding="utf-8") as file:
        file.write(f"{verifier}\n")
    record(by=by, change=Change("announce", OBJECT_TYPE, new.verifier.key_id.hex(), None, after), reason=reason)


def _finish_rotation(wanted: Verifier) -> Signer | None:
    new = _kept(_NEW)
    if new is None or new.verifier != wanted:
        return None
    os.replace(_path(_NEW), _path(KEY_FILE))
    return new


def _refuse(wanted: Verifier, found: Signer | None) -> Signer:
    at_hand = f"holds {found.verifier.key_id.hex()}" if found else "is not there"
    raise KeyNotAnnounced(
        f"The log announced the key {wanted.key_id.hex()}, but {_path(KEY_FILE)} {at_hand}. Put the key back; or, "
        "if it is lost, run `manage.py rotate_log_key --reason …`, which says so in the log."
    )


def _kept(name: str) -> Signer | None:
    try:
        return Signer.parse(_path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _make(name: str) -> Signer:
    """A new key in a file of its owner alone; another process's, where that one was first."""
    signer = Signer.new(_log_name())
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return Signer.parse(path.read_text(encoding="utf-8"))
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{signer}\n")
    return signer


def _log_name() -> str:
    """The log's name in its checkpoints: an address without scheme (C2SP)."""
    return f"{urlsplit(settings.SITE_URL).netloc or 'localhost'}/log"


def _path(name: str) -> Path:
    path: Path = settings.DATA_DIR / name
    return path
