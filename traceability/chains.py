"""The chain above a lot as its page needs it: masses of an element, origins of every lot, borders, holders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from traceability import loading
from traceability.domain.borders import Crossing, crossings
from traceability.domain.chain import Chain, Step, Touch
from traceability.domain.custody import holdings
from traceability.domain.facts import EventFact
from traceability.domain.path_graph import PathLink, PathLot
from traceability.domain.precision import divided, precisely, times
from traceability.domain.trace import Origin, Walk, origins_of, walk_chain
from traceability.domain.vocabulary import EventKind
from traceability.loading import Loaded
from traceability.models import Lot
from traceability.pages.words import DID
from traceability.selectors.trace import keys_above

#: Above this many lots strands are drawn in one pattern: their origins would be worked out lot by lot.
_MOST_PAINTED = 300
_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class LotChain:
    """A lot and all that it was made of, seen for one element (None: dry mass)."""

    lot: Lot
    loaded: Loaded
    element: str | None

    def of(self, element: str | None) -> LotChain:
        """The same for another element."""
        return replace(self, element=element)

    @cached_property
    def chain(self) -> Chain:
        return self.loaded.chain

    @cached_property
    def keys(self) -> dict[str, int]:
        """Primary keys of the lots of the path, by id."""
        return {lot: self.loaded.lots[lot] for lot in self.lots}

    @cached_property
    def event_keys(self) -> dict[str, int]:
        """Primary keys of the live events of the path, by id."""
        return {event_id: self.loaded.events[event_id] for event_id in self.events}

    @cached_property
    def walk(self) -> Walk[str, str]:
        return walk_chain(self.chain, self.lot.lot_id, self.element)

    @cached_property
    def lots(self) -> list[str]:
        """The lot and its ancestors, by birth."""
        born, place = self.chain.births, self.chain.place
        return sorted(self.walk.lots, key=lambda lot: (place[born[lot].event.event_id], lot))

    @property
    def elements(self) -> list[str]:
        """The elements its assay found, the heaviest first."""
        made_of = self.chain.made_of.get(self.lot.lot_id)
        found = {element: per_kg for element, per_kg in made_of.metals.items() if per_kg} if made_of else {}
        return sorted(found, key=lambda element: (-found[element], element))

    def mass(self, lot_id: str) -> Decimal | None:
        """Kilograms of the element in a lot at its birth; None where it was not assayed."""
        return self._content(lot_id, self.chain.born_kg(lot_id))

    def _content(self, lot_id: str, dry_kg: Decimal) -> Decimal | None:
        if self.element is None:
            return dry_kg
        made_of = self.chain.made_of.get(lot_id)
        return None if made_of is None else times(dry_kg, made_of.metals.get(self.element, _ZERO))

    def origins(self, lot_id: str) -> list[Origin]:
        return origins_of(self.walk, lot_id)

    def path_lots(
        self, address: Callable[[str], str], visible: Collection[str], masked: Collection[str] = ()
    ) -> list[PathLot]:
        return [
            PathLot(
                lot_id=lot_id,
                material=self.chain.lots[lot_id].material.value.replace("_", " "),
                country=self.walk.lots[lot_id].country or "",
                kg=None if lot_id in masked else self.mass(lot_id),
                missing="masked" if lot_id in masked else "unknown",
                href=address(lot_id) if lot_id in visible else "",
            )
            for lot_id in self.lots
        ]

    def path_links(self, patterns: Mapping[str | None, str], masked: Collection[str] = ()) -> Iterator[PathLink]:
        """What went from lot to lot: the part of each input that ended in this output, by origin. A strand is as thin
        as can be where an end is masked: its width would tell the mass."""
        painted = len(self.lots) <= _MOST_PAINTED
        totals: dict[str, Decimal | None] = {}
        for child in self.lots:
            step = self.chain.births[child]
            name = step.event.event_id
            if name not in totals:
                totals[name] = self._born(step)
            part = self._part(child, totals[name])
            for parent, dry in step.inputs.items():
                kg = self._content(parent, dry)
                moved = (dry if kg is None else kg) * part
                if parent in masked or child in masked:
                    moved = _ZERO
                yield PathLink(parent, child, self._strands(parent, moved, patterns, painted=painted))

    @precisely
    def _born(self, step: Step) -> Decimal | None:
        """The element in all that came out of a birth event; None where that is one lot."""
        out = list(step.out())
        return None if len(out) == 1 else sum((self._content(lot, kg) or _ZERO for lot, kg in out), _ZERO)

    def _part(self, lot_id: str, total: Decimal | None) -> Decimal:
        """The part of its birth event's output that a lot is."""
        return divided(self.mass(lot_id) or _ZERO, total) if total else _ONE

    def _strands(
        self, parent: str, kg: Decimal, patterns: Mapping[str | None, str], *, painted: bool
    ) -> tuple[tuple[str, Decimal], ...]:
        if not painted:
            return (("o1", kg),)
        strands: dict[str, Decimal] = {}
        for origin in self.origins(parent):
            pattern = patterns.get(origin.facility_id, "others")
            strands[pattern] = strands.get(pattern, Decimal(0)) + kg * origin.share
        return tuple(sorted(strands.items()))

    @cached_property
    def crossings(self) -> list[Crossing]:
        """The borders that the lot or an ancestor crossed, in order."""
        own = set(self.lots)
        return [crossing for crossing in crossings(self.chain) if crossing.lot.lot_id in own]

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """What each lot of the path became on it, by birth."""
        found: dict[str, list[str]] = {}
        for child in self.lots:
            for parent in self.chain.births[child].inputs:
                found.setdefault(parent, []).append(child)
        return found

    def child_in(self, lot_id: str, country: str) -> str | None:
        """The lot of the path that was made of a lot, if possible in a country."""
        children = self._children.get(lot_id, [])
        there = [child for child in children if self.walk.lots[child].country == country]
        return next(iter(there or children), None)

    @cached_property
    def touches(self) -> list[tuple[str, Touch]]:
        """The lots of the path, each with every event of its life."""
        lives = self.chain.lives
        return [(lot_id, touch) for lot_id in self.lots for touch in lives[lot_id]]

    @cached_property
    def events(self) -> dict[str, EventFact]:
        """Live events of the lots of the path, by id: births and everything they went through."""
        return {touch.event.event_id: touch.event for _, touch in self.touches}


