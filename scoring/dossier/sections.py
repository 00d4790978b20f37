"""What the PDF of a score's dossier says beside what the page of its reasons says: versions, sources, documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from registry.choices import FactStatus, label
from registry.models import FactVersion, InstrumentVersion
from registry.services.documents import path_of
from registry.states import source_details
from registry.wording import section_words
from scoring.browsing import get_evidence
from scoring.dossier.gathering import Gathered
from scoring.pages.parts import evidence_line, sentence


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a fact or an instrument: what it says and where that is from.

    ``standing`` is empty where the score rests on it, else why it does not: superseded, withdrawn.
    """

    public_id: str
    number: int
    kind: str
    text: str
    quote: str
    source: str
    entry: int
    standing: str


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document of an instrument, by its SHA-256; ``content`` None where it is not held as it was noted."""

    sha256: str
    title: str
    about: str
    content: bytes | None
    why: str

    @property
    def is_here(self) -> bool:
        return self.content is not None


def version_rows(gathered: Gathered) -> list[VersionRow]:
    """Those that the gates looked at, instruments first; then what these superseded."""
    told = {public_id: get_evidence(public_id, gathered.day) for public_id in gathered.score.evidence}
    rows = [*map(_fact_row, gathered.facts), *map(_instrument_row, gathered.instruments)]
    said = [_as_told(row, told[row.public_id]) for row in rows]
    return sorted(said, key=lambda row: (bool(row.standing), row.kind != "instrument", row.public_id, -row.number))


def _as_told(row: VersionRow, told: dict[str, Any]) -> VersionRow:
    """A version that counts, in the words of the explanation; another one as superseded, or withdrawn."""
    if row.entry != told["entry"]:
        return replace(row, standing=row.standing or "superseded")
    return replace(row, text=sentence(evidence_line(told).text), quote=told["quote"] or "", standing="")


def _fact_row(version: FactVersion) -> VersionRow:
    content = version.content
    where = {name: content.get(name) for name in ("section", "endnote")}
    return VersionRow(
        public_id=version.fact_id,
        number=version.version,
        kind=version.kind.replace("_", " "),
        text=sentence(f"{label(version.kind)}: {content.get('quote') or content.get('printed')}"),
        quote="",
        source=_source({**(source_details(version.source) or {}), **where}),
        entry=version.recorded_entry_id,
        standing="withdrawn" if version.status == FactStatus.WITHDRAWN else "",
    )


def _instrument_row(version: InstrumentVersion) -> VersionRow:
    return VersionRow(
        public_id=version.instrument.instrument_id,
        number=version.number,
        kind="instrument",
        text=sentence(version.content["title"]),
        quote="",
        source=_source({**(version.details.get("source") or {}), "section": version.details.get("section")}),
        entry=version.recorded_entry_id,
        standing="",
    )


def _source(source: dict[str, Any]) -> str:
    section = section_words(source.get("section"))
    endnote = f"endnote {source['endnote']}" if source.get("endnote") else ""
    parts = (source.get("title"), source.get("publisher"), section, endnote, source.get("date"), source.get("url"))
    return ", ".join(str(part) for part in dict.fromkeys(parts) if part)


def kept_documents(gathered: Gathered) -> list[KeptDocument]:
    """The documents of the instruments that the gates looked at, each once; read only as they were noted."""
    noted = {
        each["sha256"]: (each, version.content["title"])
        for version in gathered.instruments
        for each in version.details.get("documents") or ()
    }
    return [_kept(each, title) for _, (each, title) in sorted(noted.items())]


def _kept(noted: dict[str, Any], title: str) -> KeptDocument:
    content, why = None, "noted, and not held here"
    path = path_of(noted["sha256"])
    if path.is_file():
        content = path.read_bytes()
        if sha256(content).hexdigest() != noted["sha256"]:
            content, why = None, "withheld: the file is not any more what was noted of it"
    return KeptDocument(noted["sha256"], noted["name"], f"{title}; {noted['url']}".rstrip("; "), content, why)
