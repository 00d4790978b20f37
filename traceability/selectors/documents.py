"""Papers about a lot, and about what it went through."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from traceability.domain.documents import About
from traceability.models import Assay, Document
from traceability.rows import among
from traceability.selectors.visibility import can_view_all

_COLUMNS = {
    About.LOT: "lot__lot_id",
    About.EVENT: "event__event_id",
    About.FACILITY: "facility__facility_id",
    About.PARTY: "party__party_id",
}


def get_documents(about: dict[About, Collection[str]]) -> list[Document]:
    """The documents about any of these, by public ids; the newest first."""
    found: dict[int, Document] = {}
    for kind, ids in about.items():
        if ids:
            rows = _current().filter(**{f"{_COLUMNS[kind]}__in": among(ids)})
            found.update((row.pk, row) for row in rows)
    return sorted(found.values(), key=lambda row: (row.added_at, row.document_id), reverse=True)


def get_document(document_id: str, user: Any) -> Document | None:
    """A document for those who see every lot; others are told that there is none."""
    return _current().filter(document_id=document_id).first() if can_view_all(user) else None


def certified_assays(documents: Collection[Document]) -> dict[str, list[str]]:
    """The assays whose certificate a document is, by the document's hash."""
    found: dict[str, list[str]] = {}
    rows = Assay.objects.filter(certificate_sha256__in={row.sha256 for row in documents})
    for sha256, assay_id in rows.order_by().values_list("certificate_sha256", "assay_id").distinct():
        found.setdefault(sha256, []).append(assay_id)
    return {sha256: sorted(ids) for sha256, ids in found.items()}


def missing_certificates(lots: Collection[int]) -> list[tuple[str, str]]:
    """Certificates that assays of some lots name and nobody has handed in: (assay, SHA-256)."""
    rows = Assay.objects.filter(lot__in=among(lots)).exclude(certificate_sha256="").order_by()
    named = set(rows.values_list("assay_id", "certificate_sha256"))
    here = set(_current().filter(sha256__in={sha for _, sha in named}).values_list("sha256", flat=True))
    return sorted(pair for pair in named if pair[1] not in here)


def _current() -> QuerySet[Document]:
    rows: QuerySet[Document] = Document.objects.current()
    return rows.select_related("lot", "event", "facility", "party")
