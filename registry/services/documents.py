"""Documents of instruments: kept by their SHA-256, so that one file is stored once and nobody can swap it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from registry.domain.documents import media_type
from registry.exceptions import BadInput
from registry.models import InstrumentDocument


def fill(*, document: InstrumentDocument, name: str, content: bytes) -> InstrumentDocument:
    """Set a document's columns from its file and keep the bytes. Raises BadInput where the file cannot be kept."""
    try:
        kind = media_type(name, content)
    except ValueError as error:
        raise BadInput(str(error)) from error
    document.name = Path(name).name[-200:]
    document.media_type, document.size = kind, len(content)
    document.sha256, document.retrieved_at = keep(content), timezone.now()
    return document


def keep(content: bytes) -> str:
    """Write bytes under their SHA-256 and return it; a file that is there already is not written again."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}")
        half.write_bytes(content)
        half.replace(path)
    return sha256


def path_of(sha256: str) -> Path:
    """Where a kept file lies: ``DATA_DIR/documents/ab/abcd…``."""
    return Path(settings.DATA_DIR) / "documents" / sha256[:2] / sha256