@dataclass(slots=True)
class Holder:
    """A party with what it did to the material, over all lots it held."""

    party_id: str
    since: dt.datetime
    until: dt.datetime | None
    did: list[str]
    kg: Decimal | None
    first_event: str


def holders(chain: LotChain) -> list[Holder]:
    """Whoever held the material that is now in the lot, in order of time."""
    found: dict[str, Holder] = {}
    for lot_id in chain.lots:
        life = chain.chain.lives[lot_id]
        held = holdings(life)
        for n, holding in enumerate(held):
            since = holding.since.occurred_at
            until = held[n + 1].since.occurred_at if n + 1 < len(held) else _last_use(life, lot_id == chain.lot.lot_id)
            known = found.get(holding.party_id)
            if known is None:
                found[holding.party_id] = Holder(holding.party_id, since, until, [], None, holding.since.event_id)
                continue
            if since < known.since:
                known.since, known.first_event = since, holding.since.event_id
            known.until = None if known.until is None or until is None else max(known.until, until)
    _add_deeds(chain, found)
    return sorted(found.values(), key=lambda holder: (holder.since, holder.party_id))


def _last_use(life: list[Touch], is_asked: bool) -> dt.datetime | None:
    """When a lot of the path was used up in the next one; the asked lot is still held."""
    used = [touch.event.occurred_at for touch in life if touch.is_input]
    return None if is_asked else max(used, default=None)


def _add_deeds(chain: LotChain, found: Mapping[str, Holder]) -> None:
    """What each did, in order, and the mass it passed on: a lot that was sold and shipped counts once."""
    passed: dict[str, dict[str, Decimal]] = {}
    first: dict[tuple[str, EventKind], int] = {}
    place = chain.chain.place
    for lot_id, touch in chain.touches:  # a lot's own events are in order
        event = touch.event
        deed, at = (event.party_id, event.kind), place[event.event_id]
        if first.setdefault(deed, at) > at:
            first[deed] = at
        if event.kind is EventKind.SHIP or event.kind is EventKind.TRANSFER_OWNERSHIP:
            passed.setdefault(event.party_id, {})[lot_id] = touch.kg
    for party_id, kind in sorted(first, key=first.__getitem__):
        if party_id in found:
            found[party_id].did.append(DID.get(kind, kind.value))
    for party_id, masses in passed.items():
        if party_id in found:
            found[party_id].kg = sum(masses.values(), _ZERO)


def load_lot_chain(lot: Lot, element: str | None) -> LotChain:
    return LotChain(lot, loading.load_keyed(loading.live_events_of(keys_above(lot.pk))), element)


def main_element(chain: LotChain) -> str | None:
    """The element a reader most likely asks about: that of the mineral, of rare earths the magnet metals first."""
    elements = chain.elements
    wanted = (chain.lot.mineral.symbol, "Nd", "Pr", "Dy", "Tb")
    return next((symbol for symbol in wanted if symbol in elements), next(iter(elements), None))
