"""Going back to an earlier approved version: as a draft of its own, for a second officer to approve."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ledger.domain.actor import Door
from registry import permissions
from registry.domain.instruments import InstrumentState
from registry.exceptions import BadInput
from registry.models import Instrument, InstrumentDocument, InstrumentRelation, InstrumentVersion, Measure, Source, User
from registry.services.instruments import Draft, save_draft
from registry.services.reference import draft_of
from registry.states import step_keys

_DETAILS = ("title_original", "number", "type", "legal_force", "quote", "note", "section", "review")
_FILE = ("role", "language", "url", "name", "media_type", "size", "sha256", "retrieved_at")


@transaction.atomic
def restore(*, version: InstrumentVersion, by: User, reason: str) -> Instrument:
    """Make an earlier version the record's draft again; what counts stays until the draft is approved.

    Raises NotAllowed, or BadInput where no reason is given or the version counts already.
    """
    instrument = version.instrument
    permissions.check_can_edit(by, instrument)
    if not reason.strip():
        raise BadInput(f"Say why version {version.number} is to stand again.")
    if version.superseded_entry_id is None:
        raise BadInput(f"Version {version.number} counts already: there is nothing to restore.")
    return save_draft(draft=_draft(version), by=by.actor(Door.DESK), reason=f"version {version.number}: {reason}")


def _draft(version: InstrumentVersion) -> Draft:
    instrument, state, details = version.instrument, InstrumentState.from_json(version.content), version.details
    for name in _DETAILS:
        setattr(instrument, name, details.get(name) or "")
    source = details.get("source")
    instrument.source = Source.objects.filter(key=source["key"]).first() if source else None
    instrument.title = ""
    draft = draft_of(state, instrument)
    for measure, was in zip(draft.measures, state.measures, strict=True):
        more = details.get("measures", {}).get(was.measure_id, {})
        measure.number = int(was.measure_id.rpartition(".")[2])
        measure.exemptions, measure.rate = more.get("exemptions", ""), more.get("rate", "")
    notes = details.get("status_notes") or {}
    keys = step_keys((event.status, event.since) for event in draft.events)
    for key, event in zip(keys, draft.events, strict=True):
        event.note = notes.get(key, "")
    draft.is_numbered = True
    draft.relations = [row for row in map(_relation, details.get("relations") or ()) if row]
    draft.documents = [_document(row) for row in details.get("documents") or ()]
    draft.removed = [
        *Measure.objects.filter(instrument=instrument),
        *instrument.status_events.all(),
        *instrument.relations.all(),
        *instrument.documents.all(),
    ]
    return draft


def _relation(row: dict[str, Any]) -> InstrumentRelation | None:
    other = Instrument.objects.filter(instrument_id=row["instrument_id"]).first()
    if other is None:
        return None
    return InstrumentRelation(kind=row["kind"], other=other, since=row["since"], note=row["note"])


def _document(row: dict[str, Any]) -> InstrumentDocument:
    return InstrumentDocument(**{name: row[name] for name in _FILE})
