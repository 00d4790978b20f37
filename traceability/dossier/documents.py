"""The documents of a lot and of all that it was made of: those held go into the dossier, the others are named."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from traceability.batches import batches
from traceability.domain.documents import About
from traceability.dossier.gathering import Gathered
from traceability.exceptions import DamagedDocument
from traceability.models import Assay, Document
from traceability.selectors.documents import get_documents
from traceability.services.documents import read_document


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document by its SHA-256; ``content`` None where it is not held, ``why`` says where it is or what is wrong."""

    sha256: str
    title: str
    about: str
    entry: int | None = None
    content: bytes | None = None
    why: str = "named, not held"

    @property
    def is_here(self) -> bool:
        return self.content is not None


def named_documents(gathered: Gathered) -> list[NamedDocument]:
    """Documents about the lots, events, places and parties of the path, then certificates that assays name."""
    found = [_document(row) for row in get_documents(_subjects(gathered))]
    handed_in = {each.sha256 for each in found}
    return [*found, *(each for each in _certificates(gathered) if each.sha256 not in handed_in)]


def _subjects(gathered: Gathered) -> dict[About, Collection[str]]:
    events = gathered.events
    facilities = {each for event in events for each in (event.facility_id, event.to_facility_id) if each}
    parties = {each for event in events for each in (event.party_id, event.to_party_id) if each}
    return {
        About.LOT: list(gathered.chain.lots),
        About.EVENT: [event.event_id for event in events],
        About.FACILITY: sorted(facilities),
        About.PARTY: sorted(parties),
    }


def _document(row: Document) -> NamedDocument:
    kind, public_id = row.about
    about = ", ".join(part for part in (f"{kind.capitalize()} {public_id}", row.number, row.issuer) if part)
    content, why = None, f"linked: {row.url}"
    if row.is_stored:
        try:
            content, why = read_document(row), ""
        except DamagedDocument as error:
            why = f"withheld: {error}"
    return NamedDocument(row.sha256, row.title, about, row.recorded_entry_id, content, why)


def _certificates(gathered: Gathered) -> Iterator[NamedDocument]:
    found: dict[str, NamedDocument] = {}
    for batch in batches(gathered.chain.lots):
        assays = Assay.objects.filter(lot__lot_id__in=batch).exclude(certificate_sha256="")
        for sha256, assay_id, lot_id in assays.values_list("certificate_sha256", "assay_id", "lot__lot_id"):
            found[sha256] = NamedDocument(sha256, f"Certificate of assay {assay_id}", f"Lot {lot_id}")
    yield from (found[sha256] for sha256 in sorted(found))
