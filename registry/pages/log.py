"""The log as pages show it: its head, its newest entries, and one entry with its proof of inclusion."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.canonical import JSON
from ledger.exceptions import NoSuchProof
from ledger.models import Entry, TreeHead
from ledger.reading import entry_text
from ledger.selectors import Inclusion, get_inclusion
from registry.choices import label
from registry.paths import enforcement_path, entry_path, fact_path, instrument_path, lot_path, why_path


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry in a list. ``object_id`` is empty for a reader who may not see the object."""

    number: int
    href: str
    recorded_at: dt.datetime
    action: str
    object_type: str
    object_id: str
    object_href: str
    actor: str
    is_sealed: bool

    @property
    def words(self) -> str:
        """What was done to what; an act that bears the name of its object, such as a sign-in, is said once."""
        if self.object_type.startswith(self.action):
            return self.object_type.capitalize()
        return f"{self.action} {self.object_type}".capitalize()


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One entry. ``text`` is the canonical JSON that was hashed, empty for a reader who may not see the object."""

    row: EntryRow
    door: str
    reason: str
    text: str
    before: str
    after: str
    leaf_index: int | None
    leaf_hash: str
    size: int
    root: str
    path: tuple[str, ...]
    holds: bool


def entry_row(entry: Entry, *, is_open: bool, sealed: bool) -> EntryRow:
    return EntryRow(
        number=entry.pk,
        href=entry_path(entry.pk),
        recorded_at=entry.recorded_at,
        action=label(entry.action).lower(),
        object_type=label(entry.object_type).lower(),
        object_id=entry.object_id if is_open else "",
        object_href=_object_href(entry) if is_open else "",
        actor=entry.actor if is_open else "",
        is_sealed=sealed,
    )


def _object_href(entry: Entry) -> str:
    public_id = entry.object_id.rpartition("/v")[0] or entry.object_id
    if entry.object_type == "fact":
        return fact_path(public_id)
    if entry.object_type in {"lot", "dossier"}:
        return lot_path(entry.object_id)
    if entry.object_type in {"score", "score_dossier"}:
        return why_path(*entry.object_id.split("/")[:2])
    if entry.object_type == "enforcement_version":
        return enforcement_path(public_id)
    return instrument_path(public_id) if entry.object_type == "instrument_version" else ""


def entry_page(entry: Entry, head: TreeHead | None, *, is_open: bool) -> EntryPage:
    """The page of an entry, with its path to the root of the head."""
    found = _inclusion(entry, head)
    return EntryPage(
        row=entry_row(entry, is_open=is_open, sealed=found is not None),
        door=entry.door,
        reason=entry.reason if is_open else "",
        text=entry_text(entry) if is_open else "",
        before=_pretty(entry.before) if is_open else "",
        after=_pretty(entry.after) if is_open else "",
        leaf_index=found.index if found else None,
        leaf_hash=found.leaf if found else "",
        size=head.size if head else 0,
        root=head.root if head else "",
        path=found.path if found else (),
        holds=found is not None and found.holds,
    )


def _inclusion(entry: Entry, head: TreeHead | None) -> Inclusion | None:
    try:
        return get_inclusion(entry, head) if head else None
    except NoSuchProof:
        return None


def _pretty(text: str) -> str:
    content: JSON = json.loads(text)
    if content is None:
        return ""
    return json.dumps(_sorted(content), indent=1, ensure_ascii=False)


def _sorted(content: Any) -> Any:
    return dict(sorted(content.items())) if isinstance(content, Mapping) else content
