"""Load vocabularies, and what the paper states."""

from __future__ import annotations

from typing import Any

from ledger.commands import SeamCommand
from ledger.domain.actor import Actor, Door
from registry.exceptions import RegistryError
from registry.services.reference import load_reference
from registry.services.vocabularies import load_vocabularies

#: The loader signs with a name of its own, so that a later loading knows what it may change.
LOADER = Actor("seam-reference", Door.COMMAND)


class Command(SeamCommand):
    help = "Loads vocabularies, countries, the paper's instruments, facilities and evidence. Twice is once."
    anticipated = (RegistryError,)
    settles = True

    def work(self, **options: Any) -> Any:
        load_vocabularies()
        return load_reference(by=LOADER).to_json()

    def text(self, result: Any) -> str:
        return f"created {result['created']}, changed {result['changed']}, unchanged {result['unchanged']}"
