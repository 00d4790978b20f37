"""Check a credential that somebody handed in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.commands import SeamCommand
from ledger.domain import jose
from registry import http
from registry.exceptions import RegistryError
from traceability.credentials import did_document_address, read_credential
from traceability.exceptions import BadCredential


class Command(SeamCommand):
    help = "Checks a UNTP credential (a signed token) against its issuer's did:web; exit code 1 where it does not hold."
    anticipated = (BadCredential, RegistryError)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--did", type=Path, help="the issuer's DID document as a file; default: it is looked up")

    def work(self, **options: Any) -> Any:
        token = _text(options["file"])
        document = json.loads(_text(options["did"])) if options["did"] else _looked_up(token)
        found = read_credential(token, document, timezone.now())
        return {"ok": True, "issuer": document["id"], "type": found["type"], "id": found["id"],
                "valid_from": found.get("validFrom"), "credential": found}  # fmt: skip

    def text(self, result: Any) -> str:
        return (
            f"It holds: {result['type'][0]} {result['id']}, issued by {result['issuer']} as of {result['valid_from']}."
        )


def _looked_up(token: str) -> Any:
    try:
        issuer = jose.unchecked(token)[1].get("issuer")
    except jose.BadToken as error:
        raise BadCredential(f"The credential does not hold: {error}.") from error
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    answer = http.fetch(did_document_address(str(named)))
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise BadCredential(f"What lies at the address of {named} is no DID document.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
