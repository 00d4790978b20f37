"""Public ids: a letter that says what it is, and enough chance that nobody guesses one."""

from __future__ import annotations

import secrets


def _public_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(6)}"


def new_contact_id() -> str:
    return _public_id("r")


def new_endpoint_id() -> str:
    return _public_id("e")


def new_subscription_id() -> str:
    return _public_id("s")


def new_delivery_id() -> str:
    return _public_id("m")


def new_bulletin_id() -> str:
    return _public_id("b")
