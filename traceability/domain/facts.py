"""What was reported: parties, facilities, lots, assays and events, as the rules read them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Context, Decimal

from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Material, Role, Unit

_DIGITS = Context(prec=15)

# Lots, assays, events and lines are made by the million, and would take twice as long to make if they were frozen.
# Nobody changes them.


def degrees(value: Decimal | None) -> Decimal | None:
    """A latitude or longitude to six decimals, which is a tenth of a metre."""
    return None if value is None else value.quantize(Decimal("0.000001"))


@dataclass(frozen=True, slots=True)
class PartyFact:
    party_id: str
    name: str
    country: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FacilityFact:
    """A place of work. ``capacity_t_per_year`` is wet tonnes; first and last day of the licence belong to it."""

    facility_id: str
    name: str
    kind: str
    country: str
    operator_id: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    licence_number: str | None = None
    licence_from: dt.date | None = None
    licence_until: dt.date | None = None
    capacity_t_per_year: Decimal | None = None

    def content(self) -> tuple[object, ...]:
        """What makes two reports of one facility the same: numbers as finely as the register keeps them, degrees to six
        decimals and a capacity to 15 digits."""
        row = (self.name, self.kind, self.country, self.operator_id, self.licence_number)
        days = (self.licence_from, self.licence_until)
        capacity = None if self.capacity_t_per_year is None else _DIGITS.plus(self.capacity_t_per_year)
        return (*row, *days, degrees(self.latitude), degrees(self.longitude), capacity)


@dataclass(slots=True, unsafe_hash=True)
class LotFact:
    lot_id: str
    mineral: str
    material: Material
    hs_code: str
    custody_model: CustodyModel


@dataclass(slots=True, unsafe_hash=True)
class AssayFact:
    """One analyte of one assay: ``grade_pct`` of the analyte as named, on ``basis``; moisture is the whole lot's."""

    assay_id: str
    lot_id: str
    sampled_on: dt.date
    basis: MassBasis
    analyte: str
    grade_pct: Decimal
    moisture_pct: Decimal | None = None
    laboratory_id: str | None = None
    certificate_sha256: str | None = None


@dataclass(slots=True, unsafe_hash=True)
class LineFact:
    role: Role
    lot_id: str
    quantity: Decimal
    unit: Unit
    basis: MassBasis


@dataclass(slots=True, unsafe_hash=True)
class EventFact:
    """One event with its lines. ``occurred_at`` keeps its own offset: its day and year are those of that offset."""

    event_id: str
    kind: EventKind
    occurred_at: dt.datetime
    facility_id: str
    party_id: str
    to_facility_id: str | None = None
    to_party_id: str | None = None
    permit_number: str | None = None
    reason: str | None = None
    corrects_event_id: str | None = None
    lines: tuple[LineFact, ...] = ()

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """Events follow each other by time, those of one instant by id (contract, reading 9). In UTC, because times
        with different offsets take ten times as long to compare."""
        return (self.occurred_at.astimezone(dt.UTC), self.event_id)

    @property
    def day(self) -> dt.date:
        return self.occurred_at.date()

    def content(self) -> tuple[object, ...]:
        """What makes two reports of one event the same: its row, with the offset, and the set of its lines."""
        row = (self.kind, self.occurred_at, self.occurred_at.utcoffset(), self.facility_id, self.party_id)
        more = (self.to_facility_id, self.to_party_id, self.permit_number, self.reason, self.corrects_event_id)
        return (*row, *more, frozenset(self.lines))
