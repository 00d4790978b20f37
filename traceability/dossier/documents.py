"""The documents that a lot's chain names: certificates of assays, known by their SHA-256."""

from __future__ import annotations

from dataclasses import dataclass

from traceability.batches import batches
from traceability.dossier.gathering import Gathered
from traceability.models import Assay


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document by its SHA-256; ``content`` None where it is named and not held."""

    sha256: str
    title: str
    about: str
    content: bytes | None = None

    @property
    def is_here(self) -> bool:
        return self.content is not None


def named_documents(gathered: Gathered) -> list[NamedDocument]:
    found: dict[str, NamedDocument] = {}
    for batch in batches(gathered.chain.lots):
        assays = Assay.objects.filter(lot__lot_id__in=batch).exclude(certificate_sha256="")
        for sha256, assay_id, lot_id in assays.values_list("certificate_sha256", "assay_id", "lot__lot_id"):
            found[sha256] = NamedDocument(sha256, f"Certificate of assay {assay_id}", f"Lot {lot_id}")
    return [found[sha256] for sha256 in sorted(found)]
