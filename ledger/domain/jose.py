"""Compact JWS with Ed25519 (RFC 7515, RFC 8037), as the W3C secures credentials with it (VC-JOSE-COSE)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from ledger.domain.canonical import canonical
from ledger.domain.note import Signer, Verifier

_LONGEST = 5_000_000


class BadToken(ValueError):
    """A token that cannot be read or does not hold; the message says why."""


def sign(header: Mapping[str, Any], payload: Mapping[str, Any], signer: Signer) -> str:
    """The payload as a signed token. Numbers of the payload may be floats: it is JSON of another standard."""
    head = {"alg": "EdDSA", **header}
    text = f"{_encoded(canonical(head).encode())}.{_encoded(json.dumps(payload, ensure_ascii=False).encode())}"
    return f"{text}.{_encoded(signer.raw(text.encode()))}"


def read(token: str, keys: Mapping[str, Verifier]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a token signed by one of the keys, by their ids. Raises BadToken."""
    header, payload = unchecked(token)
    if header.get("alg") != "EdDSA":
        raise BadToken(f"it is signed by the algorithm {header.get('alg')!r}; only EdDSA is taken")
    key = keys.get(str(header.get("kid")))
    if key is None:
        raise BadToken(f"it is signed by the key {header.get('kid')!r}, which its issuer does not name")
    text, _, signature = token.strip().rpartition(".")
    if not key.holds(text.encode(), _decoded(signature)):
        raise BadToken("its signature does not fit what it says")
    return header, payload


def unchecked(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload, the signature not looked at: to find out whose key to ask for."""
    parts = token.strip().split(".")
    if len(parts) != 3 or len(token) > _LONGEST:
        raise BadToken("it is no token of three parts")
    try:
        header, payload = (json.loads(_decoded(part)) for part in parts[:2])
    except (ValueError, RecursionError) as error:
        raise BadToken("its parts are not JSON") from error
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise BadToken("its parts are not JSON objects")
    return header, payload


def jwk(key: Verifier) -> dict[str, str]:
    """A public key as RFC 8037 writes it."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _encoded(key.public)}


def from_jwk(plain: Mapping[str, Any], name: str) -> Verifier:
    """Raises BadToken for a key that is not one of Ed25519."""
    if plain.get("kty") != "OKP" or plain.get("crv") != "Ed25519" or not isinstance(plain.get("x"), str):
        raise BadToken("the key is not one of Ed25519")
    public = _decoded(plain["x"])
    if len(public) != 32:
        raise BadToken("the key is not one of Ed25519")
    return Verifier(name, public)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken("a part is not base64url") from error
