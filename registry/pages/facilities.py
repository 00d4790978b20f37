"""A facility as its page shows it: what its source states, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.choices import label
from registry.models import Facility
from registry.parts import Link, SourceMark
from registry.paths import country_path, mineral_path
from registry.services.vocabularies import country_words, mineral_words
from registry.states import source_details
from registry.wording import listed, source_mark


@dataclass(frozen=True, slots=True)
class FacilityPage:
    name: str
    country: Link | None
    minerals: tuple[Link, ...]
    lines: tuple[tuple[str, str], ...]
    quote: str
    note: str
    source_title: str
    source_url: str
    source: SourceMark | None


def facility_page(plant: Facility, query: str = "") -> FacilityPage:
    countries, minerals = country_words(), mineral_words()
    source = plant.source
    return FacilityPage(
        name=plant.name[:1].upper() + plant.name[1:],
        country=Link(countries.get(plant.country, plant.country), country_path(plant.country) + query)
        if plant.country
        else None,
        minerals=tuple(Link(minerals.get(code, code), mineral_path(code) + query) for code in plant.minerals),
        lines=tuple(_lines(plant)),
        quote=plant.quote,
        note=plant.note,
        source_title=source.title if source else "",
        source_url=source.url if source else "",
        source=source_mark({**(source_details(source) or {}), "section": plant.section}, source.url if source else ""),
    )


def _lines(plant: Facility) -> Iterator[tuple[str, str]]:
    """Labels with their words; empty: not stated."""
    yield "What it is", plant.get_kind_display()
    yield "Stage", plant.get_stage_display()
    yield "Output", label(plant.tier) if plant.tier else ""
    yield "Operator", plant.operator.name if plant.operator else ""
    yield "Owners", ", ".join(filter(None, (each.get("printed") or each.get("party") for each in plant.owners)))
    technology = plant.technology_origin or {}
    yield "Technology", technology.get("printed") or listed([technology["class"]] if technology else (), every="")
    capacity = plant.capacity_t_per_year
    yield "Capacity", f"{capacity.normalize():,f} t a year" if capacity is not None else ""
    yield "Place", plant.place
    yield "Status", label(plant.operating_status) if plant.operating_status else ""
