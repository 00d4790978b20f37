"""What was known at an instant, and the evidence in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from registry.domain.production import ProductionTotal
from registry.models import FactVersion, InstrumentVersion
from registry.selectors import get_instruments, get_known_versions, get_versions
from scoring.domain.inputs import Evidence

#: The kind of fact version that holds a regional production total instead of a fact.
PRODUCTION_TOTAL = "production_total"


@dataclass(frozen=True)
class Basis:
    """What was known at an instant: the evidence, and where each piece of it stands in the register."""

    facts: Mapping[str, FactVersion]
    versions: Mapping[str, InstrumentVersion]

    @cached_property
    def evidence(self) -> Evidence:
        facts = ((version.kind, version.content) for version in self.facts.values())
        return _evidence(facts, (InstrumentState.from_json(version.content) for version in self.versions.values()))


def get_evidence(*, as_of: dt.datetime | None = None) -> Evidence:
    """What `get_basis` has as evidence, where nobody asks where it stands in the register."""
    facts = get_known_versions(as_of).order_by("fact_id").values_list("kind", "content")
    return _evidence(facts.iterator(), get_instruments(as_of=as_of))


def get_basis(*, as_of: dt.datetime | None = None) -> Basis:
    facts = get_known_versions(as_of).select_related("source")
    return Basis(
        facts={fact.fact_id: fact for fact in facts.order_by("fact_id")},
        versions={version.instrument.instrument_id: version for version in get_versions(as_of=as_of)},
    )


def _evidence(facts: Iterable[tuple[str, Any]], instruments: Iterable[InstrumentState]) -> Evidence:
    """Of facts by kind and content, production totals among them, and of instruments."""
    rows = list(facts)
    return Evidence(
        facts=tuple(Fact.from_json(content) for kind, content in rows if kind != PRODUCTION_TOTAL),
        instruments=tuple(instruments),
        production=tuple(ProductionTotal.from_json(content) for kind, content in rows if kind == PRODUCTION_TOTAL),
    )
