"""Countries, minerals and materials from their data files."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from registry.domain.staleness import Intervals
from registry.models import Country, Material, Mineral

DATA = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load_vocabularies() -> None:
    countries = _read("countries.yaml")["countries"]
    Country.objects.bulk_create(
        [Country(**{**row, "asean_from": _day(row.get("asean_from"))}) for row in countries],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["alpha3", "numeric", "name", "kind", "asean_from"],
    )
    minerals = _read("minerals.yaml")
    Mineral.objects.bulk_create(
        [Mineral(**row) for row in minerals["minerals"]],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "symbol"],
    )
    Material.objects.bulk_create(
        [
            Material(mineral_id=mineral, material=material, stage=stage, hs_code=hs_code, description=description)
            for mineral, material, stage, hs_code, description in minerals["materials"]
        ],
        update_conflicts=True,
        unique_fields=["mineral", "material", "hs_code", "hs_edition"],
        update_fields=["stage", "description"],
    )


@cache
def mineral_words() -> dict[str, str]:
    """What minerals are called, by code."""
    return {str(row["code"]): str(row["name"]) for row in _read("minerals.yaml")["minerals"]}


@cache
def measure_words() -> dict[str, dict[str, str]]:
    """What each measure code is called here and in other vocabularies (None: not there), its direction and pillar."""
    measures: dict[str, dict[str, str]] = _read("measures.yaml")["measures"]
    return measures


@cache
def country_words() -> dict[str, str]:
    """Names of countries and bodies by code, as shipped: for lists that may not ask the database again for each row."""
    return {row["code"]: row["name"] for row in _read("countries.yaml")["countries"]}


@cache
def review_intervals() -> Intervals:
    """After how long facts of each kind are due to be looked at again."""
    return Intervals(**_read("review_intervals.yaml"))


@cache
def mast_edition() -> str:
    """The edition of UNCTAD's MAST whose codes `measure_words` has; editions differ in their codes of chapter P."""
    return str(_read("measures.yaml")["mast_edition"])


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
