"""Papers taken in, withdrawn, and read: what is read is hashed each time and never served if it differs."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils import timezone

from ledger.domain.actor import Actor
from ledger.services import Change, record
from registry import http
from registry.exceptions import RegistryError
from registry.models import Facility, Party
from registry.services.documents import keep, path_of
from traceability.domain.documents import About, DocumentKind, content_type_of, plain_name
from traceability.exceptions import BadDocument, DamagedDocument
from traceability.linksets import CREDENTIAL_TYPE
from traceability.live import document_state
from traceability.models import Document, Event, Lot
from traceability.services.credentials import is_token, judge

_SUBJECTS: dict[About, tuple[type[models.Model], str]] = {
    About.LOT: (Lot, "lot_id"),
    About.EVENT: (Event, "event_id"),
    About.FACILITY: (Facility, "facility_id"),
    About.PARTY: (Party, "party_id"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on a document, and what it is about: kind and public id."""

    about: About
    about_id: str
    kind: DocumentKind
    title: str
    number: str = ""
    issuer: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class _Content:
    sha256: str
    size: int | None = None
    content_type: str = ""
    file_name: str = ""
    url: str = ""
    credential: dict[str, Any] | None = None


def store_document(*, paper: Paper, file: UploadedFile[bytes] | BinaryIO, name: str, by: Actor) -> Document:
    """Keep a file; a credential is judged, and kept with the verdict whatever that is.

    Raises BadDocument for a kind that is not taken, an empty or too large file, or a bad paper.
    """
    kind = content_type_of(file)  # type: ignore[arg-type]
    if kind is None:
        raise BadDocument("This kind of file is not taken; PDF, PNG, JPEG, XLSX, DOCX without macros and text are.")
    file.seek(0, os.SEEK_END)
    size = file.tell()
    if size > settings.DOCUMENT_MAX_MB * 1_000_000:
        raise BadDocument(f"The file is larger than {settings.DOCUMENT_MAX_MB} MB.")
    file.seek(0)
    content = file.read()
    if is_token(content):
        verdict = judge(content, timezone.now())
        kept = _Content(keep(content), size, CREDENTIAL_TYPE, plain_name(name, "jwt"), credential=verdict)
        return _add(paper, kept, by)
    return _add(paper, _Content(keep(content), size, kind[0], plain_name(name, kind[1])), by)


def link_document(*, paper: Paper, url: str, sha256: str, by: Actor) -> Document:
    """Note where a file is and what it hashes to; it stays where it is. Raises BadDocument."""
    if not url.startswith(("https://", "http://")):
        raise BadDocument(f"{url[:100]!r} is no address; write one that begins with https://.")
    return _add(paper, _Content(sha256=sha256.strip().lower(), url=url), by)


@transaction.atomic
def withdraw_document(*, document: Document, by: Actor, reason: str) -> None:
    """Take a document out of sight; its row, its file and its entry in the log stay. Raises BadDocument."""
    if not reason.strip():
        raise BadDocument("Say why the document is withdrawn.")
    row = Document.objects.current().select_for_update().get(pk=document.pk)
    change = Change("withdraw", "document", row.document_id, document_state(row), None)
    entry = record(by=by, change=change, reason=reason)
    Document.objects.filter(pk=row.pk, superseded_entry=None).update(superseded_entry=entry)


def read_document(document: Document) -> bytes:
    """The content of a stored document. Raises DamagedDocument where it is gone or is not what was taken in."""
    try:
        content = path_of(document.sha256).read_bytes()
    except OSError as error:
        raise DamagedDocument(f"The file of {document.title!r} is not there any more.") from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DamagedDocument(f"The file of {document.title!r} is not the one that was taken in; it is not given out.")
    return content


def check_link(document: Document) -> str:
    """What a linked document's address answers now, as a sentence. Raises DamagedDocument where it differs."""
    try:
        answer = http.fetch(document.url)
    except RegistryError as error:
        raise DamagedDocument(f"The address does not answer with the document: {error}") from error
    if answer.status != 200:
        raise DamagedDocument(f"The address answers with status {answer.status} and no document.")
    found = hashlib.sha256(answer.body).hexdigest()
    if found != document.sha256:
        raise DamagedDocument(f"What lies at the address now hashes to {found}, not to what was noted.")
    return "What lies at the address is what was noted."


@transaction.atomic
def _add(paper: Paper, content: _Content, by: Actor) -> Document:
    document = Document(
        kind=paper.kind.value,
        title=paper.title.strip(),
        number=paper.number,
        issuer=paper.issuer,
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        sha256=content.sha256,
        size=content.size,
        content_type=content.content_type,
        file_name=content.file_name,
        url=content.url,
        credential=content.credential,
        added_by=by.public_id,
        added_at=timezone.now(),
    )
    setattr(document, paper.about.value, _subject(paper))
    _check(document)
    change = Change("add", "document", document.document_id, None, document_state(document))
    document.recorded_entry = record(by=by, change=change)
    document.save(force_insert=True)
    return document


def _subject(paper: Paper) -> models.Model:
    model, column = _SUBJECTS[paper.about]
    found = model._default_manager.filter(**{column: paper.about_id}).first()
    if found is None:
        raise BadDocument(f"There is no {paper.about.value} {paper.about_id!r} that a document could be about.")
    return found


def _check(document: Document) -> None:
    if document.valid_from and document.valid_until and document.valid_until < document.valid_from:
        raise BadDocument("The last day of its validity lies before the first.")
    if len(document.sha256) != 64 or not set(document.sha256) <= set("0123456789abcdef"):
        raise BadDocument("A SHA-256 has 64 digits from 0 to 9 and a to f; a program such as sha256sum prints it.")
    try:
        document.clean_fields(exclude=["recorded_entry", "superseded_entry"])
    except ValidationError as error:
        raise BadDocument(
            "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        ) from None
