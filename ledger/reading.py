"""Reading what the sequencer and the proofs are made of: the text of entries, kept nodes, announced keys."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
from django.db.models import Q

from ledger.domain.canonical import leaf_text
from ledger.domain.nodes import Node as Place
from ledger.domain.note import Signer, Verifier
from ledger.models import Entry, Leaf, Node

#: In DATA_DIR; readable by its owner alone.
KEY_FILE = "log-key"
#: Beside it: every public key that was ever used, the newest last.
KEYS_FILE = "log-keys.txt"
_PLACES_A_QUERY = 400


def entry_text(entry: Entry) -> str:
    """The canonical JSON of an entry: the data of its leaf."""
    return leaf_text(
        number=entry.pk,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        door=entry.door,
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        before=entry.before,
        after=entry.after,
        reason=entry.reason,
    )


def read_nodes(places: Iterable[Place]) -> Mapping[Place, bytes]:
    """The hashes of kept nodes; level 0 are the leaves. In as many queries as there are some hundreds of places."""
    rows: dict[int, list[int]] = {}
    for level, index in places:
        rows.setdefault(level, []).append(index)
    found: dict[Place, bytes] = {}
    for indexes in _pieces(rows.pop(0, [])):
        for index, text in Leaf.objects.filter(index__in=indexes).values_list("index", "hash"):
            found[0, index] = bytes.fromhex(text)
    for wanted in _joined(rows):
        for level, index, text in Node.objects.filter(wanted).values_list("level", "index", "hash"):
            found[level, index] = bytes.fromhex(text)
    return found


def announced_keys() -> list[tuple[int, Verifier]]:
    """Every key the log announced, oldest first, with the number of its entry."""
    entries = Entry.objects.filter(object_type="log_key").order_by("pk").values_list("pk", "after")
    return [(number, Verifier.parse(json.loads(after)["key"])) for number, after in entries]


def kept_verifier() -> Verifier | None:
    """The public part of the key at hand, if there is one."""
    try:
        return Signer.parse((settings.DATA_DIR / KEY_FILE).read_text(encoding="utf-8")).verifier
    except FileNotFoundError:
        return None


def kept_verifiers() -> list[Verifier]:
    """The public keys this installation ever signed by, from the file beside the database; empty where it has none."""
    try:
        lines = (settings.DATA_DIR / KEYS_FILE).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []
    return [Verifier.parse(line) for line in lines]


def _joined(rows: Mapping[int, list[int]]) -> Iterator[Q]:
    """All levels in one condition where they are few, as those of a proof are."""
    wanted, count = Q(), 0
    for level, indexes in rows.items():
        for piece in _pieces(indexes):
            wanted |= Q(level=level, index__in=piece)
            count += len(piece)
            if count >= _PLACES_A_QUERY:
                yield wanted
                wanted, count = Q(), 0
    if count:
        yield wanted


def _pieces(indexes: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(indexes), _PLACES_A_QUERY):
        yield indexes[start : start + _PLACES_A_QUERY]
