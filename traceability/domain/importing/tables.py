"""The six tables of an import: their columns, and how a cell of each is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from traceability.domain.importing import values
from traceability.domain.vocabulary import CustodyModel, EventKind, MassBasis, Material, Role, Unit

PARTY_ROLES = ("miner", "trader", "shipper", "processor", "warehouse", "importer", "exporter", "manufacturer",
               "laboratory", "authority")  # fmt: skip
FACILITY_KINDS = ("mine", "concentrator", "separation_plant", "refinery", "alloy_plant", "magnet_plant",
                  "component_plant", "warehouse", "port")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``refers_to`` names the table that its ids must be in."""

    name: str
    read: Callable[[str], Any]
    required: bool = False
    refers_to: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def tables(*, now: dt.datetime, countries: frozenset[str]) -> dict[str, Table]:
    """The tables as they are to be read at an instant, with the country codes there are."""
    zero, country = Decimal(0), values.country(countries)
    ident, text = values.identifier, values.words(500)
    found = (
        Table("parties", (
            Column("party_id", ident, True),
            Column("name", values.words(200), True),
            Column("country", country, True),
            Column("roles", values.words_of(PARTY_ROLES)),
        )),
        Table("facilities", (
            Column("facility_id", ident, True),
            Column("name", values.words(200), True),
            Column("kind", values.one_word_of(FACILITY_KINDS), True),
            Column("country", country, True),
            Column("operator_id", ident, refers_to="parties"),
            Column("latitude", values.within(Decimal(-90), Decimal(90))),
            Column("longitude", values.within(Decimal(-180), Decimal(180))),
            Column("licence_number", values.words(100)),
            Column("licence_from", values.day),
            Column("licence_until", values.day),
            Column("capacity_t_per_year", values.within(zero, None)),
        )),
        Table("lots", (
            Column("lot_id", ident, True),
            Column("mineral", ident, True, "minerals"),
            Column("material", values.one_of(Material), True),
            Column("hs_code", values.hs_code, True),
            Column("custody_model", values.one_of(CustodyModel), True),
        )),
        Table("assays", (
            Column("assay_id", ident, True),
            Column("lot_id", ident, True, "lots"),
            Column("sampled_on", values.day, True),
            Column("basis", values.one_of(MassBasis), True),
            Column("moisture_pct", values.within(zero, Decimal(100), below=True)),
            Column("analyte", values.analyte, True),
            Column("grade_pct", values.within(zero, Decimal(100)), True),
            Column("laboratory_id", ident, refers_to="parties"),
            Column("certificate_sha256", values.sha256),
        )),
        Table("events", (
            Column("event_id", ident, True),
            Column("kind", values.one_of(EventKind), True),
            Column("occurred_at", values.instant(now), True),
            Column("facility_id", ident, True, "facilities"),
            Column("party_id", ident, True, "parties"),
            Column("to_facility_id", ident, refers_to="facilities"),
            Column("to_party_id", ident, refers_to="parties"),
            Column("permit_number", text),
            Column("reason", values.words(2_000)),
            Column("corrects_event_id", ident, refers_to="events"),
        )),
        Table("event_lines", (
            Column("event_id", ident, True, "events"),
            Column("role", values.one_of(Role), True),
            Column("lot_id", ident, True, "lots"),
            # The sign is looked at where the event is known: only an adjustment may be negative.
            Column("quantity", values.number, True),
            Column("unit", values.one_of(Unit), True),
            Column("basis", values.one_of(MassBasis), True),
        )),
    )  # fmt: skip
    return {table.name: table for table in found}
