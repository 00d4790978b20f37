"""Reading the register: what is approved, on both clocks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from ledger.models import is_sealed, newest_entry_at, size_at
from registry.choices import FactStatus
from registry.domain.family import Relation, RelationKind
from registry.domain.instruments import InstrumentState
from registry.models import Country, FactVersion, InstrumentRelation, InstrumentVersion


def get_instruments(*, as_of: dt.datetime | None = None) -> tuple[InstrumentState, ...]:
    """Every approved instrument as known at an instant (None: now), by id."""
    return tuple(InstrumentState.from_json(version.content) for version in get_versions(as_of=as_of))


def get_versions(*, as_of: dt.datetime | None = None) -> QuerySet[InstrumentVersion, Any]:
    known = InstrumentVersion.objects.as_known(as_of)
    return known.select_related("instrument", "recorded_entry").order_by("instrument__instrument_id")


def get_known_versions(as_of: dt.datetime | None = None) -> QuerySet[FactVersion, Any]:
    """The version of each fact that was accepted as known at an instant (None: now).

    As `FactVersion.objects.as_known`, by one seek a fact instead of a walk through all versions ever: each fact has one
    row that is current and no proposal, and from its newest entry backwards the first one sealed by then is the one.
    """
    current = FactVersion.objects.current().exclude(status=FactStatus.PROPOSED)
    if as_of is None:
        return current.filter(status=FactStatus.ACCEPTED)
    size = size_at(as_of)
    known = (
        FactVersion.objects.filter(
            is_sealed("recorded_entry", size), fact_id=OuterRef("fact_id"), recorded_entry__lte=newest_entry_at(size)
        )
        .exclude(status=FactStatus.PROPOSED)
        .order_by("-recorded_entry_id")
    )
    ids = current.order_by().annotate(known=Subquery(known.values("pk")[:1])).values("known")
    return FactVersion.objects.filter(pk__in=ids, status=FactStatus.ACCEPTED)


def get_members(on: dt.date) -> list[Country]:
    """ASEAN's members on a day, by name."""
    return list(Country.objects.members(on).order_by("name"))


def get_relations(*, besides: int | None = None) -> list[Relation]:
    """What instruments do to one another by the desk's records, those of one of them (by primary key) left out."""
    rows = InstrumentRelation.objects.exclude(instrument=besides) if besides else InstrumentRelation.objects.all()
    ends = rows.order_by("pk").values_list("instrument__instrument_id", "kind", "other__instrument_id", "since")
    return [Relation(later, RelationKind(kind), earlier, since) for later, kind, earlier, since in ends]


def get_known_relations(*, as_of: dt.datetime | None = None) -> tuple[list[Relation], dict[str, str]]:
    """What approved instruments do to one another as known at an instant (None: now), and every title by id."""
    rows = InstrumentVersion.objects.as_known(as_of).order_by("pk")
    relations, titles = [], {}
    for name, title, acts in rows.values_list("instrument__instrument_id", "content__title", "details__relations"):
        titles[name] = title
        relations += [
            Relation(name, RelationKind(act["kind"]), act["instrument_id"], act["since"]) for act in acts or ()
        ]
    return relations, titles
