"""Saving a row of the desk with its history: who, and why."""

from __future__ import annotations

from django.db import models

from ledger.domain.actor import Actor


def save_signed(row: models.Model, by: Actor, reason: str) -> None:
    """Validate and save. Raises django's ValidationError."""
    sign(row, by, reason)
    row.full_clean()
    row.save()


def sign(row: models.Model, by: Actor, reason: str) -> None:
    """Name who changes a row and why in its history, whatever door it is."""
    row._history_user = by.public_id  # type: ignore[attr-defined]
    row._change_reason = reason[:100]  # type: ignore[attr-defined]
