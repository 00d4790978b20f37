"""The chain above a lot as its page needs it: masses of an element, origins of every lot, borders, holders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from traceability import loading
from traceability.domain.borders import Crossing, crossings
from traceability.domain.chain import Chain, Touch
from traceability.domain.custody import holdings
from traceability.domain.path_graph import PathLink, PathLot
from traceability.domain.precision import precisely
from traceability.domain.trace import Origin, Walk, origins_of, walk_chain
from traceability.domain.vocabulary import EventKind
from traceability.models import Lot
from traceability.pages.words import DID

#: Above this many lots strands are drawn in one pattern: their origins would be worked out lot by lot.
_MOST_PAINTED = 300


@dataclass(frozen=True)
class LotChain:
    """A lot and all that it was made of, seen for one element (None: dry mass)."""

    lot: Lot
    chain: Chain
    element: str | None

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

    @precisely
    def _content(self, lot_id: str, dry_kg: Decimal) -> Decimal | None:
        if self.element is None:
            return dry_kg
        made_of = self.chain.made_of.get(lot_id)
        return None if made_of is None else dry_kg * made_of.metals.get(self.element, Decimal(0))

    def origins(self, lot_id: str) -> list[Origin]:
        return origins_of(self.walk, lot_id)

    def path_lots(self, names: Mapping[str, str], visible: set[str], masked: Collection[str] = ()) -> list[PathLot]:
        return [
            PathLot(
                lot_id=lot_id,
                material=self.chain.lots[lot_id].material.value.replace("_", " "),
                country=self.walk.lots[lot_id].country or "",
                kg=None if lot_id in masked else self.mass(lot_id),
                missing="masked" if lot_id in masked else "unknown",
                href=names[lot_id] if lot_id in visible else "",
            )
            for lot_id in self.lots
        ]

    def path_links(self, patterns: Mapping[str | None, str], masked: Collection[str] = ()) -> Iterator[PathLink]:
        """What went from lot to lot: the part of each input that ended in this output, by origin. A strand is as thin
        as can be where an end is masked: its width would tell the mass."""
        painted = len(self.lots) <= _MOST_PAINTED
        for child in self.lots:
            step = self.chain.births[child]
            part = self._part(child)
            for parent, dry in step.inputs.items():
                kg = self._content(parent, dry)
                moved = (dry if kg is None else kg) * part
                if parent in masked or child in masked:
                    moved = Decimal(0)
                yield PathLink(parent, child, self._strands(parent, moved, patterns, painted=painted))

    @precisely
    def _part(self, lot_id: str) -> Decimal:
        """The part of its birth event's output that a lot is."""
        step = self.chain.births[lot_id]
        out = dict(step.out())
        if len(out) == 1:
            return Decimal(1)
        total = sum((self._content(born, kg) or Decimal(0) for born, kg in out.items()), Decimal(0))
        return (self._content(lot_id, out[lot_id]) or Decimal(0)) / total if total else Decimal(1)

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

    def touches(self) -> Iterator[tuple[str, Touch]]:
        for lot_id in self.lots:
            for touch in self.chain.lives[lot_id]:
                yield lot_id, touch

    def event_ids(self) -> list[str]:
        """Live events of the lots of the path: births and everything they went through."""
        return sorted({touch.event.event_id for _, touch in self.touches()})


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
    place = chain.chain.place
    deeds = sorted(chain.touches(), key=lambda pair: place[pair[1].event.event_id])
    for lot_id, touch in deeds:
        holder = found.get(touch.event.party_id)
        if holder is None:
            continue
        word = DID.get(touch.event.kind, touch.event.kind.value)
        if word not in holder.did:
            holder.did.append(word)
        if touch.event.kind in (EventKind.SHIP, EventKind.TRANSFER_OWNERSHIP):
            passed.setdefault(holder.party_id, {})[lot_id] = touch.kg
    for party_id, masses in passed.items():
        found[party_id].kg = sum(masses.values(), Decimal(0))


def load_lot_chain(lot: Lot, element: str | None) -> LotChain:
    above = loading.ancestors({lot.pk})
    return LotChain(lot, loading.load_chain(loading.live_events_of(above)), element)


def main_element(chain: LotChain) -> str | None:
    """The element a reader most likely asks about: that of the mineral, of rare earths the magnet metals first."""
    elements = chain.elements
    wanted = (chain.lot.mineral.symbol, "Nd", "Pr", "Dy", "Tb")
    return next((symbol for symbol in wanted if symbol in elements), next(iter(elements), None))
