"""The dossier of a lot: gathered, printed, and exported with its proofs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.dossier import printing
from ledger.dossier.kind import Kind
from ledger.services import dossiers
from ledger.services.dossiers import as_json
from registry.models import Feed, Instrument
from registry.paths import lot_path
from traceability.browsing import get_lot_page
from traceability.chains import main_element
from traceability.claim_json import dossier_claims_json
from traceability.credentials import KINDS, did_document, issue
from traceability.domain.epcis.names import Names
from traceability.dossier import sections
from traceability.dossier.documents import NamedDocument, named_documents
from traceability.dossier.gathering import Gathered, gather
from traceability.dossier.pdf import drawings
from traceability.exchange import epcis
from traceability.loading import load_lots_with_assays
from traceability.models import Lot
from traceability.selectors.trace import get_trace
from traceability.selectors.visibility import EVERYTHING

#: As the contract has it (section 6).
KIND = Kind(format="seam-dossier-1", object_type="dossier", rows="events")


def export_dossier(*, lot: Lot, path: Path, by: Actor, reason: str = "") -> dict[str, Any]:
    """Write the dossier of a lot; the export is an entry of the log that lists the SHA-256 of every file.

    Answers plain JSON: the lot, the path, its files, and the log's size and root. Raises CannotExport where the file
    cannot be written and CannotPrint where the PDF cannot be set.
    """
    head, at, gathered = dossiers.open_export(path), timezone.now(), gather(lot)
    named = named_documents(gathered)
    url = f"{settings.SITE_URL.rstrip('/')}{lot_path(lot.lot_id)}"
    frame = printing.frame(name=f"Dossier of lot {lot.lot_id}", url=url, head=head, by=by, at=at, is_demo=_is_demo())
    printed = printing.render_pdf("traceability/dossier.html", {**frame, **_context(gathered, named)})
    dossier = dossiers.Dossier(
        kind=KIND,
        object_id=lot.lot_id,
        files={"dossier.pdf": printed, **_files(gathered, named, at)},
        rows=gathered.event_entries,
        records=[*gathered.records, *(each.entry for each in named if each.entry)],
    )
    made = dossiers.export(dossier=dossier, path=path, at=at, by=by, reason=reason)
    return {"lot": lot.lot_id, "events": len(gathered.events), **made}


def _files(gathered: Gathered, named: list[NamedDocument], at: dt.datetime) -> dict[str, bytes]:
    """What machines read, in the order in which the ZIP has it."""
    lot, chain = gathered.chain.lot, gathered.chain
    traces = {
        f"traces/{element}.json": as_json(get_trace(lot_id=lot.lot_id, element=element)) for element in chain.elements
    }
    names = Names(settings.SITE_URL.rstrip("/"))
    writing = epcis.Writing(names, gathered.places(), *load_lots_with_assays(chain.chain.lots.keys()))
    return {
        "trace.json": as_json(get_trace(lot_id=lot.lot_id)),
        **traces,
        "events.json": as_json(gathered.events_json()),
        "epcis.json": as_json(epcis.document(gathered.events, writing, created_at=at)),
        "claims.json": as_json(dossier_claims_json(lot, chain.elements)),
        **{f"credentials/{kind}.jwt": issue(lot, kind, EVERYTHING).encode() for kind in KINDS},
        "credentials/did.json": as_json(did_document()),
        **{f"documents/{each.sha256}": each.content for each in named if each.content is not None},
    }


def _context(gathered: Gathered, named: list[NamedDocument]) -> dict[str, Any]:
    """What the PDF says."""
    lot = gathered.chain.lot
    shown = gathered.chain.of(main_element(gathered.chain))
    keys = list(Lot.objects.filter(lot_id__in=gathered.chain.lots[-sections.MOST_ROWS :]).values_list("pk", flat=True))
    page = get_lot_page(lot, EVERYTHING, "", most=sections.MOST_ROWS, is_printed=True)
    return {
        "page": page,
        **drawings(page),
        "shares": sections.share_table(gathered.chain),
        "balances": list(sections.balance_rows(shown))[-sections.MOST_ROWS :],
        "assays": sections.assay_rows(gathered)[-sections.MOST_ROWS :],
        "events": sections.event_rows(gathered),
        "more_events": max(0, len(gathered.events) - sections.MOST_ROWS),
        "measures": sections.measure_texts(keys),
        "documents": named,
    }


def _is_demo() -> bool:
    return Instrument.objects.filter(is_demo=True).exists() or Feed.objects.filter(is_demo=True).exists()
