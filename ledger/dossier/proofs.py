"""proof.json: what shows that each row of a dossier stands in the log, under a head that is signed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ledger.dossier.kind import Kind
from ledger.exceptions import NoSuchProof
from ledger.models import Entry, Leaf, TreeHead
from ledger.reading import announced_keys, entry_text
from ledger.selectors import Inclusion, get_inclusions


def proof_json(
    kind: Kind, manifest: int, rows: Collection[int], records: Collection[int], head: TreeHead
) -> dict[str, Any]:
    """Proofs of entries under a head: the one that lists the dossier's files, its rows, and other records.

    Raises NoSuchProof where one is not sealed under the head.
    """
    proved = {entry.pk: _proof(entry, found) for entry, found in get_inclusions({manifest, *rows, *records}, head)}
    return {
        "format": kind.format,
        "log": {"key": _key_of(head), "checkpoint": head.note},
        "manifest": proved[manifest],
        kind.rows: [proved[number] for number in rows],
        "records": [proved[number] for number in sorted(set(records) - set(rows))],
    }


def _proof(entry: Entry, found: Inclusion) -> dict[str, Any]:
    return {"entry": entry.pk, "leaf": entry_text(entry), "leaf_index": found.index, "path": list(found.path)}


def _key_of(head: TreeHead) -> str:
    """The key that was the log's when the head was sealed."""
    keys = dict(announced_keys())
    newest = Leaf.objects.filter(entry__in=keys, index__lt=head.size).order_by("-index").first()
    if newest is None:
        raise NoSuchProof(f"The head of {head.size} entries is not signed: no key was announced by then.")
    return str(keys[newest.entry_id])
