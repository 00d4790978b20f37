"""The life of the material that is in a lot, event by event, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from registry.models import Facility, Party
from registry.parts import Link, ProofMark
from traceability.batches import batches
from traceability.chains import LotChain
from traceability.domain.chain import Touch
from traceability.domain.facts import EventFact
from traceability.domain.vocabulary import Role
from traceability.pages.lot import Mass, MomentRow
from traceability.pages.words import EVENT_TITLES

_ROLES: Mapping[Role, str] = {
    Role.INPUT: "went in",
    Role.OUTPUT: "came out",
    Role.BY_PRODUCT: "came out beside",
    Role.LOSS: "was lost",
    Role.PARENT: "whole",
    Role.CHILD: "part",
    Role.ITEM: "",
}


def moment_rows(
    chain: LotChain,
    link: Callable[[str], Link],
    mass: Callable[[str, Decimal], Mass],
    countries: Mapping[str, str],
    entries: Mapping[str, int],
    *,
    most: int | None,
) -> Iterator[MomentRow]:
    """The newest ``most`` events of the path (None: all). An event's lots outside the path are left out."""
    touched: dict[str, tuple[EventFact, list[tuple[str, Touch]]]] = {}
    for lot_id, touch in chain.touches():
        touched.setdefault(touch.event.event_id, (touch.event, []))[1].append((lot_id, touch))
    place = chain.chain.place
    shown = sorted(touched.values(), key=lambda pair: place[pair[0].event_id], reverse=True)[:most]
    parties = _names(Party, "party_id", (each for e, _ in shown for each in (e.party_id, e.to_party_id)))
    places = _names(Facility, "facility_id", (each for e, _ in shown for each in (e.facility_id, e.to_facility_id)))
    for event, lots in shown:
        there = event.to_facility_id or ""
        yield MomentRow(
            event_id=event.event_id,
            day=event.day,
            title=EVENT_TITLES[event.kind],
            lots=tuple((link(lot_id), _role(event, lot_id), mass(lot_id, touch.kg)) for lot_id, touch in lots),
            place=places.get(event.facility_id, event.facility_id),
            country=_country(chain, event.facility_id, countries),
            party=parties.get(event.party_id, event.party_id),
            to=_to(parties.get(event.to_party_id or "", ""), places.get(there, ""), _country(chain, there, countries)),
            permit=event.permit_number or "",
            reason=event.reason or "",
            corrects=event.corrects_event_id or "",
            proof=ProofMark(entries[event.event_id]),
        )


def _role(event: EventFact, lot_id: str) -> str:
    roles = {_ROLES.get(line.role, "") for line in event.lines if line.lot_id == lot_id}
    return ", ".join(sorted(role for role in roles if role))


def _country(chain: LotChain, facility_id: str, countries: Mapping[str, str]) -> str:
    code = chain.chain.country(facility_id) or ""
    return countries.get(code, code)


def _to(party: str, place: str, country: str) -> str:
    where = ", ".join(part for part in (place, country) if part)
    return "; ".join(part for part in (party, where) if part)


def _names(model: type[Party] | type[Facility], column: str, ids: Iterable[str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch in batches({one for one in ids if one}):
        rows = model._default_manager.filter(**{f"{column}__in": batch})
        found.update(rows.values_list(column, "name"))
    return found
