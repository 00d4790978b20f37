"""Which lot, party, facility or event of the register a URI of EPCIS names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_LGTIN = re.compile(r"urn:epc:class:lgtin:[^.]*\.[^.]*\.(.+)", re.DOTALL)
_ENTRY = re.compile(r"/log/(\d{1,18})/?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Names:
    """Addresses below the site, which are the ids of things in EPCIS."""

    site: str

    def lot(self, lot_id: str) -> str:
        return f"{self.site}/lots/{quote(lot_id, safe='')}/"

    def facility(self, facility_id: str) -> str:
        return f"{self.site}/facilities/{quote(facility_id, safe='')}/"

    def party(self, party_id: str) -> str:
        return f"{self.site}/parties/{quote(party_id, safe='')}/"

    def entry(self, number: int) -> str:
        return f"{self.site}/log/{number}/"

    def number_of(self, uri: str) -> int | None:
        """The log entry that an event's address names; None where it is no address of this log."""
        found = _ENTRY.fullmatch(uri.removeprefix(self.site)) if uri.startswith(self.site) else None
        return int(found[1]) if found else None


def named(uri: str) -> str:
    """The id that a URI ends in: the last segment of an address (so also of a GS1 Digital Link to a batch), the batch
    of an LGTIN, the last part of any other URN; else the text as it stands."""
    if uri.startswith(("http://", "https://")):
        return unquote(_path(uri).rstrip("/").rpartition("/")[2])
    if batch := _LGTIN.fullmatch(uri):
        return unquote(batch[1])
    return unquote(uri.rpartition(":")[2]) if uri.startswith("urn:") else uri


def _path(uri: str) -> str:
    try:
        return urlsplit(uri).path
    except ValueError:  # an address with half a bracket
        return uri
