"""The dossier of a score: gathered, printed, and exported with its proofs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from ledger.domain.actor import WORKER, Actor
from ledger.domain.canonical import canonical
from ledger.dossier import printing
from ledger.dossier.kind import Kind
from ledger.services import dossiers
from ledger.services.dossiers import as_json
from scoring.browsing import get_why_page
from scoring.dossier.gathering import Gathered, gather
from scoring.dossier.sections import KeptDocument, kept_documents, version_rows
from scoring.live import score_text
from scoring.pages.why import WhyPage
from scoring.services.recompute import recompute

KIND = Kind(format="seam-score-dossier-1", object_type="score_dossier", rows="facts")


def export_score_dossier(
    *, country: str, domain: str, path: Path, by: Actor, as_of: dt.datetime | None = None, reason: str = ""
) -> dict[str, Any]:
    """Write the dossier of a country's score in a domain, as known at an instant (None: now).

    The export is an entry of the log that lists the SHA-256 of every file. Answers plain JSON: the score, the path, its
    files, and the log's size and root. Raises UnknownSubject, CannotExport where it cannot be written or was not
    recorded by then, and CannotPrint where the PDF cannot be set.
    """
    if as_of is None:
        today = timezone.localdate()
        recompute(on=today, by=WORKER, today=today)
    head, at = dossiers.open_export(path), timezone.now()
    gathered = gather(country=country, domain=domain, at=as_of or at)
    page = get_why_page(gathered.day, gathered.score.country, gathered.score.domain)
    documents = kept_documents(gathered)
    frame = printing.frame(
        name=f"Dossier of {page.country}’s {page.domain.lower()}",
        url=f"{settings.SITE_URL.rstrip('/')}{page.cell.href}",
        head=head,
        by=by,
        at=at,
        known_at=as_of or at,
        is_demo=gathered.is_demo,
    )
    printed = printing.render_pdf("scoring/dossier.html", {**frame, **_context(gathered, page, documents)})
    dossier = dossiers.Dossier(
        kind=KIND,
        object_id=f"{page.code}/{page.key}",
        files={"dossier.pdf": printed, **_files(gathered, documents)},
        rows=[entry.pk for entry in gathered.rows],
        records=gathered.records,
    )
    made = dossiers.export(dossier=dossier, path=path, at=at, by=by, reason=reason)
    return {"score": dossier.object_id, "facts": len(dossier.rows), **made}


def _files(gathered: Gathered, documents: list[KeptDocument]) -> dict[str, bytes]:
    """What machines read. The log has the SHA-256 of the gates' and the rules' bytes, so these are those bytes."""
    score = gathered.score
    return {
        "score.json": as_json(gathered.explanation),
        "gates.json": score_text(score.gates, score.evidence).encode(),
        "facts.json": as_json(gathered.facts_json()),
        "methodology.json": canonical(score.run.methodology.rules).encode(),
        **{f"documents/{each.sha256}": each.content for each in documents if each.content is not None},
    }


def _context(gathered: Gathered, page: WhyPage, documents: list[KeptDocument]) -> dict[str, Any]:
    """What the PDF says."""
    return {
        "page": page,
        "score": gathered.score,
        "on": gathered.day.asked.on,
        "methodology": gathered.score.run.methodology,
        "versions": version_rows(gathered),
        "changes": gathered.changes,
        "documents": documents,
    }
