"""Papers about lots, events, places and parties: what kinds there are, which files are taken, when they are valid."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from enum import StrEnum
from typing import BinaryIO


class DocumentKind(StrEnum):
    """ICGLR and OECD practice: what an auditor asks to see."""

    ASSAY_CERTIFICATE = "assay_certificate"
    EXPORT_PERMIT = "export_permit"
    MINING_LICENCE = "mining_licence"
    CERTIFICATE_OF_ORIGIN = "certificate_of_origin"
    CONFORMITY_CERTIFICATE = "conformity_certificate"
    AUDIT_REPORT = "audit_report"
    TRANSPORT = "transport"
    INVOICE = "invoice"
    PHOTOGRAPH = "photograph"
    OTHER = "other"


class About(StrEnum):
    """What a document can be about."""

    LOT = "lot"
    EVENT = "event"
    FACILITY = "facility"
    PARTY = "party"


class Validity(StrEnum):
    VALID = "valid"
    NOT_YET = "not yet valid"
    EXPIRED = "expired"
    NOT_STATED = "not stated"


_ZIP_KINDS = {
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
}
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: What is looked at of a text to tell it from something else.
_HEAD = 65_536


def content_type_of(file: BinaryIO) -> tuple[str, str] | None:
    """(media type, ending) by what a file holds, never by its name; None for what is not taken."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"%PDF-"):
        return "application/pdf", "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", "jpg"
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return ("text/plain", "txt") if head and _is_text(head) else None


def validity(valid_from: dt.date | None, valid_until: dt.date | None, on: dt.date) -> Validity:
    """Whether a paper holds on a day; first and last day belong to it, a blank end is open."""
    if valid_from is None and valid_until is None:
        return Validity.NOT_STATED
    if valid_from is not None and on < valid_from:
        return Validity.NOT_YET
    return Validity.EXPIRED if valid_until is not None and on > valid_until else Validity.VALID


def plain_name(name: str, ending: str) -> str:
    """A file's name without a path or signs that a file system minds, with the ending of what it holds."""
    stem = re.split(r"[/\\]", name)[-1].rpartition(".")[0] or name
    stem = re.sub(r"[^\w .()+-]", "_", stem).strip(" .")[:80] or "document"
    return f"{stem}.{ending}"


def _is_text(head: bytes) -> bool:
    if _CONTROL.search(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end >= len(head) and len(head) == _HEAD  # a sign cut in two by our own reading
    # Markup would be run by a browser that ignores our headers.
    return b"<script" not in head.lower() and not head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<svg"))


def _office(file: BinaryIO) -> tuple[str, str] | None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in _ZIP_KINDS.items() if part in names), None)
