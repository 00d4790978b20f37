"""Judging credentials of others: whose key signed them, what they say of themselves, and whether they hold."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

from ledger.domain import jose
from registry import http
from registry.exceptions import RegistryError
from traceability.credentials import did, did_document, did_document_address, read_credential
from traceability.exceptions import BadCredential

#: DID documents of issuers that are known here, by name; looked at before any is fetched.
KNOWN_FOLDER = "did"
_TOKEN = re.compile(rb"\s*[\w-]+\.[\w-]+\.[\w-]*\s*", re.ASCII)
_LARGEST = 1_000_000


def is_token(content: bytes) -> bool:
    """Whether a file is a signed token: three parts in base64url, the first of them JSON that names an algorithm."""
    if len(content) > _LARGEST or not _TOKEN.fullmatch(content):
        return False
    try:
        return "alg" in jose.unchecked(content.decode())[0]
    except jose.BadToken:
        return False


def find_document(named: str) -> Any:
    """An issuer's DID document: our own, one that is known here, else what lies at its address, by the guarded client.

    Raises BadCredential, and RegistryError where the address is not to be asked or does not answer.
    """
    if named == did():
        return did_document()
    known = Path(settings.DATA_DIR) / KNOWN_FOLDER / f"{quote(named, safe='')}.json"
    if known.is_file():
        return _parsed(known.read_bytes(), named)
    answer = http.fetch(did_document_address(named))
    if answer.status != 200:
        raise BadCredential(f"The key of {named} is not to be had: its address answers with status {answer.status}.")
    return _parsed(answer.body, named)


def issuer_of(credential: Mapping[str, Any]) -> str:
    issuer = credential.get("issuer")
    return str(issuer.get("id") if isinstance(issuer, Mapping) else issuer)[:500]


def read_of_stranger(token: str, now: dt.datetime) -> dict[str, Any]:
    """The credential in a token, checked against the DID document of whoever it says issued it. Raises BadCredential
    where it does not hold, and RegistryError where its issuer cannot be asked."""
    try:
        named = issuer_of(jose.unchecked(token)[1])
    except jose.BadToken as error:
        raise BadCredential(f"The credential does not hold: {error}.") from error
    document = find_document(named)
    if not isinstance(document, dict):
        raise BadCredential(f"What lies at the address of {named} is no DID document.")
    return read_credential(token, document, now)


def judge(content: bytes, now: dt.datetime) -> dict[str, Any]:
    """The verdict that is kept beside a credential: ``{holds, type, id, issuer, reason, checked_at}``.

    ``holds`` is null where its issuer could not be asked: that says nothing against it.
    """
    token = content.decode().strip()
    said = jose.unchecked(token)[1]
    types = said.get("type")
    verdict: dict[str, Any] = {
        "holds": True,
        "type": str(types[0])[:100] if isinstance(types, list) and types else "",
        "id": str(said.get("id", ""))[:500],
        "issuer": issuer_of(said),
        "reason": "",
        "checked_at": now.isoformat(timespec="seconds"),
    }
    try:
        read_of_stranger(token, now)
    except BadCredential as error:
        verdict |= {"holds": False, "reason": str(error)[:500]}
    except RegistryError as error:
        verdict |= {"holds": None, "reason": f"Its issuer could not be asked: {error}"[:500]}
    return verdict


def _parsed(content: bytes, named: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadCredential(f"What lies at the address of {named} is no DID document.") from error
