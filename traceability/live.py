"""The live state of lots, assays and events, as the log holds it and `verify_log` compares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.domain.canonical import JSON
from ledger.tracking import track
from traceability.domain.facts import AssayFact, EventFact, LotFact
from traceability.loading import load_assays, load_events
from traceability.models import Assay, Document, Event, Hold, Lot


def lot_state(lot: LotFact, *, is_public: bool) -> JSON:
    return {
        "mineral": lot.mineral,
        "material": lot.material,
        "hs_code": lot.hs_code,
        "custody_model": lot.custody_model,
        "is_public": is_public,
    }


def assay_state(assay: AssayFact) -> JSON:
    return {
        "lot_id": assay.lot_id,
        "sampled_on": assay.sampled_on,
        "basis": assay.basis,
        "moisture_pct": assay.moisture_pct,
        "grade_pct": assay.grade_pct,
        "laboratory_id": assay.laboratory_id,
        "certificate_sha256": assay.certificate_sha256,
    }


def event_state(event: EventFact) -> JSON:
    """The event as it was reported, its time with its own offset, its lines inside."""
    return {
        "kind": event.kind,
        "occurred_at": event.occurred_at.isoformat(),
        "facility_id": event.facility_id,
        "party_id": event.party_id,
        "to_facility_id": event.to_facility_id,
        "to_party_id": event.to_party_id,
        "permit_number": event.permit_number,
        "reason": event.reason,
        "corrects_event_id": event.corrects_event_id,
        "lines": [
            {
                "role": line.role,
                "lot_id": line.lot_id,
                "quantity": line.quantity,
                "unit": line.unit,
                "basis": line.basis,
            }
            for line in event.lines
        ],
    }


def document_state(document: Document) -> JSON:
    about, about_id = document.about
    return {
        "about": about,
        "about_id": about_id,
        "kind": document.kind,
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "valid_from": document.valid_from,
        "valid_until": document.valid_until,
        "sha256": document.sha256,
        "url": document.url,
    }


def hold_state(hold: Hold) -> JSON:
    return {
        "lot_id": hold.lot.lot_id,
        "kind": hold.kind,
        "state": hold.state,
        "reason": hold.reason,
        "lifted_because": hold.lifted_because,
    }


def assay_key(assay_id: str, analyte: str) -> str:
    return f"{assay_id} {analyte}"


def track_all() -> None:
    track("lot", _live_lots)
    track("assay", _live_assays)
    track("event", _live_events)
    track("document", _live_documents)
    track("hold", _live_holds)


def _live_lots() -> Iterator[tuple[str, JSON]]:
    columns = ("lot_id", "mineral_id", "material", "hs_code", "custody_model", "is_public")
    for lot_id, *facts, is_public in Lot.objects.order_by().values_list(*columns).iterator(chunk_size=2_000):
        yield lot_id, lot_state(LotFact(lot_id, *facts), is_public=is_public)


def _live_assays() -> Iterator[tuple[str, JSON]]:
    for lots in _pieces(Assay.objects.order_by("lot_id").values_list("lot_id", flat=True).distinct()):
        for assay in load_assays(lots):
            yield assay_key(assay.assay_id, assay.analyte), assay_state(assay)


def _live_events() -> Iterator[tuple[str, JSON]]:
    for events in _pieces(Event.objects.order_by("pk").values_list("pk", flat=True)):
        for event in load_events(events):
            yield event.event_id, event_state(event)


def _live_documents() -> Iterator[tuple[str, JSON]]:
    rows = Document.objects.current().select_related("lot", "event", "facility", "party")
    for document in rows.iterator(chunk_size=2_000):
        yield document.document_id, document_state(document)


def _live_holds() -> Iterator[tuple[str, JSON]]:
    for hold in Hold.objects.current().select_related("lot").iterator(chunk_size=2_000):
        yield hold.hold_id, hold_state(hold)


def _pieces(keys: Iterable[int], size: int = 2_000) -> Iterator[list[int]]:
    piece: list[int] = []
    for key in keys:
        piece.append(key)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
