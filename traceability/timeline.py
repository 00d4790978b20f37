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
    shown = _newest(chain, most)
    parties = _names(Party, "party_id", (each for e, _ in shown for each in (e.party_id, e.to_party_id)))
    places = _names(Facility, "facility_id", (each for e, _ in shown for each in (e.facility_id, e.to_facility_id)))
    for event, lots in shown:
        there, roles = event.to_facility_id or "", _roles(event)
        yield MomentRow(
            event_id=event.event_id,
            day=event.day,
            title=EVENT_TITLES[event.kind],
            lots=tuple((link(lot_id), roles[lot_id], mass(lot_id, touch.kg)) for lot_id, touch in lots),
            place=places.get(event.facility_id, event.facility_id),
            country=_country(chain, event.facility_id, countries),
            party=parties.get(event.party_id, event.party_id),
            to=_to(parties.get(event.to_party_id or "", ""), places.get(there, ""), _country(chain, there, countries)),
            permit=event.permit_number or "",
            reason=event.reason or "",
            corrects=event.corrects_event_id or "",
            proof=ProofMark(entries[event.event_id]),
        )


def _newest(chain: LotChain, most: int | None) -> list[tuple[EventFact, list[tuple[str, Touch]]]]:
    """The newest events of the path, each with its lots of the path."""
    place = chain.chain.place
    names = sorted(chain.events, key=place.__getitem__, reverse=True)[:most]
    lots: dict[str, list[tuple[str, Touch]]] = {name: [] for name in names}
    for lot_id, touch in chain.touches:
        if touch.event.event_id in lots:
            lots[touch.event.event_id].append((lot_id, touch))
    return [(mine[0][1].event, mine) for mine in lots.values()]


def _roles(event: EventFact) -> dict[str, str]:
    """What each lot of an event was in it, in words."""
    found: dict[str, set[str]] = {}
    for line in event.lines:
        found.setdefault(line.lot_id, set()).add(_ROLES.get(line.role, ""))
    return {lot_id: ", ".join(sorted(role for role in roles if role)) for lot_id, roles in found.items()}


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
