"""What the paper brings beside its facts: sources, instruments, facilities, readings, countries and bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry.domain.dates import Basis, PartialDate
from registry.domain.enforcement import EnforcementKind
from registry.domain.facts import Fact
from registry.domain.family import Relation
from registry.domain.instruments import InstrumentState, Status


@dataclass(frozen=True, slots=True)
class PaperSource:
    """The publication (``number`` None) or one of its endnotes; ``date`` None where none is printed."""

    key: str
    title: str
    publisher: str | None
    authors: tuple[str, ...] = ()
    date: PartialDate | None = None
    number: int | None = None
    cited_in: str | None = None
    same_as: int | None = None
    url: str | None = None
    printed: str | None = None
    note: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A section, appendix or table of the paper; ``inside`` names the section that holds a table."""

    code: str
    heading: str | None = None
    page: int | None = None
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class PaperInstrument:
    """An instrument of the paper: ``state`` is what rules read, the rest is what pages show beside it."""

    row: int
    state: InstrumentState
    status: Status
    printed_status: str
    basis: Basis
    section: str
    quote: str
    official_title: str | None = None
    number: str | None = None
    type: str | None = None
    legal_force: str | None = None
    counterpart_subnational: str | None = None
    source_date: PartialDate | None = None
    source_key: str | None = None
    endnote: int | None = None
    horizon: Mapping[str, str] | None = None
    judgement: str | None = None
    note: str | None = None
    not_stated: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperEnforcement:
    """An action or incident of the paper: what happened in a sentence; the rest is said by the fact it rests on."""

    record_id: str
    fact: Fact
    kind: EnforcementKind
    title: str
    instrument: str | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class PaperFacility:
    """A plant, mine or group of them; ``country`` None where the paper does not state it."""

    facility_id: str
    name: str
    kind: str
    country: str | None
    is_group: bool
    stage: str
    minerals: tuple[str, ...]
    place: str | None
    operator: str | None
    owners: str | None
    tier: str | None
    technology: Mapping[str, str] | None
    output: str | None
    capacity_t_per_year: Decimal | None
    latitude: Decimal | None
    longitude: Decimal | None
    status: str
    section: str
    endnote: int | None
    source_key: str
    quote: str
    note: str | None


@dataclass(frozen=True, slots=True)
class PaperParty:
    """A firm or agency the paper names."""

    party_id: str
    name: str
    other_names: tuple[str, ...]
    country: str | None
    roles: tuple[str, ...]
    section: str
    quote: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A reading that the facts do not force, and the other one as what-if operations (``instead``)."""

    judgement_id: str
    title: str
    gates: tuple[str, ...]
    countries: tuple[str, ...]
    paper_says: str
    reading: str
    other_reading: str
    facts: tuple[str, ...]
    instruments: tuple[str, ...]
    instead: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SnapshotPoint:
    point: str
    value: str | tuple[str, ...] | None
    section: str
    quote: str


@dataclass(frozen=True, slots=True)
class PaperCountry:
    """A row of the table of Section 4 with its snapshot; a member without evidence has codes and name only."""

    code: str
    alpha3: str
    numeric: str
    name: str
    has_evidence: bool = True
    key_minerals: tuple[str, ...] = ()
    key_minerals_printed: str | None = None
    refining: str | None = None
    end_uses: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    snapshot: tuple[SnapshotPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    body_id: str
    name: str
    printed: str
    kind: str
    section: str
    quote: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    body: str
    country: str
    since: PartialDate
    until: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Bodies:
    """Bodies and memberships; programmes, partners and reference documents stay as the file has them."""

    bodies: tuple[Body, ...]
    memberships: tuple[Membership, ...]
    programmes: tuple[Mapping[str, Any], ...]
    partners: tuple[Mapping[str, Any], ...]
    reference_documents: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places that disagree: pairs of section and quotation, and what the register does with them."""

    contradiction_id: str
    kind: str
    about: str
    places: tuple[tuple[str, str], ...]
    treatment: str
