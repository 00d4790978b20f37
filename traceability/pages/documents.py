"""Papers on the page of a lot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from registry.parts import ProofMark
from traceability.domain.documents import Validity, validity
from traceability.models import Document

_CHIPS = {
    Validity.VALID: ("ok", "Valid"),
    Validity.NOT_YET: ("warn", "Not yet valid"),
    Validity.EXPIRED: ("bad", "Expired"),
    Validity.NOT_STATED: ("none", "Not stated"),
}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document; ``chip`` says whether it holds on ``on``: the day of its event, else the day shown.

    ``credential``: chip and words of the verdict on a credential, and who it says issued it; None for other documents.
    ``certifies`` names the assays whose certificate it is, by its hash.
    """

    document_id: str
    title: str
    kind: str
    number: str
    issuer: str
    about: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    on: dt.date
    chip: tuple[str, str]
    sha256: str
    url: str
    size: int | None
    certifies: tuple[str, ...]
    event_id: str
    proof: ProofMark
    credential: tuple[str, str, str] | None


def document_rows(
    documents: Collection[Document], certified: Mapping[str, Collection[str]], today: dt.date
) -> tuple[DocumentRow, ...]:
    return tuple(_row(document, tuple(certified.get(document.sha256, ())), today) for document in documents)


def _row(document: Document, certifies: tuple[str, ...], today: dt.date) -> DocumentRow:
    on = document.event.local_time.date() if document.event is not None else today
    kind, name = document.about
    if document.facility is not None:
        name = document.facility.name
    elif document.party is not None:
        name = document.party.name
    return DocumentRow(
        document_id=document.document_id,
        title=document.title,
        kind=document.get_kind_display(),
        number=document.number,
        issuer=document.issuer,
        about=f"{kind} {name}",
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        on=on,
        chip=_CHIPS[validity(document.valid_from, document.valid_until, on)],
        sha256=document.sha256,
        url=document.url,
        size=document.size,
        certifies=certifies,
        event_id=document.event.event_id if document.event is not None else "",
        proof=ProofMark(document.recorded_entry_id),
        credential=_credential(document.credential) if document.credential else None,
    )


def _credential(verdict: Mapping[str, Any]) -> tuple[str, str, str]:
    who = f"says it is of {verdict['issuer']}"
    if verdict["holds"]:
        return "ok", "Credential holds", f"{verdict['type']}, signed by {verdict['issuer']}"
    if verdict["holds"] is None:
        return "none", "Credential not checked", f"{who}. {verdict['reason']}"
    return "bad", "Credential does not hold", f"{who}. {verdict['reason']}"
