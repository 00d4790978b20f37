"""Exporting a dossier: its files listed in the log, proved under a signed head, and put into one ZIP."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.dossier.archive import write_archive
from ledger.dossier.kind import Kind
from ledger.dossier.proofs import proof_json
from ledger.dossier.verify import proves
from ledger.exceptions import CannotExport
from ledger.models import Entry, TreeHead
from ledger.selectors import get_head
from ledger.services.recording import Change, record
from ledger.services.sealing import seal_all

VERIFY = Path(__file__).parent.parent / "dossier" / "verify.py"


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is to be exported: ``files`` but the proof and `verify.py`, in the order in which the ZIP has them;
    ``rows`` and ``records`` are the numbers of the entries that are proved."""

    kind: Kind
    object_id: str
    files: Mapping[str, bytes]
    rows: Collection[int]
    records: Collection[int]


def open_export(path: Path) -> TreeHead:
    """Seal what there is, so that the dossier can speak of the signed head. Raises CannotExport."""
    if not path.parent.is_dir():
        raise CannotExport(f"The folder {path.parent} is not there: make it first, or write the dossier elsewhere.")
    seal_all()
    return _head()


def export(*, dossier: Dossier, path: Path, at: dt.datetime, by: Actor, reason: str) -> dict[str, Any]:
    """Write the ZIP; the export is an entry of the log that lists the SHA-256 of every file but the proof.

    Answers plain JSON: the path, its files, the entry, and the log's size and root. Raises CannotExport where the file
    cannot be written.
    """
    files = {**dossier.files, "verify.py": VERIFY.read_bytes()}
    entry = _record(dossier, files, by, reason)
    seal_all()
    head = _head()
    proof = proof_json(dossier.kind, entry.pk, dossier.rows, dossier.records, head)
    try:
        write_archive(path, {**files, "proof.json": as_json(proof)}, at=at)
    except OSError as error:
        raise CannotExport(f"The dossier cannot be written to {path}: {error.strerror or error}.") from error
    return {"output": str(path), "files": [*files, "proof.json"], "entry": entry.pk, "sealed": head.size,
            "root": head.root}  # fmt: skip


def as_json(content: Any) -> bytes:
    """A member of the ZIP, for people to read too."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


@transaction.atomic
def _record(dossier: Dossier, files: Mapping[str, bytes], by: Actor, reason: str) -> Entry:
    hashes: JSON = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    # proof.json is not among the files, as it proves this entry too: which entries it proves is said instead
    numbers = [[{"entry": number} for number in part] for part in (dossier.rows, dossier.records)]
    after: JSON = {"files": hashes, "proves": proves(*numbers)}
    change = Change("export", dossier.kind.object_type, dossier.object_id, None, after)
    return record(by=by, change=change, reason=reason)


def _head() -> TreeHead:
    head = get_head()
    assert head is not None, "what a dossier is about is in the log, so something was sealed"
    return head
