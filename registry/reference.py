"""Reads what the paper states from registry/data/paper: facts, instruments, facilities, sources and readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from registry.domain.dates import Basis, PartialDate
from registry.domain.enforcement import EnforcementKind
from registry.domain.facts import Comparator, Fact, Period, Subject, parse_value
from registry.domain.family import Relation, RelationKind
from registry.domain.instruments import (
    Direction,
    EngagementScope,
    InstrumentState,
    MeasureCode,
    MeasureState,
    Pillar,
    Scope,
    Status,
    StatusEvent,
)
from registry.domain.paper import (
    Bodies,
    Body,
    Contradiction,
    Judgement,
    Membership,
    PaperCountry,
    PaperEnforcement,
    PaperFacility,
    PaperInstrument,
    PaperParty,
    PaperSection,
    PaperSource,
    SnapshotPoint,
)
from registry.domain.production import ProductionTotal

DATA = Path(__file__).parent / "data" / "paper"

#: What the paper states without a time holds from the month of its publication until superseded (J34, J14).
PUBLISHED = PartialDate.parse("2026-04", Basis.INFERRED)

#: A safe loader, in C where PyYAML has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PRECISIONS = {"year", "month", "day"}


@cache
def load_facts() -> tuple[Fact, ...]:
    """All facts of the paper, by file and topic."""
    return tuple(fact for path in sorted(DATA.glob("facts_*.yaml")) for fact in _facts_of(_read(path.name)))


@cache
def load_instruments() -> tuple[PaperInstrument, ...]:
    """The instruments in the order of their rows."""
    found = [
        _instrument(group["actor"], raw)
        for group in _read("instruments.yaml")["actors"]
        for raw in group["instruments"]
    ]
    return tuple(sorted(found, key=lambda instrument: instrument.row))


@cache
def load_enforcement() -> tuple[PaperEnforcement, ...]:
    """Actions and incidents. KeyError where a record rests on a fact that is not there."""
    facts = {fact.fact_id: fact for fact in load_facts()}
    return tuple(
        PaperEnforcement(
            record_id=raw["id"],
            fact=facts[raw["fact"]],
            kind=EnforcementKind(raw["kind"]),
            title=raw["title"],
            instrument=raw.get("instrument"),
            area=raw.get("area", ""),
        )
        for raw in _read("enforcement.yaml")["records"]
    )


@cache
def load_facilities() -> tuple[PaperFacility, ...]:
    groups = _read("facilities.yaml")["countries"]
    return tuple(_facility(group.get("country"), raw) for group in groups for raw in group["facilities"])


@cache
def load_parties() -> tuple[PaperParty, ...]:
    return tuple(
        PaperParty(
            party_id=raw["id"],
            name=raw["name"],
            other_names=_strings(raw, "other_names"),
            country=raw.get("country"),
            roles=_strings(raw, "roles"),
            section=raw["section"],
            quote=raw["quote"],
            note=raw.get("note"),
        )
        for raw in _read("parties.yaml")["parties"]
    )


@cache
def load_sources() -> tuple[PaperSource, ...]:
    """The publication first, then its endnotes by number."""
    doc = _read("sources.yaml")
    paper = doc["publication"]
    publication = PaperSource(
        key=paper["key"],
        title=f"{paper['series']}, {paper['number']}: {paper['title']}",
        publisher=paper["publisher"],
        date=PartialDate.parse(paper["date"]),
        note=paper["companion"],
        sha256=paper["text_sha256"],
    )
    return publication, *(_endnote(raw) for raw in doc["endnotes"])


@cache
def load_sections() -> tuple[PaperSection, ...]:
    doc = _read("sources.yaml")
    sections = (PaperSection(raw["code"], raw.get("heading"), raw.get("page")) for raw in doc["sections"])
    return *sections, *(PaperSection(raw["code"], inside=raw["inside"]) for raw in doc["tables"])


@cache
def load_production() -> tuple[ProductionTotal, ...]:
    """The table of mine production of Section 3.1."""
    doc = _read("production.yaml")
    return tuple(
        ProductionTotal(
            total_id=raw["id"],
            mineral=raw["mineral"],
            year=raw["year"],
            region_t=raw["region_t"],
            world_t=raw["world_t"],
            share_pct=Decimal(raw["share_pct"]),
            growth_pct=Decimal(raw["growth_2019_2023_pct"]),
            implied_base_t=raw["implied_2019_t"]["value"],
            section=doc["section"],
        )
        for raw in doc["rows"]
    )


@cache
def load_judgements() -> tuple[Judgement, ...]:
    return tuple(
        Judgement(
            judgement_id=raw["id"],
            title=raw["title"],
            gates=_strings(raw, "gates"),
            countries=_strings(raw, "countries"),
            paper_says=raw["paper_says"],
            reading=raw["reading"],
            other_reading=raw["other_reading"],
            facts=_strings(raw, "facts"),
            instruments=_strings(raw, "instruments"),
            instead=tuple(raw.get("instead", ())),
        )
        for raw in _read("judgements.yaml")["judgements"]
    )


@cache
def load_countries() -> tuple[PaperCountry, ...]:
    """The countries of the paper, then the members on which it has no evidence."""
    doc = _read("countries.yaml")
    silent = (PaperCountry(**raw, has_evidence=False) for raw in doc["without_evidence"])
    return *(_country(raw) for raw in doc["countries"]), *silent


@cache
def load_bodies() -> Bodies:
    doc = _read("bodies.yaml")
    membership = doc["membership"]
    basis = Basis(membership["basis"])
    bodies = tuple(Body(body_id=raw["id"], **{key: raw[key] for key in raw if key != "id"}) for raw in doc["bodies"])
    members = tuple(
        Membership(
            membership["body"], raw["country"], PartialDate.parse(raw["from"], basis), _date(raw.get("until"), basis)
        )
        for raw in membership["members"]
    )
    return Bodies(bodies, members, tuple(doc["programmes"]), tuple(doc["partners"]), tuple(doc["reference_documents"]))


@cache
def load_contradictions() -> tuple[Contradiction, ...]:
    return tuple(
        Contradiction(
            contradiction_id=raw["id"],
            kind=group["kind"],
            about=raw["about"],
            places=tuple((place["section"], place["quote"]) for place in raw["says"]),
            treatment=raw["treatment"],
        )
        for group in _read("contradictions.yaml")["kinds"]
        for raw in group["cases"]
    )


def source_key(endnote: int | None) -> str:
    """Key of the source of a statement: the endnote it cites, else the paper itself."""
    paper: str = _read("sources.yaml")["publication"]["key"]
    return paper if endnote is None else f"{paper}#{endnote}"


@cache
def _read(name: str) -> Any:
    with (DATA / name).open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_Loader)


def _facts_of(doc: Mapping[str, Any]) -> Iterator[Fact]:
    for group in doc.get("groups", (doc,)):
        for topic in group["topics"]:
            for raw in topic["facts"]:
                yield _fact(raw, group.get("country"), group.get("region"), topic.get("mineral"))


def _fact(raw: Mapping[str, Any], country: str | None, region: str | None, mineral: str | None) -> Fact:
    figure = raw.get("figure", {})
    period = Period(**raw["when"]) if "when" in raw else Period()
    return Fact(
        fact_id=raw["id"],
        kind=raw["kind"],
        subject=Subject(country, region, mineral, raw.get("stage"), raw.get("facility")),
        value=parse_value(figure.get("value")),
        unit=figure.get("unit"),
        comparator=Comparator(figure["comparator"]) if "comparator" in figure else None,
        fact_class=raw.get("class"),
        printed=raw.get("printed"),
        period=period,
        section=raw["section"],
        endnote=raw.get("endnote"),
        source_key=source_key(raw.get("endnote")),
        quote=raw["quote"],
        judgement=raw.get("judgement"),
        note=raw.get("note"),
        counterpart=raw.get("counterpart"),
        countries=_strings(raw, "countries"),
        minerals=_strings(raw, "minerals"),
        reserve_kind=raw.get("reserve_kind"),
        process_class=raw.get("process_class"),
        valid_from=_valid_from(period),
    )


def _valid_from(period: Period) -> PartialDate:
    """A figure with a stated year, month or day holds from then; the date of a source is not that of the fact."""
    stated = period.basis == "stated" and period.value is not None and period.precision in _PRECISIONS
    return PartialDate.parse(period.value) if stated and period.value else PUBLISHED


def _instrument(actor: str, raw: Mapping[str, Any]) -> PaperInstrument:
    status = Status(raw["status"])
    state = InstrumentState(
        instrument_id=raw["id"],
        version=1,
        country=actor,
        title=raw["title"],
        scope=Scope(raw["scope"]) if "scope" in raw else None,
        pillar=Pillar(raw["pillar"]) if "pillar" in raw else None,
        engagement_scope=EngagementScope(raw["engagement_scope"]) if "engagement_scope" in raw else None,
        counterparts=_strings(raw, "counterparts"),
        events=_events(status, raw),
        measures=tuple(_measure(actor, raw["id"], n, m) for n, m in enumerate(raw.get("measures", ()), 1)),
        until=None if status is Status.REPEALED else _dated(raw.get("force_until")),
    )
    plain = ("official_title", "number", "type", "legal_force", "counterpart_subnational", "endnote", "horizon")
    return PaperInstrument(
        row=raw["row"],
        state=state,
        status=status,
        printed_status=raw["printed_status"],
        basis=Basis(raw["basis"]),
        section=raw["section"],
        quote=raw["quote"],
        source_date=_date(raw.get("source_date"), Basis.SOURCE_DATE),
        source_key=source_key(raw.get("endnote")),
        judgement=raw.get("judgement"),
        note=raw.get("note"),
        not_stated=_strings(raw, "not_stated"),
        relations=tuple(
            Relation(raw["id"], RelationKind(one["kind"]), one["id"], one.get("since", ""))
            for one in raw.get("relations", ())
        ),
        **{name: raw.get(name) for name in plain},
    )


def _events(status: Status, raw: Mapping[str, Any]) -> tuple[StatusEvent, ...]:
    """The life of an instrument as far as the paper tells it. An end of a period is no event: `until` has it."""
    adopted = _dated(raw.get("adopted"))
    since = _dated(raw.get("force_from"))
    events = [StatusEvent(Status.ADOPTED, adopted)] if adopted and status is not Status.SIGNED else []
    if status in (Status.IN_FORCE, Status.SIGNED):
        return *events, StatusEvent(status, since or PUBLISHED)
    if status is Status.EXPIRED:
        return *events, StatusEvent(Status.IN_FORCE, since)
    if status is Status.REPEALED:
        began = StatusEvent(Status.IN_FORCE if since else Status.UNKNOWN, since)
        return *events, began, StatusEvent(status, _dated(raw.get("force_until")))
    return *events, StatusEvent(status, None)


def _measure(actor: str, instrument_id: str, number: int, raw: Mapping[str, Any]) -> MeasureState:
    return MeasureState(
        measure_id=f"{instrument_id}.{number}",
        instrument_id=instrument_id,
        version=1,
        country=actor,
        code=MeasureCode(raw["code"]),
        direction=Direction(raw["direction"]) if "direction" in raw else Direction.NEUTRAL,
        minerals=_strings(raw, "minerals") or None,
        materials=_strings(raw, "materials") or None,
        hs=_strings(raw, "hs"),
        stages=_strings(raw, "stages") or None,
    )


def _facility(country: str | None, raw: Mapping[str, Any]) -> PaperFacility:
    plain = ("place", "operator", "owners", "tier", "technology", "output", "endnote", "note")
    return PaperFacility(
        facility_id=raw["id"],
        name=raw["name"],
        kind=raw["kind"],
        country=country,
        is_group=raw.get("group", False),
        stage=raw["stage"],
        minerals=_strings(raw, "minerals"),
        capacity_t_per_year=_decimal(raw.get("capacity_t_per_year")),
        latitude=_decimal(raw.get("latitude")),
        longitude=_decimal(raw.get("longitude")),
        status=raw["status"],
        section=raw["section"],
        source_key=source_key(raw.get("endnote")),
        quote=raw["quote"],
        **{name: raw.get(name) for name in plain},
    )


def _endnote(raw: Mapping[str, Any]) -> PaperSource:
    return PaperSource(
        key=source_key(raw["number"]),
        title=raw["title"],
        publisher=raw.get("publisher"),
        authors=_strings(raw, "authors"),
        date=_date(raw.get("date"), Basis.STATED),
        number=raw["number"],
        cited_in=raw.get("cited_in"),
        same_as=raw.get("same_as"),
        url=raw.get("url"),
        printed=raw["printed"],
        note=raw.get("note"),
    )


def _country(raw: Mapping[str, Any]) -> PaperCountry:
    table = raw["table"]
    return PaperCountry(
        code=raw["code"],
        alpha3=raw["alpha3"],
        numeric=raw["numeric"],
        name=raw["name"],
        key_minerals=tuple(table["key_minerals"]["codes"]),
        key_minerals_printed=table["key_minerals"]["printed"],
        refining=table["refining"],
        end_uses=tuple(table["end_uses"]),
        policies=tuple(table["policies"]),
        snapshot=tuple(_point(point) for point in raw["snapshot"]["points"]),
    )


def _point(raw: Mapping[str, Any]) -> SnapshotPoint:
    value = raw.get("value")
    return SnapshotPoint(raw["point"], tuple(value) if isinstance(value, list) else value, raw["section"], raw["quote"])


def _dated(raw: Mapping[str, str] | None) -> PartialDate | None:
    return PartialDate.parse(raw["date"], Basis(raw["basis"])) if raw else None


def _date(text: str | None, basis: Basis) -> PartialDate | None:
    return PartialDate.parse(text, basis) if text else None


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _strings(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(raw.get(key) or ())
