"""The live state of lots, assays and events, as the log holds it and `verify_log` compares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from ledger.domain.canonical import JSON, Canonical, decimal_text, quoted
from ledger.tracking import track
from traceability.domain.facts import AssayFact, EventFact, LotFact
from traceability.loading import load_assays_named, load_events
from traceability.models import Assay, Claim, Credit, Document, Event, Hold, Lot, RiskList

T = TypeVar("T")


def lot_state(lot: LotFact, *, is_public: bool) -> JSON:
    return {
        "mineral": lot.mineral,
        "material": lot.material,
        "hs_code": lot.hs_code,
        "custody_model": lot.custody_model,
        "is_public": is_public,
    }


def lot_text(lot: LotFact, *, is_public: bool) -> Canonical:
    """``lot_state`` as the log writes it."""
    return Canonical(
        f'{{"custody_model":"{lot.custody_model}","hs_code":"{lot.hs_code}",'
        f'"is_public":{"true" if is_public else "false"},"material":"{lot.material}",'
        f'"mineral":{quoted(lot.mineral)}}}'
    )


def assay_state(rows: Iterable[AssayFact]) -> JSON:
    """A whole assay: one row an analyte."""
    return {
        "rows": [
            {
                "analyte": row.analyte,
                "lot_id": row.lot_id,
                "sampled_on": row.sampled_on,
                "basis": row.basis,
                "moisture_pct": row.moisture_pct,
                "grade_pct": row.grade_pct,
                "laboratory_id": row.laboratory_id,
                "certificate_sha256": row.certificate_sha256,
            }
            for row in sorted(rows, key=lambda row: row.analyte)
        ]
    }


def assay_text(rows: Iterable[AssayFact]) -> Canonical:
    """``assay_state`` as the log writes it."""
    return Canonical(f'{{"rows":[{",".join(_assay_text(row) for row in sorted(rows, key=lambda row: row.analyte))}]}}')


def _assay_text(row: AssayFact) -> str:
    moisture = "null" if row.moisture_pct is None else f'"{decimal_text(row.moisture_pct)}"'
    return (
        f'{{"analyte":"{row.analyte}","basis":"{row.basis}","certificate_sha256":{_or_null(row.certificate_sha256)},'
        f'"grade_pct":"{decimal_text(row.grade_pct)}","laboratory_id":{_or_null(row.laboratory_id)},'
        f'"lot_id":{quoted(row.lot_id)},"moisture_pct":{moisture},"sampled_on":"{row.sampled_on.isoformat()}"}}'
    )


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


def event_text(event: EventFact) -> Canonical:
    """``event_state`` as the log writes it."""
    lines = ",".join(
        f'{{"basis":"{line.basis}","lot_id":{quoted(line.lot_id)},"quantity":"{decimal_text(line.quantity)}",'
        f'"role":"{line.role}","unit":"{line.unit}"}}'
        for line in event.lines
    )
    return Canonical(
        f'{{"corrects_event_id":{_or_null(event.corrects_event_id)},"facility_id":{quoted(event.facility_id)},'
        f'"kind":"{event.kind}","lines":[{lines}],"occurred_at":"{event.occurred_at.isoformat()}",'
        f'"party_id":{quoted(event.party_id)},"permit_number":{_or_null(event.permit_number)},'
        f'"reason":{_or_null(event.reason)},"to_facility_id":{_or_null(event.to_facility_id)},'
        f'"to_party_id":{_or_null(event.to_party_id)}}}'
    )


def _or_null(text: str | None) -> str:
    return "null" if text is None else quoted(text)


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
        # entries made before credentials were judged stay true
        **({"credential": document.credential} if document.credential else {}),
    }


def hold_state(hold: Hold) -> JSON:
    return {
        "lot_id": hold.lot.lot_id,
        "kind": hold.kind,
        "state": hold.state,
        "reason": hold.reason,
        "lifted_because": hold.lifted_because,
    }


def risk_list_state(risks: RiskList) -> dict[str, JSON]:
    return {
        "title": risks.title,
        "version": risks.version,
        "published_on": risks.published_on,
        "source_title": risks.source_title,
        "source_url": risks.source_url,
        "entries": risks.entries,
    }


def credit_state(credit: Credit) -> dict[str, JSON]:
    """Without what claims use of it, which the claims say."""
    return {
        "kind": credit.kind,
        "state": credit.state,
        "facility_id": credit.facility.facility_id,
        "period_from": credit.period_from,
        "period_until": credit.period_until,
        "usable_until": credit.usable_until,
        "lot_id": credit.lot.lot_id if credit.lot else None,
        "certificate": credit.certificate,
        "country": credit.country,
        "scheme": credit.scheme,
        "element": credit.element,
        "kg": credit.in_kg,
        "factor": credit.factor,
        "factor_source": credit.factor_source,
        "withdrawn_because": credit.withdrawn_because,
    }


def claim_state(claim: Claim) -> dict[str, JSON]:
    return {
        "state": claim.state,
        "credit_id": claim.credit.credit_id,
        "lot_id": claim.lot.lot_id,
        "kg": claim.kg,
        "withdrawn_because": claim.withdrawn_because,
    }


def track_all() -> None:
    track("lot", _live_lots)
    track("assay", _live_assays)
    track("event", _live_events)
    track("document", _live_documents)
    track("hold", _live_holds)
    track("risklist", _live_risk_lists)
    track("credit", _live_credits)
    track("claim", _live_claims)


def _live_lots() -> Iterator[tuple[str, JSON]]:
    columns = ("lot_id", "mineral_id", "material", "hs_code", "custody_model", "is_public")
    for lot_id, *facts, is_public in Lot.objects.order_by().values_list(*columns).iterator(chunk_size=2_000):
        yield lot_id, lot_state(LotFact(lot_id, *facts), is_public=is_public)


def _live_assays() -> Iterator[tuple[str, JSON]]:
    for names in _pieces(Assay.objects.order_by("assay_id").values_list("assay_id", flat=True).distinct()):
        for assay_id, rows in by_assay(load_assays_named(names)).items():
            yield assay_id, assay_state(rows)


def by_assay(rows: Iterable[AssayFact]) -> dict[str, list[AssayFact]]:
    found: dict[str, list[AssayFact]] = {}
    for row in rows:
        found.setdefault(row.assay_id, []).append(row)
    return found


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


def _live_risk_lists() -> Iterator[tuple[str, JSON]]:
    for risks in RiskList.objects.current():
        yield risks.code, risk_list_state(risks)


def _live_credits() -> Iterator[tuple[str, JSON]]:
    for credit in Credit.objects.current().select_related("facility", "lot").iterator(chunk_size=2_000):
        yield credit.credit_id, credit_state(credit)


def _live_claims() -> Iterator[tuple[str, JSON]]:
    for claim in Claim.objects.current().select_related("credit", "lot").iterator(chunk_size=2_000):
        yield claim.claim_id, claim_state(claim)


def _pieces(keys: Iterable[T], size: int = 2_000) -> Iterator[list[T]]:
    piece: list[T] = []
    for key in keys:
        piece.append(key)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
