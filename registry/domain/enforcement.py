"""What was done under the rules and what went wrong: dated records that governance is measured by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from registry.domain.dates import Basis, Certainty, PartialDate, holds
from registry.domain.facts import Fact, Subject

#: The kind of fact that gate G1 reads.
FACT_KIND = "enforcement"


class EnforcementKind(StrEnum):
    """What happened: an action of an authority, or an incident."""

    INSPECTION = "inspection"
    WARNING = "warning"
    FINE = "fine"
    SUSPENSION = "suspension"
    LICENCE_REVOCATION = "licence_revocation"
    CLOSURE = "closure"
    SEIZURE = "seizure"
    TRADE_CURB = "trade_curb"
    PROSECUTION = "prosecution"
    COURT_RULING = "court_ruling"
    OTHER_ACTION = "other_action"
    SPILL = "spill"
    POLLUTION = "pollution"
    TAILINGS_FAILURE = "tailings_failure"
    ACCIDENT = "accident"
    ILLEGAL_MINING = "illegal_mining"
    UNREGULATED_MINING = "unregulated_mining"
    SMUGGLING = "smuggling"
    OTHER_INCIDENT = "other_incident"


INCIDENTS = frozenset(
    {
        EnforcementKind.SPILL,
        EnforcementKind.POLLUTION,
        EnforcementKind.TAILINGS_FAILURE,
        EnforcementKind.ACCIDENT,
        EnforcementKind.ILLEGAL_MINING,
        EnforcementKind.UNREGULATED_MINING,
        EnforcementKind.SMUGGLING,
        EnforcementKind.OTHER_INCIDENT,
    }
)


#: Actions that last from one day to another; the others are done on a day.
LASTING = frozenset(
    {
        EnforcementKind.SUSPENSION,
        EnforcementKind.LICENCE_REVOCATION,
        EnforcementKind.CLOSURE,
        EnforcementKind.TRADE_CURB,
    }
)


class Standing(StrEnum):
    """Where the matter stands by its source. Whether an action is in effect on a day follows from its dates."""

    REPORTED = "reported"
    UNDER_INVESTIGATION = "under_investigation"
    CONFIRMED = "confirmed"
    UNDER_APPEAL = "under_appeal"
    OVERTURNED = "overturned"
    SETTLED = "settled"


class EnforcementReading(StrEnum):
    """What the source lets one say of enforcement in the country as a whole: the words of gate G1."""

    PRESENT = "present"
    CONSTRAINED = "constrained"
    ABSENT = "absent"


def fact_id_of(record_id: str) -> str:
    """The id of the fact that follows a record; it has a dot, so no instrument can bear it."""
    return f"{FACT_KIND}.{record_id}"


def is_derived(fact_id: str) -> bool:
    """Whether a fact follows an enforcement record, and is changed by that record alone."""
    return fact_id.startswith(f"{FACT_KIND}.")


@dataclass(frozen=True, slots=True)
class EnforcementState:
    """One approved version of a record. None and empty: not stated.

    ``instrument`` and ``facility`` are ids; ``party`` is text of the source; ``amount`` is in ``currency`` (ISO 4217),
    ``quantity_t`` in metric tons; ``touches`` are other countries; ``reading`` None: it says nothing on the whole.
    """

    record_id: str
    version: int
    country: str
    kind: EnforcementKind
    title: str
    since: PartialDate | None = None
    until: PartialDate | None = None
    standing: Standing | None = None
    instrument: str | None = None
    facility: str | None = None
    area: str = ""
    party: str = ""
    minerals: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str = ""
    quantity_t: Decimal | None = None
    reading: EnforcementReading | None = None

    @property
    def is_incident(self) -> bool:
        return self.kind in INCIDENTS

    def in_effect(self, on: dt.date) -> Certainty | None:
        """Whether an action is in effect on a day; None where that is no question: it does not last, or has no date.

        The date of a source is not that of the act, so nothing is certain from it.
        """
        if self.kind not in LASTING or self.since is None:
            return None
        found = holds(on, self.since, self.until)
        is_certain = self.since.basis is not Basis.SOURCE_DATE
        return found if is_certain or found is Certainty.NO else Certainty.PERHAPS

    def fact(self, *, source_key: str | None, section: str | None, quote: str | None) -> Fact | None:
        """The fact that gate G1 reads; None where the record says nothing of enforcement as a whole."""
        if self.reading is None:
            return None
        return Fact(
            fact_id=fact_id_of(self.record_id),
            kind=FACT_KIND,
            subject=Subject(country=self.country, facility=self.facility),
            fact_class=self.reading.value,
            section=section or None,
            source_key=source_key,
            quote=quote or None,
            note=f"follows the enforcement record “{self.title}”",
            minerals=self.minerals,
            valid_from=self.since,
            valid_until=self.until,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON with every field; numbers as text."""
        return {
            "record_id": self.record_id,
            "version": self.version,
            "country": self.country,
            "kind": self.kind.value,
            "title": self.title,
            "since": self.since.to_json() if self.since else None,
            "until": self.until.to_json() if self.until else None,
            "standing": self.standing.value if self.standing else None,
            "instrument": self.instrument,
            "facility": self.facility,
            "area": self.area,
            "party": self.party,
            "minerals": list(self.minerals),
            "touches": list(self.touches),
            "amount": f"{self.amount:f}" if self.amount is not None else None,
            "currency": self.currency,
            "quantity_t": f"{self.quantity_t:f}" if self.quantity_t is not None else None,
            "reading": self.reading.value if self.reading else None,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> EnforcementState:
        """Read what `to_json` wrote; KeyError or ValueError where it is no record."""
        return cls(
            record_id=plain["record_id"],
            version=plain["version"],
            country=plain["country"],
            kind=EnforcementKind(plain["kind"]),
            title=plain["title"],
            since=PartialDate.from_json(plain["since"]) if plain["since"] else None,
            until=PartialDate.from_json(plain["until"]) if plain["until"] else None,
            standing=Standing(plain["standing"]) if plain["standing"] else None,
            instrument=plain["instrument"],
            facility=plain["facility"],
            area=plain["area"],
            party=plain["party"],
            minerals=tuple(plain["minerals"]),
            touches=tuple(plain["touches"]),
            amount=Decimal(plain["amount"]) if plain["amount"] is not None else None,
            currency=plain["currency"],
            quantity_t=Decimal(plain["quantity_t"]) if plain["quantity_t"] is not None else None,
            reading=EnforcementReading(plain["reading"]) if plain["reading"] else None,
        )
