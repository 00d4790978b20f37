"""Submit, approve, send back and restore an instrument: a button each, one service call each."""

from __future__ import annotations

from typing import Any

from registry.admin.many import ManyAdmin
from registry.admin.steps import StepsAdmin
from registry.models import Instrument, User
from registry.services import instruments as services
from registry.services.restoring import restore


def _submit(instrument: Instrument, by: User, reason: str) -> str:
    services.submit(instrument=instrument, by=by, reason=reason)
    return "Sent to a second officer. Nothing changes until it is approved."


def _approve(instrument: Instrument, by: User, reason: str) -> str:
    version = services.approve(instrument=instrument, by=by, reason=reason)
    return f"Approved as version {version.number}. Scores, borders and subscribers follow within a minute."


def _send_back(instrument: Instrument, by: User, reason: str) -> str:
    services.send_back(instrument=instrument, by=by, reason=reason)
    return "Sent back with your note."


class ReviewAdmin(StepsAdmin, ManyAdmin):
    steps = {"submit": _submit, "approve": _approve, "send-back": _send_back}
    logged_as, logged_by = "instrument", "instrument_id"

    def restore_version(self, version: Any, by: User, reason: str) -> None:
        restore(version=version, by=by, reason=reason)
