"""Check a credential that somebody handed in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from ledger.commands import SeamCommand
from registry.exceptions import RegistryError
from traceability.credentials import read_credential
from traceability.exceptions import BadCredential
from traceability.services.credentials import issuer_of, read_of_stranger


class Command(SeamCommand):
    help = "Checks a UNTP credential (a signed token) against its issuer's did:web; exit code 1 where it does not hold."
    anticipated = (BadCredential, RegistryError)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--did", type=Path, help="the issuer's DID document as a file; default: it is looked up")

    def work(self, **options: Any) -> Any:
        token = _text(options["file"])
        now = timezone.now()
        given = json.loads(_text(options["did"])) if options["did"] else None
        found = read_of_stranger(token, now) if given is None else read_credential(token, given, now)
        return {"ok": True, "issuer": issuer_of(found), "type": found["type"], "id": found["id"],
                "valid_from": found.get("validFrom"), "credential": found}  # fmt: skip

    def text(self, result: Any) -> str:
        return (
            f"It holds: {result['type'][0]} {result['id']}, issued by {result['issuer']} as of {result['valid_from']}."
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
