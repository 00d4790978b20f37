"""Imports as their page shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from jobs.models import Job
from traceability.domain.importing.problems import FILES
from traceability.domain.importing.progress import UploadState
from traceability.models import Finding, Lot, Upload
from traceability.selectors.findings import count_opened, current_findings
from traceability.services.deriving import REDERIVE

_MOST = 20


@dataclass(frozen=True)
class UploadPage:
    """An import: ``counts`` holds (table, new rows, rows known before); ``findings`` is None while worked out; ``step``
    is what is being done, ``done`` per cent of the whole, None where that is not known."""

    upload: Upload
    step: str
    done: int | None
    counts: list[tuple[str, int, int]]
    findings: int | None
    opened: list[Finding]
    lots: list[Lot]

    @property
    def is_working(self) -> bool:
        return self.upload.is_working or (self.upload.state == UploadState.STORED and self.findings is None)


def get_uploads() -> QuerySet[Upload]:
    return Upload.objects.all()[:_MOST]


def get_upload(upload_id: str) -> Upload | None:
    return Upload.objects.filter(upload_id=upload_id).first()


def get_upload_page(upload: Upload) -> UploadPage:
    counts = [(name, upload.accepted.get(name, 0), upload.unchanged.get(name, 0)) for name in _names(upload)]
    findings = upload.findings
    lots: list[Lot] = []
    opened: list[Finding] = []
    if upload.state == UploadState.STORED and upload.derivation:
        waits = Job.objects.filter(kind=REDERIVE, key=upload.derivation, finished_at=None).exists()
        findings = None if waits else count_opened(upload.derivation)
        first, last = (int(part) for part in upload.derivation.split("-")[1:])
        stored = Lot.objects.filter(recorded_entry_id__gte=first, recorded_entry_id__lte=last)
        # A lot that is at the end of its chain shows all the others on its page.
        lots = list(stored.filter(state__is_held=True).select_related("mineral", "state__holder").order_by("-pk")[:12])
        found = current_findings().filter(lot__in=stored, state="open").select_related("lot", "event")
        opened = list(found.order_by("-severity", "code", "lot__lot_id")[:12])
        opened.sort(key=lambda finding: finding.severity != "violation")
    return UploadPage(upload, *_progress(upload), counts, findings, opened, lots)


def _progress(upload: Upload) -> tuple[str, int | None]:
    try:
        step, done = json.loads(upload.progress_path.read_text(encoding="utf-8"))
    except OSError:
        return upload.step or "waiting for a worker", None
    return step, done


def get_problems(upload: Upload) -> list[Mapping[str, Any]]:
    """All errors of a refused import; those of the row where the file has been cleared away."""
    path = upload.folder / "errors.json"
    if not path.exists():
        return list(upload.problems)
    problems: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return problems


def _names(upload: Upload) -> list[str]:
    names = [file.removesuffix(".csv") for file in FILES]
    return [name for name in names if name in upload.accepted]
