"""A file of lots that somebody uploaded, and how far its import has come."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.db import models

from traceability.choices import UPLOAD_STATES
from traceability.domain.importing.progress import UploadState


def new_upload_id() -> str:
    return f"u-{secrets.token_hex(8)}"


class Upload(models.Model):
    """Checked on a dry run first, stored when its uploader says so. Files lie in `DATA_DIR/uploads/<id>/`.

    ``by`` is the uploader's public id. ``accepted`` and ``unchanged`` count ``rows`` by table; ``problems`` holds the
    first errors of ``problem_count``, all are in a file.
    """

    upload_id = models.CharField(max_length=40, unique=True, default=new_upload_id, editable=False)
    name = models.CharField("file", max_length=200)
    size = models.BigIntegerField("size, bytes")
    sha256 = models.CharField(max_length=64)
    by = models.CharField("uploaded by", max_length=100)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=UPLOAD_STATES, default=UploadState.CHECKING.value)
    state_at = models.DateTimeField(auto_now_add=True)
    step = models.CharField(max_length=60, blank=True)
    rows = models.PositiveIntegerField(default=0)
    accepted = models.JSONField(default=dict, blank=True)
    unchanged = models.JSONField(default=dict, blank=True)
    preview = models.JSONField(default=list, blank=True)
    problems = models.JSONField(default=list, blank=True)
    problem_count = models.PositiveIntegerField(default=0)
    findings = models.PositiveIntegerField(null=True, blank=True)
    derivation = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = "import"
        # The list of imports, the newest first; and the clearing of old files.
        indexes = [models.Index(fields=["-uploaded_at"], name="traceability_upload_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        return Path(settings.DATA_DIR) / "uploads" / self.upload_id

    @property
    def progress_path(self) -> Path:
        """Where the worker writes the phase it is in, and per cent of the whole."""
        return self.folder / "progress.json"

    @property
    def is_working(self) -> bool:
        return self.state in (UploadState.CHECKING, UploadState.STORING)

    @property
    def lots(self) -> int:
        return int(self.accepted.get("lots", 0))

    @property
    def new_rows(self) -> int:
        return sum(self.accepted.values())
