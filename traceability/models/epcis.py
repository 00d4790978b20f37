"""EPCIS documents that were sent in, and how far their capture has come."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.db import models


def new_capture_id() -> str:
    return f"c-{secrets.token_hex(8)}"


class CaptureJob(models.Model):
    """A document that waits to be captured, or was: all of its events, or none.

    ``by`` is the public id of whoever sent it. ``accepted`` and ``unchanged`` count rows by table; ``errors`` are
    problems as they are answered, ``notes`` say what the register has no place for. The document itself lies in
    `DATA_DIR/captures/` until it was read.
    """

    capture_id = models.CharField(max_length=40, unique=True, default=new_capture_id, editable=False)
    by = models.CharField("sent by", max_length=100)
    sha256 = models.CharField(max_length=64)
    event_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    success = models.BooleanField(default=True)
    accepted = models.JSONField(default=dict, blank=True)
    unchanged = models.JSONField(default=dict, blank=True)
    errors = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=list, blank=True)
    derivation = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "capture"

    def __str__(self) -> str:
        return self.capture_id

    @property
    def path(self) -> Path:
        return Path(settings.DATA_DIR) / "captures" / f"{self.capture_id}.json"


class NamedQuery(models.Model):
    """A question for events that officers and auditors ask again, as it was written in JSON. ``by`` is the public id of
    whoever named it."""

    name = models.CharField(max_length=100, unique=True)
    query = models.JSONField()
    by = models.CharField("named by", max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "named queries"

    def __str__(self) -> str:
        return self.name
