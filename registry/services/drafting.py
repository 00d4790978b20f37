"""A draft that a flag on the news gave rise to."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from ledger.domain.actor import Door
from registry import permissions
from registry.choices import FlagState
from registry.exceptions import WrongState
from registry.models import Flag, Instrument, InstrumentDocument, User
from registry.services.archiving import documents_of
from registry.services.instruments import Draft, save_draft
from registry.services.sources import cite_entry


@transaction.atomic
def draft_from_news(*, draft: Draft, flag: Flag, by: User, reason: str) -> Instrument:
    """Store a draft with its flag confirmed and the news entry as its source where no better one is given.

    Raises NotAllowed, WrongState, or django's ValidationError where a value cannot stand.
    """
    permissions.check_can_decide(by, flag)
    if flag.state == FlagState.DISMISSED:
        raise WrongState("This flag was dismissed. Open it again first.")
    actor, instrument = by.actor(Door.DESK), draft.instrument
    instrument.source = instrument.source or cite_entry(entry=flag.entry, by=actor)
    instrument.is_demo = instrument.is_demo or flag.entry.feed.is_demo
    instrument.flag = flag
    whole = replace(draft, documents=[*draft.documents, *_new_documents(draft, flag)])
    return save_draft(draft=whole, by=actor, reason=reason)


def _new_documents(draft: Draft, flag: Flag) -> list[InstrumentDocument]:
    """What the flag rests on, kept by its hash: it is there when the link has died."""
    held = {document.sha256 for document in draft.documents}
    if draft.instrument.pk:
        held |= set(draft.instrument.documents.values_list("sha256", flat=True))
    return [document for document in documents_of(entry=flag.entry) if document.sha256 not in held]
