"""Facts: added, changed and withdrawn as versions that supersede each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from ledger.domain.actor import Actor
from ledger.domain.canonical import canonical
from ledger.services import Change, record_many
from registry.choices import FactStatus
from registry.exceptions import BadInput
from registry.live import fact_state
from registry.models import FactVersion, Source
from registry.signals import facts_changed


@dataclass(slots=True)
class Tally:
    """What a loading did, in rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    ids: list[str] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        return self

    def to_json(self) -> dict[str, int]:
        return {"created": self.created, "changed": self.changed, "unchanged": self.unchanged}


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact as it is to be stored: its content as JSON, and the columns that find it."""

    fact_id: str
    kind: str
    content: Mapping[str, Any]
    country: str = ""
    mineral: str = ""
    source_key: str | None = None


@transaction.atomic
def put_facts(*, rows: Sequence[FactRow], by: Actor, reason: str, status: FactStatus = FactStatus.ACCEPTED) -> Tally:
    """Add facts, or supersede those whose content differs. The same content again changes nothing."""
    current = {fact.fact_id: fact for fact in FactVersion.objects.current().exclude(status=FactStatus.PROPOSED)}
    sources = dict(Source.objects.values_list("key", "pk"))
    tally, versions = Tally(), []
    for row in rows:
        before = current.get(row.fact_id)
        if before is not None and _same(before, row, status):
            tally.unchanged += 1
            continue
        tally.created += before is None
        tally.changed += before is not None
        versions.append(_version(row, before, status, sources, by))
    _number(versions)
    _store(versions, current, by, reason)
    return tally


@transaction.atomic
def withdraw_fact(*, fact_id: str, by: Actor, reason: str, recorded_by: str = "") -> FactVersion:
    """Say that a fact was never so; its versions stay, an open proposal too. Answers the version that says so.

    ``recorded_by`` is who proposed it, where that is not ``by``. Raises BadInput where there is none or no reason.
    """
    current = _standing(fact_id)
    if current is None or current.status == FactStatus.WITHDRAWN:
        raise BadInput(f"There is no fact {fact_id} to withdraw.")
    if not reason.strip():
        raise BadInput("Say why the fact is withdrawn.")
    row = FactRow(fact_id, current.kind, current.content, current.country, current.mineral)
    version = _version(row, current, FactStatus.WITHDRAWN, {}, by)
    version.source_id = current.source_id
    version.recorded_by = recorded_by or version.recorded_by
    _number([version])
    _store([version], {fact_id: current}, by, reason, action="withdraw")
    return version


def _standing(fact_id: str) -> FactVersion | None:
    """The version that is not a proposal and not superseded."""
    current = FactVersion.objects.current().exclude(status=FactStatus.PROPOSED)
    found: FactVersion | None = current.filter(fact_id=fact_id).first()
    return found


def _newest(fact_ids: Sequence[str]) -> dict[str, int]:
    """The highest version of each fact, proposals counted too: numbers are never used twice."""
    rows = FactVersion.objects.filter(status=FactStatus.PROPOSED).values_list("fact_id").annotate(Max("version"))
    return {fact_id: version for fact_id, version in rows if fact_id in set(fact_ids)}


def _number(versions: Sequence[FactVersion]) -> None:
    newest = _newest([version.fact_id for version in versions])
    for version in versions:
        version.version = max(version.version, newest.get(version.fact_id, 0) + 1)


def _same(before: FactVersion, row: FactRow, status: FactStatus) -> bool:
    return before.status == status and canonical(before.content) == canonical(row.content)


def _version(
    row: FactRow, before: FactVersion | None, status: FactStatus, sources: Mapping[str, int], by: Actor
) -> FactVersion:
    return FactVersion(
        fact_id=row.fact_id,
        version=before.version + 1 if before else 1,
        status=status.value,
        country=row.country,
        mineral=row.mineral,
        kind=row.kind,
        content=dict(row.content),
        source_id=sources.get(row.source_key) if row.source_key else None,
        recorded_by=by.public_id,
    )


def _store(
    versions: list[FactVersion], current: Mapping[str, FactVersion], by: Actor, reason: str, action: str = "put"
) -> None:
    if not versions:
        return
    changes = [
        Change(action, "fact", f"{version.fact_id}/v{version.version}", None, fact_state(version))
        for version in versions
    ]
    entries = record_many(by=by, changes=changes, reason=reason)
    for version, entry in zip(versions, entries, strict=True):
        version.recorded_entry_id = entry
        if version.fact_id in current:
            FactVersion.objects.filter(pk=current[version.fact_id].pk).update(superseded_entry=entry)
    FactVersion.objects.bulk_create(versions)
    facts_changed.send(sender=FactVersion, fact_ids=[version.fact_id for version in versions])
