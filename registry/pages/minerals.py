"""Minerals as pages show them: what the region mines, and where a mineral stands in each country."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from registry.choices import STAGES
from registry.domain.instruments import InstrumentState
from registry.domain.production import ProductionTotal
from registry.models import Facility, FactVersion, InstrumentVersion, Material, Mineral
from registry.pages.facts import PRODUCTION_TOTAL, FactLine, fact_line
from registry.pages.instruments import InstrumentRow
from registry.parts import Link, ProofMark, SourceMark
from registry.paths import country_path, facility_path, fact_path, instrument_path, mineral_path
from registry.states import source_details
from registry.wording import measure_title, source_mark


@dataclass(frozen=True, slots=True)
class Production:
    """What the region mined of a mineral in a year: tonnes, and per cent of the world."""

    mineral: Link
    year: int
    region_t: int
    world_t: int
    share: Decimal
    growth: Decimal | None
    printed_share: Decimal
    base_t: int | None
    worked_growth: Decimal | None
    fact_id: str
    href: str
    source: SourceMark | None
    proof: ProofMark

    @property
    def bar(self) -> Decimal:
        return min(self.share, Decimal(100))


@dataclass(frozen=True, slots=True)
class MineralRow:
    code: str
    name: str
    symbol: str
    href: str
    production: Production | None
    country_codes: tuple[str, ...]
    countries: tuple[Link, ...]
    in_force: int
    instruments: int


@dataclass(frozen=True, slots=True)
class CountryFacts:
    country: Link
    facts: tuple[FactLine, ...]


@dataclass(frozen=True, slots=True)
class ChainStage:
    """A stage of the value chain: what is traded, where it is made, which instruments' measures bear on it."""

    name: str
    materials: tuple[Material, ...]
    facilities: tuple[Link, ...]
    measures: tuple[Link, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.materials or self.facilities or self.measures)


@dataclass(frozen=True, slots=True)
class MineralPage:
    row: MineralRow
    countries: tuple[CountryFacts, ...]
    region: tuple[FactLine, ...]
    chain: tuple[ChainStage, ...]
    instruments: tuple[InstrumentRow, ...]


def production_of(versions: Iterable[FactVersion], minerals: Mapping[str, str]) -> dict[str, Production]:
    """The newest total of each mineral, by its code, largest share of the world first."""
    found: dict[str, Production] = {}
    for version in versions:
        if version.kind == PRODUCTION_TOTAL:
            total = ProductionTotal.from_json(version.content)
            if total.mineral not in found or found[total.mineral].year < total.year:
                found[total.mineral] = _production(version, total, minerals)
    return dict(sorted(found.items(), key=lambda item: -item[1].share))


def _production(version: FactVersion, total: ProductionTotal, minerals: Mapping[str, str]) -> Production:
    href = fact_path(version.fact_id)
    return Production(
        mineral=Link(minerals.get(total.mineral, total.mineral), mineral_path(total.mineral)),
        year=total.year,
        region_t=total.region_t,
        world_t=total.world_t,
        share=total.worked_share_pct,
        growth=total.growth_pct,
        printed_share=total.share_pct,
        base_t=total.implied_base_t,
        worked_growth=total.worked_growth_pct,
        fact_id=version.fact_id,
        href=href,
        source=source_mark({**(source_details(version.source) or {}), "section": total.section}, href),
        proof=ProofMark(version.recorded_entry_id),
    )


def mineral_row(
    mineral: Mineral,
    production: Mapping[str, Production],
    facts: Iterable[FactVersion],
    instruments: Sequence[InstrumentRow],
    countries: Mapping[str, str],
) -> MineralRow:
    """``facts`` and ``instruments`` are those of this mineral."""
    codes = sorted({fact.country for fact in facts if fact.country}, key=lambda code: countries.get(code, code))
    return MineralRow(
        code=mineral.code,
        name=mineral.name,
        symbol=mineral.symbol,
        href=mineral_path(mineral.code),
        production=production.get(mineral.code),
        country_codes=tuple(codes),
        countries=tuple(Link(countries.get(code, code), country_path(code)) for code in codes),
        in_force=sum(row.badge in ("in_force", "signed") for row in instruments),
        instruments=len(instruments),
    )


def facts_of(code: str, versions: Iterable[FactVersion]) -> list[FactVersion]:
    """The facts that are about a mineral, alone or among others."""
    return [
        version
        for version in versions
        if version.mineral == code or (version.kind != PRODUCTION_TOTAL and code in version.content.get("minerals", ()))
    ]


def mineral_page(
    row: MineralRow,
    versions: Sequence[FactVersion],
    chain: Sequence[ChainStage],
    instruments: Iterable[InstrumentRow],
    countries: Mapping[str, str],
    minerals: dict[str, str],
) -> MineralPage:
    by_country: dict[str, list[FactLine]] = {}
    for version in versions:
        if version.kind != PRODUCTION_TOTAL:
            by_country.setdefault(version.country, []).append(fact_line(version, minerals))
    region = by_country.pop("", [])
    found = [
        CountryFacts(Link(countries.get(code, code), country_path(code)), tuple(lines))
        for code, lines in by_country.items()
    ]
    return MineralPage(
        row=row,
        countries=tuple(sorted(found, key=lambda one: one.country.text)),
        region=tuple(region),
        chain=tuple(chain),
        instruments=tuple(instruments),
    )


def chain_of(
    code: str,
    materials: Iterable[Material],
    facilities: Iterable[Facility],
    versions: Iterable[InstrumentVersion],
    countries: Mapping[str, str],
) -> list[ChainStage]:
    """The value chain of a mineral, stage by stage; a stage of which nothing is on record is in it too."""
    goods, plants = list(materials), [each for each in facilities if code in each.minerals]
    acts = list(versions)
    return [
        ChainStage(
            name=name,
            materials=tuple(each for each in goods if each.stage == stage),
            facilities=tuple(_plant(each, countries) for each in plants if each.stage == stage),
            measures=tuple(_measures_at(stage, code, acts, countries)),
        )
        for stage, name in STAGES
    ]


def _plant(facility: Facility, countries: Mapping[str, str]) -> Link:
    where = countries.get(facility.country, facility.country)
    return Link(f"{facility.name}, {where or 'country not stated'}", facility_path(facility.facility_id))


def _measures_at(
    stage: str, code: str, versions: Iterable[InstrumentVersion], countries: Mapping[str, str]
) -> Iterator[Link]:
    """Measures that name both the mineral and the stage; those that name neither are not guessed here."""
    for version in versions:
        state = InstrumentState.from_json(version.content)
        where = countries.get(state.country, state.country)
        for measure in state.measures:
            if stage in (measure.stages or ()) and code in (measure.minerals or ()):
                yield Link(f"{measure_title(measure)}, {where}", instrument_path(state.instrument_id))
