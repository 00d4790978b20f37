"""The documented shapes of the register's JSON, and the functions that fill them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rest_framework import serializers

from registry.domain.instruments import InstrumentState
from registry.models import Country, EnforcementVersion, FactVersion, InstrumentVersion
from registry.pages.facts import PRODUCTION_TOTAL
from registry.pages.minerals import MineralRow, Production
from registry.paths import country_path, fact_path, instrument_path, mineral_path
from registry.states import source_details
from registry.wording import status_badge

Shape = serializers.Serializer


class ProblemShape(Shape[Any]):
    """What every refusal says."""

    status = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField(help_text="a sentence: what is wrong, where, and how to mend it")


class CountryShape(Shape[Any]):
    code = serializers.CharField(help_text="ISO 3166-1 alpha-2; a body that issues instruments has a longer one")
    name = serializers.CharField()
    kind = serializers.ChoiceField(["country", "body"])
    member = serializers.BooleanField(help_text="of ASEAN on the day asked about")
    asean_from = serializers.DateField(allow_null=True)
    asean_until = serializers.DateField(allow_null=True)
    page = serializers.CharField(allow_null=True, help_text="path of the page; null where there is none")


class ProductionShape(Shape[Any]):
    year = serializers.IntegerField()
    region_t = serializers.IntegerField(help_text="metric tons mined by ASEAN")
    world_t = serializers.IntegerField()
    share_pct = serializers.CharField(help_text="decimal as text")
    growth_pct = serializers.CharField(allow_null=True, help_text="since 2019; decimal as text")
    fact = serializers.CharField(help_text="id of the fact that says so")


class MineralShape(Shape[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    symbol = serializers.CharField()
    production = ProductionShape(allow_null=True)
    countries = serializers.ListField(child=serializers.CharField(), help_text="countries with facts on it")
    instruments = serializers.IntegerField()
    in_force = serializers.IntegerField(help_text="instruments in force or signed on the day asked about")
    page = serializers.CharField()


class MaterialShape(Shape[Any]):
    material = serializers.CharField()
    stage = serializers.CharField()
    hs_code = serializers.CharField(help_text="HS 2022")
    description = serializers.CharField()


class MineralDetailShape(MineralShape):
    materials = MaterialShape(many=True)


class SourceShape(Shape[Any]):
    key = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    date = serializers.CharField(allow_blank=True, help_text="no finer than stated: YYYY, YYYY-MM or YYYY-MM-DD")
    section = serializers.CharField(allow_blank=True)
    endnote = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    is_demo = serializers.BooleanField()


class FactShape(Shape[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    country = serializers.CharField(allow_blank=True, help_text="blank: the region")
    mineral = serializers.CharField(allow_blank=True, help_text="blank: of the country as a whole")
    version = serializers.IntegerField()
    entry = serializers.IntegerField(help_text="the log entry that recorded this version")
    content = serializers.DictField(help_text="the statement: what is not stated is left out; figures as text")
    source = SourceShape(allow_null=True)  # type: ignore[assignment]  # a field may bear the name of an option
    page = serializers.CharField()


class InstrumentShape(Shape[Any]):
    instrument_id = serializers.CharField()
    version = serializers.IntegerField()
    country = serializers.CharField()
    title = serializers.CharField()
    scope = serializers.CharField(allow_null=True)
    pillar = serializers.CharField(allow_null=True)
    engagement_scope = serializers.CharField(allow_null=True)
    counterparts = serializers.ListField(child=serializers.CharField())
    events = serializers.ListField(child=serializers.DictField(), help_text="status and since, with its precision")
    measures = serializers.ListField(child=serializers.DictField())
    until = serializers.DictField(allow_null=True)
    status = serializers.CharField(help_text="on the day asked about")
    entry = serializers.IntegerField(help_text="the log entry that recorded this version")
    details = serializers.DictField(help_text="title in the original, number, source, what it says")
    page = serializers.CharField()


class VersionShape(Shape[Any]):
    version = serializers.IntegerField()
    entry = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()
    drafted_by = serializers.CharField(help_text="public id of the officer")
    approved_by = serializers.CharField()


class InstrumentDetailShape(InstrumentShape):
    versions = VersionShape(many=True)


# --- filling them


def country_json(country: Country, on: dt.date) -> dict[str, Any]:
    began, ended = country.asean_from, country.asean_until
    member = began is not None and began <= on and (ended is None or on <= ended)
    return {
        "code": country.code,
        "name": country.name,
        "kind": country.kind,
        "member": member,
        "asean_from": began and began.isoformat(),
        "asean_until": ended and ended.isoformat(),
        "page": country_path(country.code) if member else None,
    }


def mineral_json(row: MineralRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "symbol": row.symbol,
        "production": production_json(row.production) if row.production else None,
        "countries": list(row.country_codes),
        "instruments": row.instruments,
        "in_force": row.in_force,
        "page": mineral_path(row.code),
    }


def production_json(production: Production) -> dict[str, Any]:
    return {
        "year": production.year,
        "region_t": production.region_t,
        "world_t": production.world_t,
        "share_pct": str(production.share),
        "growth_pct": None if production.growth is None else str(production.growth),
        "fact": production.fact_id,
    }


def fact_json(version: FactVersion) -> dict[str, Any]:
    mineral = version.content["mineral"] if version.kind == PRODUCTION_TOTAL else version.mineral
    return {
        "id": version.fact_id,
        "kind": version.kind,
        "country": version.country,
        "mineral": mineral,
        "version": version.version,
        "entry": version.recorded_entry_id,
        "content": version.content,
        "source": source_details(version.source),
        "page": fact_path(version.fact_id),
    }


def instrument_json(version: InstrumentVersion, on: dt.date) -> dict[str, Any]:
    state = InstrumentState.from_json(version.content)
    return {
        **version.content,
        "status": status_badge(state, on)[0],
        "entry": version.recorded_entry_id,
        "details": version.details,
        "page": instrument_path(state.instrument_id),
    }


def version_json(version: InstrumentVersion | EnforcementVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "entry": version.recorded_entry_id,
        "recorded_at": version.recorded_entry.recorded_at.isoformat(),
        "drafted_by": version.drafted_by,
        "approved_by": version.approved_by,
    }
