"""What tells one kind of dossier from another. `verify.py`, read without the rest of SEAM, has a table of all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """``format`` as proof.json says it; ``object_type`` of the export's entry; ``rows``: the file `<rows>.json` whose
    every row is proved, and the key of proof.json that proves them."""

    format: str
    object_type: str
    rows: str
