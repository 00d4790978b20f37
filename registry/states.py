"""From an instrument's record at the desk to the plain state that rules read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any

from ledger.domain.canonical import JSON
from registry.domain.dates import Basis, PartialDate
from registry.domain.enforcement import EnforcementKind, EnforcementReading, EnforcementState, Standing
from registry.domain.instruments import (
    Direction,
    EngagementScope,
    InstrumentState,
    MeasureCode,
    MeasureState,
    Pillar,
    Scope,
    Status,
)
from registry.domain.instruments import StatusEvent as StatusEventState
from registry.models import EnforcementRecord, Facility, Instrument, Measure, Party, Source, StatusEvent, User


def state_of(
    instrument: Instrument, measures: Iterable[Measure], events: Iterable[StatusEvent], *, version: int
) -> InstrumentState:
    """The state that approving this record would publish; works on unsaved rows too, for previews."""
    return InstrumentState(
        instrument_id=instrument.instrument_id,
        version=version,
        country=instrument.country_id,
        title=instrument.title,
        scope=Scope(instrument.scope) if instrument.scope else None,
        pillar=Pillar(instrument.pillar) if instrument.pillar else None,
        engagement_scope=EngagementScope(instrument.engagement_scope) if instrument.engagement_scope else None,
        counterparts=tuple(instrument.counterparts),
        events=tuple(
            StatusEventState(Status(event.status), partial_date(event.since, event.basis))
            for event in sorted(events, key=lambda event: event.since)
        ),
        measures=tuple(_measure(instrument, measure, version) for measure in measures),
        until=partial_date(instrument.until),
    )


def _measure(instrument: Instrument, measure: Measure, version: int) -> MeasureState:
    return MeasureState(
        measure_id=f"{instrument.instrument_id}.{measure.number}",
        instrument_id=instrument.instrument_id,
        version=version,
        country=instrument.country_id,
        code=MeasureCode(measure.code),
        direction=Direction(measure.direction or Direction.NEUTRAL.value),
        minerals=_stated(measure.minerals),
        materials=_stated(measure.materials),
        hs=tuple(measure.hs),
        stages=_stated(measure.stages),
        destinations=_stated(measure.destinations),
        start=partial_date(measure.start),
        until=partial_date(measure.until),
    )


def details_of(instrument: Instrument, measures: Sequence[Measure], events: Iterable[StatusEvent] = ()) -> JSON:
    """What pages show beside the state: names, numbers, the source and what it says, notes on the steps of its life."""
    events = sorted(events, key=lambda event: event.since)
    keys = step_keys((event.status, event.since) for event in events)
    notes = {key: event.note for key, event in zip(keys, events, strict=True) if event.note}
    return {
        "title_original": instrument.title_original,
        "number": instrument.number,
        "row": instrument.row,
        "type": instrument.type,
        "legal_force": instrument.legal_force,
        "quote": instrument.quote,
        "note": instrument.note,
        "judgement": instrument.judgement,
        "is_demo": instrument.is_demo,
        "flag": instrument.flag.flag_id if instrument.flag else None,
        "section": instrument.section,
        "source": source_details(instrument.source),
        "measures": {
            f"{instrument.instrument_id}.{measure.number}": {"exemptions": measure.exemptions, "rate": measure.rate}
            for measure in measures
        },
        "relations": relation_details(instrument),
        "documents": document_details(instrument),
        # only where stated: a version without it says what it always said
        **({"review": instrument.review} if instrument.review else {}),
        **({"status_notes": notes} if notes else {}),
    }


def step_keys(steps: Iterable[tuple[str, object]]) -> list[str]:
    """What notes on steps of a life are kept under: status and date, and a number where both were there before."""
    keys: list[str] = []
    for status, since in steps:
        key = f"{status} {since or 'at a time not stated'}"
        again = sum(1 for each in keys if each == key or each.startswith(f"{key} ("))
        keys.append(f"{key} ({again + 1})" if again else key)
    return keys


def relation_details(instrument: Instrument) -> list[dict[str, str]]:
    """What an instrument does to others: ``{kind, instrument_id, title, since, note}`` each."""
    return [
        {
            "kind": row.kind,
            "instrument_id": row.other.instrument_id,
            "title": row.other.title,
            "since": row.since,
            "note": row.note,
        }
        for row in instrument.relations.all()
    ]


def document_details(instrument: Instrument) -> list[dict[str, Any]]:
    """The files of an instrument: ``{sha256, role, language, name, media_type, size, url, retrieved_at}`` each."""
    names = ("sha256", "role", "language", "name", "media_type", "size", "url")
    return [
        {**{name: getattr(row, name) for name in names}, "retrieved_at": row.retrieved_at.isoformat()}
        for row in instrument.documents.all()
    ]


def enforcement_of(row: EnforcementRecord, *, version: int) -> EnforcementState:
    """The state that approving this record would publish; works on unsaved rows too, for previews."""
    return EnforcementState(
        record_id=row.record_id,
        version=version,
        country=row.country_id,
        kind=EnforcementKind(row.kind),
        title=row.title,
        since=partial_date(row.since, row.basis),
        until=partial_date(row.until),
        standing=Standing(row.standing) if row.standing else None,
        instrument=row.instrument.instrument_id if row.instrument else None,
        facility=row.facility.facility_id if row.facility else None,
        area=row.area,
        party=row.party,
        minerals=tuple(row.minerals),
        touches=tuple(row.touches),
        amount=row.amount,
        currency=row.currency,
        quantity_t=row.quantity_t,
        reading=EnforcementReading(row.reading) if row.reading else None,
    )


def enforcement_details(row: EnforcementRecord) -> JSON:
    """What pages show beside the state: the source and what it says."""
    return {
        "section": row.section,
        "quote": row.quote,
        "note": row.note,
        "rests_on": row.rests_on,
        "is_demo": row.is_demo,
        "facility_name": row.facility.name if row.facility else "",
        "source": source_details(row.source),
    }


def source_details(source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    names = ("key", "kind", "title", "publisher", "url", "date", "section", "endnote", "sha256", "is_demo")
    return {name: getattr(source, name) for name in names}


def person_state(person: User) -> JSON:
    """What the log may know of a person."""
    roles = [
        {"role": role, "country": country}
        for role, country in person.memberships.order_by("role", "country_id").values_list("role", "country_id")
    ]
    return {"is_active": person.is_active, "is_superuser": person.is_superuser, "roles": list[JSON](roles)}


def party_state(party: Party) -> dict[str, JSON]:
    """What the log holds of a party."""
    return {"name": party.name, "country": party.country, "roles": sorted(party.roles)}


def facility_state(facility: Facility) -> dict[str, JSON]:
    """What the log holds of a facility, with numbers no finer than any database keeps them: degrees to six decimals,
    a capacity to 15 digits. What a column's default says is left out, so that most facilities are a few words."""
    degrees = {
        name: None if value is None else Decimal(value).quantize(_DEGREE)
        for name, value in (("latitude", facility.latitude), ("longitude", facility.longitude))
    }
    capacity = facility.capacity_t_per_year
    more = {name: value for name in _MORE if (value := getattr(facility, name)) not in (None, "", [], False)}
    return {
        "name": facility.name,
        "kind": facility.kind,
        "country": facility.country,
        "operator": facility.operator.party_id if facility.operator else None,
        **degrees,
        "licence_number": facility.licence_number,
        "licence_from": facility.licence_from,
        "licence_until": facility.licence_until,
        "capacity_t_per_year": None if capacity is None else _DIGITS.plus(Decimal(capacity)),
        **more,
        **({"source": facility.source.key} if facility.source else {}),
    }


_DEGREE = Decimal("0.000001")
_DIGITS = Context(prec=15)
_MORE = ("minerals", "stage", "tier", "operating_status", "owners", "place", "is_group", "technology_origin", "quote",
         "section", "note")  # fmt: skip


def partial_date(text: str, basis: str = Basis.STATED.value) -> PartialDate | None:
    return PartialDate.parse(text, Basis(basis)) if text else None


def _stated(codes: Sequence[str]) -> tuple[str, ...] | None:
    return tuple(codes) or None
