"""Signing in and out has its entry in the log."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from ledger.domain.actor import Door
from registry.models import User
from registry.services.people import record_sign_in


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="registry.signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="registry.signed-out")


def _signed_in(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    _record(request, user, "sign_in")


def _signed_out(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    _record(request, user, "sign_out")


def _record(request: HttpRequest | None, user: Any, action: str) -> None:
    if isinstance(user, User):
        door = Door.DESK if request is not None and request.path.startswith("/admin/") else Door.WEB
        record_sign_in(person=user, door=door, action=action)
