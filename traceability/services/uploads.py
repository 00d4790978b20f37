"""Uploaded imports: taken in, checked on a dry run by a job, stored by another when the uploader says so."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, transaction
from django.utils import timezone

from jobs.registry import handler, periodic
from jobs.services import enqueue
from ledger.domain.actor import Actor, Door
from traceability.domain.importing.problems import Code, Problem
from traceability.domain.importing.progress import Phase, UploadState, count_rows, first_rows, per_cent, reporting
from traceability.exceptions import BadUpload, CannotRead, ImportRefused, WrongState
from traceability.exchange.archive import lay_out, unpack
from traceability.exchange.reading import Found, read_path
from traceability.models import Upload
from traceability.services.importing import Imported, import_lots

logger = logging.getLogger(__name__)

CHECK, STORE, CLEAR = "traceability.check_upload", "traceability.store_upload", "traceability.clear_uploads"
#: Errors kept with the row for the page; the sheet has all.
_SHOWN = 200
_PREVIEWED = 5
KEEP_FILES = dt.timedelta(days=30)


def take_in(*, files: Sequence[UploadedFile[Any]], by: Actor) -> Upload:
    """Keep what was uploaded (one XLSX, one ZIP, or CSV files) and ask for its check. Raises BadUpload."""
    _check_files(files)
    digest = hashlib.sha256()
    for file in files:
        for piece in file.chunks():
            digest.update(piece)
        file.seek(0)
    name = str(files[0].name) if len(files) == 1 else f"{len(files)} CSV files"
    upload = Upload(name=name[:200], size=sum(file.size or 0 for file in files), sha256=digest.hexdigest())
    upload.by = by.public_id
    _keep(upload, files)
    with transaction.atomic():
        upload.save(force_insert=True)
        enqueue(kind=CHECK, key=upload.upload_id, payload={"upload": upload.upload_id})
    return upload


def ask_to_store(*, upload_id: str, by: Actor) -> Upload:
    """Store an import that was checked without an error. Raises WrongState."""
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(upload_id=upload_id)
        if upload.state != UploadState.CHECKED:
            raise WrongState(f"This import is {upload.get_state_display().lower()}; only a checked one can be stored.")
        _move(upload, UploadState.STORING, "waiting for a worker")
        enqueue(kind=STORE, key=upload_id, payload={"upload": upload_id, "by": by.public_id})
    return upload


@handler(CHECK, longest_seconds=3_600)
def check_upload(payload: dict[str, Any]) -> None:
    _run(payload["upload"], UploadState.CHECKING, "seam-import", dry_run=True)


@handler(STORE, derives=True, longest_seconds=3_600)
def store_upload(payload: dict[str, Any]) -> None:
    _run(payload["upload"], UploadState.STORING, payload["by"], dry_run=False)


@handler(CLEAR, urgent=False)
def clear_uploads(payload: dict[str, Any]) -> None:
    """Files of old imports go; what they said is in the register, or was refused."""
    old = Upload.objects.filter(uploaded_at__lt=timezone.now() - KEEP_FILES)
    for upload in old.exclude(state__in=(UploadState.CHECKING, UploadState.STORING)):
        shutil.rmtree(upload.folder, ignore_errors=True)


periodic(CLEAR, seconds=86_400)


def _check_files(files: Sequence[UploadedFile[Any]]) -> None:
    if not files:
        raise BadUpload("Choose a file first: the filled-in template, a ZIP of the CSV files, or the CSV files.")
    endings = [Path(str(file.name)).suffix.lower() for file in files]
    if len(files) > 1 and set(endings) != {".csv"}:
        raise BadUpload("Several files at once have to be the CSV files of one import; else choose one XLSX or ZIP.")
    if endings[0] not in (".xlsx", ".zip", ".csv"):
        raise BadUpload(f"A file that ends in {endings[0] or 'nothing'} is no import; XLSX, ZIP and CSV are.")
    names = [Path(str(file.name)).name for file in files]
    if len(set(names)) < len(names):
        raise BadUpload("Two of the files have the same name.")
    if sum(file.size or 0 for file in files) > settings.IMPORT_MAX_MB * 1_000_000:
        raise BadUpload(f"The files are larger than {settings.IMPORT_MAX_MB} MB; split the import.")


def _keep(upload: Upload, files: Sequence[UploadedFile[Any]]) -> None:
    upload.folder.mkdir(parents=True, mode=0o700)
    ending = Path(str(files[0].name)).suffix.lower()
    if ending == ".csv":
        lay_out(((str(file.name), file) for file in files), upload.folder / "tables")
        return
    with (upload.folder / f"import{ending}").open("wb") as target:
        for piece in files[0].chunks():
            target.write(piece)


def _run(upload_id: str, state: UploadState, by: str, *, dry_run: bool) -> None:
    """Safe to run twice: an upload that is no longer in the state of this step is left alone."""
    upload = Upload.objects.filter(upload_id=upload_id, state=state).first()
    if upload is None:
        return
    try:
        _import(upload, Actor(by, Door.IMPORT), dry_run=dry_run)
    except CannotRead as error:
        _refuse(upload, [Problem(upload.name, None, None, Code.BAD_VALUE, str(error))])
    except ImportRefused as refused:
        _refuse(upload, refused.problems)
    except OperationalError:
        raise  # the database is busy or away: the job is tried again
    except Exception:  # whatever else it is, it is our fault: the uploader must not wait for ever
        logger.exception("import %s failed", upload_id)
        _move(upload, UploadState.FAILED, "")


def _import(upload: Upload, by: Actor, *, dry_run: bool) -> None:
    _tell(upload, step="reading the file")
    found = _read(upload)
    upload.preview = first_rows(found.sheets, _PREVIEWED)
    rows = count_rows(found.sheets)
    _tell(upload, rows=rows, step=Phase.READING.value, preview=upload.preview)
    tell = _Progress(upload, dry_run=dry_run)
    imported = import_lots(
        sheets=reporting(found.sheets, lambda read: tell(Phase.READING, read / rows)),
        found_before=found.problems,
        by=by,
        now=timezone.now(),
        reason=f"imported from {upload.name}",
        dry_run=dry_run,
        tell=tell,
    )
    _note(upload, imported, dry_run=dry_run)


class _Progress:
    """Writes how far an import is into a file beside what was uploaded: what one transaction has done, nobody else sees
    in the database before its end."""

    def __init__(self, upload: Upload, *, dry_run: bool) -> None:
        self.path, self.dry_run = upload.progress_path, dry_run

    def __call__(self, phase: Phase, done: float) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps([phase.value, per_cent(phase, done, dry_run=self.dry_run)]), encoding="utf-8")
        fresh.replace(self.path)


def _read(upload: Upload) -> Found:
    packed, tables = upload.folder / "import.zip", upload.folder / "tables"
    if packed.exists() and not tables.exists():
        fresh = upload.folder / "unpacking"
        shutil.rmtree(fresh, ignore_errors=True)
        unpack(packed, fresh)
        fresh.rename(tables)
    return read_path(tables if tables.exists() else upload.folder / "import.xlsx")


def _note(upload: Upload, imported: Imported, *, dry_run: bool) -> None:
    if dry_run or any(imported.accepted.values()):  # a second run after a crash finds everything stored
        upload.accepted, upload.unchanged = dict(imported.accepted), dict(imported.unchanged)
    upload.findings = imported.findings
    upload.derivation = "" if dry_run else imported.derivation
    upload.problems, upload.problem_count = [], 0
    _move(upload, UploadState.CHECKED if dry_run else UploadState.STORED, "")


def _refuse(upload: Upload, problems: Sequence[Problem]) -> None:
    lines = [problem.to_json() for problem in problems]
    (upload.folder / "errors.json").write_text(json.dumps(lines), encoding="utf-8")
    upload.problems, upload.problem_count = lines[:_SHOWN], len(lines)
    upload.accepted, upload.unchanged, upload.findings = {}, {}, None
    _move(upload, UploadState.REFUSED, "")


def _move(upload: Upload, state: UploadState, step: str) -> None:
    upload.progress_path.unlink(missing_ok=True)
    upload.state, upload.state_at, upload.step = state.value, timezone.now(), step
    upload.save()


def _tell(upload: Upload, **columns: Any) -> None:
    """Progress for whoever looks at the page meanwhile."""
    for name, value in columns.items():
        setattr(upload, name, value)
    Upload.objects.filter(pk=upload.pk).update(**columns)
