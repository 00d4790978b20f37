"""Reading the register: what is approved, on both clocks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from registry.choices import FactStatus
from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from registry.models import Country, FactVersion, InstrumentVersion


def get_instruments(*, as_of: dt.datetime | None = None) -> tuple[InstrumentState, ...]:
    """Every approved instrument as known at an instant (None: now), by id."""
    return tuple(InstrumentState.from_json(version.content) for version in get_versions(as_of=as_of))


def get_versions(*, as_of: dt.datetime | None = None) -> QuerySet[InstrumentVersion, Any]:
    known = InstrumentVersion.objects.as_known(as_of)
    return known.select_related("instrument", "recorded_entry").order_by("instrument__instrument_id")


def get_facts(*, as_of: dt.datetime | None = None) -> tuple[Fact, ...]:
    """Every accepted fact as known at an instant (None: now), by id."""
    known = FactVersion.objects.as_known(as_of).filter(status=FactStatus.ACCEPTED)
    return tuple(Fact.from_json(content) for content in known.order_by("fact_id").values_list("content", flat=True))


def get_members(on: dt.date) -> list[Country]:
    """ASEAN's members on a day, by name."""
    return list(Country.objects.members(on).order_by("name"))
