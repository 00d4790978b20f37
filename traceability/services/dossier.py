"""Exporting a dossier: gathered, printed, listed in the log, proved under a signed head, and put into one ZIP."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.domain.canonical import JSON
from ledger.models import Entry, TreeHead
from ledger.reading import announced_keys
from ledger.selectors import get_head
from ledger.services import Change, record, seal_all
from registry.models import Feed, Instrument
from registry.paths import lot_path
from traceability.browsing import get_lot_page
from traceability.chains import LotChain, main_element
from traceability.credentials import KINDS, did_document, issue
from traceability.dossier import sections
from traceability.dossier.archive import write_archive
from traceability.dossier.documents import NamedDocument, named_documents
from traceability.dossier.gathering import Gathered, gather
from traceability.dossier.pdf import render_pdf
from traceability.dossier.proofs import proof_json
from traceability.exceptions import CannotExport
from traceability.exchange import epcis
from traceability.models import Lot
from traceability.selectors.trace import get_trace
from traceability.selectors.visibility import EVERYTHING

VERIFY = Path(__file__).parent.parent / "dossier" / "verify.py"
OBJECT_TYPE = "dossier"


def export_dossier(*, lot: Lot, path: Path, by: Actor, reason: str = "") -> dict[str, Any]:
    """Write the dossier of a lot; the export is an entry of the log that lists the SHA-256 of every file.

    Answers plain JSON: the lot, the path, its files, and the log's size and root. Raises CannotExport where the file
    cannot be written and CannotPrint where the PDF cannot be set.
    """
    if not path.parent.is_dir():
        raise CannotExport(f"The folder {path.parent} is not there: make it first, or write the dossier elsewhere.")
    seal_all()
    at, gathered = timezone.now(), gather(lot)
    named = named_documents(gathered)
    files = _files(gathered, named, by, at)
    entry = _record(lot, files, by, reason)
    seal_all()
    head = _head()
    records = [*gathered.records, *(each.entry for each in named if each.entry)]
    proof = proof_json(entry.pk, gathered.event_entries, records, head)
    try:
        write_archive(path, {**files, "proof.json": _json(proof)}, at=at)
    except OSError as error:
        raise CannotExport(f"The dossier cannot be written to {path}: {error.strerror or error}.") from error
    names = [*files, "proof.json"]
    return {"lot": lot.lot_id, "output": str(path), "files": names, "events": len(gathered.events),
            "entry": entry.pk, "sealed": head.size, "root": head.root}  # fmt: skip


@transaction.atomic
def _record(lot: Lot, files: dict[str, bytes], by: Actor, reason: str) -> Entry:
    hashes: JSON = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    change = Change("export", OBJECT_TYPE, lot.lot_id, None, {"files": hashes})
    return record(by=by, change=change, reason=reason)


def _files(gathered: Gathered, named: list[NamedDocument], by: Actor, at: dt.datetime) -> dict[str, bytes]:
    """Everything but the proofs, in the order in which the ZIP has it."""
    lot, chain = gathered.chain.lot, gathered.chain
    traces = {
        f"traces/{element}.json": _json(get_trace(lot_id=lot.lot_id, element=element)) for element in chain.elements
    }
    site = settings.SITE_URL.rstrip("/")
    epcis_document = epcis.document(gathered.events, gathered.places(), site=site, created_at=at)
    return {
        "dossier.pdf": render_pdf(_context(gathered, named, by, at)),
        "trace.json": _json(get_trace(lot_id=lot.lot_id)),
        **traces,
        "events.json": _json(gathered.events_json()),
        "epcis.json": _json(epcis_document),
        **{f"credentials/{kind}.jwt": issue(lot, kind, EVERYTHING).encode() for kind in KINDS},
        "credentials/did.json": _json(did_document()),
        **{f"documents/{each.sha256}": each.content for each in named if each.content is not None},
        "verify.py": VERIFY.read_bytes(),
    }


def _context(gathered: Gathered, named: list[NamedDocument], by: Actor, at: dt.datetime) -> dict[str, Any]:
    """What the PDF says."""
    lot, head = gathered.chain.lot, _head()
    shown = LotChain(lot, gathered.chain.chain, main_element(gathered.chain))
    keys = list(Lot.objects.filter(lot_id__in=gathered.chain.lots[-sections.MOST_ROWS :]).values_list("pk", flat=True))
    return {
        "page": get_lot_page(lot, EVERYTHING, ""),
        "url": f"{settings.SITE_URL.rstrip('/')}{lot_path(lot.lot_id)}",
        "head": head,
        "key": str(announced_keys()[-1][1]),
        "exported_at": at,
        "exported_by": by.public_id,
        "is_demo": Instrument.objects.filter(is_demo=True).exists() or Feed.objects.filter(is_demo=True).exists(),
        "shares": sections.share_table(gathered.chain),
        "balances": list(sections.balance_rows(shown))[-sections.MOST_ROWS :],
        "assays": sections.assay_rows(gathered)[-sections.MOST_ROWS :],
        "events": sections.event_rows(gathered),
        "more_events": max(0, len(gathered.events) - sections.MOST_ROWS),
        "measures": sections.measure_texts(keys),
        "documents": named,
    }


def _head() -> TreeHead:
    head = get_head()
    assert head is not None, "a lot is in the log, so something was sealed"
    return head


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
