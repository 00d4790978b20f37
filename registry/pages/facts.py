"""A fact as pages show it, and its page."""

from __future__ import annotations

from dataclasses import dataclass

from registry.choices import FactStatus, label
from registry.domain.dates import PartialDate
from registry.domain.facts import Fact
from registry.domain.production import ProductionTotal
from registry.models import FactVersion
from registry.parts import Link, ProofMark, SourceMark
from registry.paths import country_path, fact_path, judgement_path, mineral_path
from registry.states import source_details
from registry.wording import country_names, mineral_names, source_mark

#: The kind of a fact version that holds a total of the region.
PRODUCTION_TOTAL = "production_total"


@dataclass(frozen=True, slots=True)
class FactLine:
    """One version of a fact in one line. ``holds_from`` None: at any time."""

    fact_id: str
    href: str
    kind: str
    text: str
    quote: str
    note: str
    mineral: str
    stage: str
    source: SourceMark | None
    proof: ProofMark
    judgement: Link | None
    holds_from: PartialDate | None
    holds_until: PartialDate | None


@dataclass(frozen=True, slots=True)
class FactRecord:
    """When a version was written, by whom, through which entry."""

    version: int
    line: FactLine
    status: str
    by: str
    is_current: bool
    reason: str

    @property
    def is_withdrawn(self) -> bool:
        return self.status == FactStatus.WITHDRAWN


@dataclass(frozen=True, slots=True)
class FactPage:
    line: FactLine
    country: Link | None
    mineral: Link | None
    source_title: str
    source_publisher: str
    source_date: PartialDate | None
    source_url: str
    sha256: str
    versions: tuple[FactRecord, ...]
    notes: tuple[Link, ...]

    @property
    def withdrawn(self) -> FactRecord | None:
        """The record that says the fact was never so, where that is what stands."""
        return self.versions[0] if self.versions[0].is_withdrawn else None


def fact_line(version: FactVersion, minerals: dict[str, str] | None = None) -> FactLine:
    names = minerals if minerals is not None else mineral_names()
    href = fact_path(version.fact_id)
    proof = ProofMark(version.recorded_entry_id)
    if version.kind == PRODUCTION_TOTAL:
        total = ProductionTotal.from_json(version.content)
        source = source_mark({**(source_details(version.source) or {}), "section": total.section}, href)
        text = total.text[:1].upper() + total.text[1:]
        mineral = names.get(total.mineral, "")
        words = href, "Production of the region", text, "", "", mineral, ""
        return FactLine(version.fact_id, *words, source, proof, None, None, None)
    fact = Fact.from_json(version.content)
    details = {**(source_details(version.source) or {}), "section": fact.section}
    return FactLine(
        fact_id=fact.fact_id,
        href=href,
        kind=label(fact.kind),
        text=fact.text,
        quote=fact.quote or "",
        note=fact.note or "",
        mineral=names.get(fact.subject.mineral or "", ""),
        stage=label(fact.subject.stage) if fact.subject.stage else "",
        source=source_mark(details, href),
        proof=proof,
        judgement=Link(fact.judgement, judgement_path(fact.judgement)) if fact.judgement else None,
        holds_from=fact.valid_from,
        holds_until=fact.valid_until,
    )


def fact_page(versions: list[FactVersion], notes: tuple[Link, ...] = ()) -> FactPage:
    """The page of a fact from its versions, oldest first; the newest is shown. ``notes``: where the paper disagrees."""
    newest = versions[-1]
    names = mineral_names()
    source = newest.source
    return FactPage(
        line=fact_line(newest, names),
        country=Link(country_names().get(newest.country, newest.country), country_path(newest.country))
        if newest.country
        else None,
        mineral=Link(names[newest.mineral], mineral_path(newest.mineral)) if newest.mineral in names else None,
        source_title=source.title if source else "",
        source_publisher=source.publisher if source else "",
        source_date=PartialDate.parse(source.date) if source and source.date else None,
        source_url=source.url if source else "",
        sha256=source.sha256 if source else "",
        versions=tuple(
            FactRecord(
                version=v.version,
                line=fact_line(v, names),
                status=v.status,
                by=v.recorded_by,
                is_current=v.superseded_entry_id is None,
                reason=v.recorded_entry.reason,
            )
            for v in reversed(versions)
        ),
        notes=notes,
    )
