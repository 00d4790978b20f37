"""The answers of a trace: where a lot came from, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

from traceability.domain.chain import Chain
from traceability.domain.mixing import Graph, graph, origins, shares_from
from traceability.domain.precision import plain, precisely
from traceability.domain.rounding import largest_remainder, rounded

L = TypeVar("L")
E = TypeVar("E")


class TracedLot(NamedTuple):
    """What a trace tells of a lot: ``kg`` is its dry mass at birth, ``country`` where it was born.

    ``has_element`` is whether it may contain the element asked for: its assay finds some, or it has no assay.
    """

    lot_id: str
    material: str
    mineral: str
    kg: Decimal
    country: str | None
    has_element: bool = True


class BirthPlace(NamedTuple):
    """Where and in which event lots were born."""

    event_id: str
    facility_id: str
    country: str | None


@dataclass(slots=True)
class Walk(Generic[L, E]):
    """Everything a trace needs of a part of the lot graph, by keys of any type.

    ``inputs`` are the structural inputs of each event, those of no weight too.
    """

    graph: Graph[L, E]
    lots: Mapping[L, TracedLot]
    events: Mapping[E, BirthPlace]
    inputs: Mapping[E, Sequence[L]] = field(default_factory=dict)


class Origin(NamedTuple):
    """A share that began at a facility; without one, the unknown share."""

    facility_id: str | None
    country: str | None
    share: Decimal


@precisely
def origins_of(walk: Walk[L, E], lot: L) -> list[Origin]:
    """Exact origin shares of a lot by facility, the largest first, what is unknown last. They sum to 1."""
    by_event, unknown = origins(walk.graph, lot)
    shares: dict[str, Decimal] = {}
    countries: dict[str, str | None] = {}
    for event, share in by_event.items():
        _event, place, country = walk.events[event]
        shares[place] = shares[place] + share if place in shares else share
        countries[place] = country
    found = [Origin(place, countries[place], share) for place, share in shares.items()]
    found.sort(key=lambda origin: (-origin.share, origin.facility_id or ""))
    return [*found, Origin(None, None, unknown)] if unknown else found


def trace_up(walk: Walk[L, E], asked: L, element: str | None, findings: Iterable[str]) -> dict[str, Any]:
    """The contract's JSON of an upward trace (section 3)."""
    found = origins_of(walk, asked)
    shares = largest_remainder({place: origin.share for place, origin in enumerate(found)})
    shown = [
        {"facility": origin.facility_id, "country": origin.country, "share": str(shares[place])}
        for place, origin in enumerate(found)
    ]
    others = [_lot(walk.lots[lot]) for lot in _in_order(walk, asked)]
    born_in = walk.graph.born_in[asked]
    depth = _longest(walk, [born_in], walk.lots)[born_in]
    return {**_head(walk, asked, element), "origins": shown, **_tail(walk, walk.lots, others, findings, depth)}


def trace_down(walk: Walk[L, E], asked: L, element: str | None, findings: Iterable[str]) -> dict[str, Any]:
    """The contract's JSON of a downward trace: descendants with none of the element are left out."""
    shares = shares_from(walk.graph, [asked])
    kept = kept_lots(walk, asked)
    others = [
        {**_lot(walk.lots[lot]), "share": str(rounded(shares.get(lot, Decimal(0))))}
        for lot in _in_order(walk, asked)
        if lot in kept
    ]
    born_in = walk.graph.born_in
    below = {born_in[lot] for lot in kept if lot != asked}
    depths = _longest(walk, below, kept, base=born_in[asked])
    depth = max((depths[event] for event in below), default=0)
    return {**_head(walk, asked, element), **_tail(walk, kept, others, findings, depth)}


def kept_lots(walk: Walk[L, E], asked: L) -> set[L]:
    """The lots that a downward trace names, the asked one included."""
    return {asked, *(lot for lot, traced in walk.lots.items() if traced.has_element)}


def walk_chain(chain: Chain, lot_id: str, element: str | None, *, down: bool = False) -> Walk[str, str]:
    """The part of a chain above or below a lot, and the lot itself."""
    whole = graph(chain, element)
    lots = chain.descendants([lot_id]) if down else chain.ancestors([lot_id])
    events = {step.event.event_id: step for step in map(chain.births.__getitem__, lots)}
    return Walk(
        graph=Graph(
            {lot: event for lot, event in whole.born_in.items() if lot in lots},
            {event: mix for event, mix in whole.mixes.items() if event in events},
        ),
        lots={lot: _traced(chain, lot, element) for lot in lots},
        events={event: _place(chain, event) for event in events},
        inputs={event: list(step.inputs) for event, step in events.items()},
    )


def _traced(chain: Chain, lot_id: str, element: str | None) -> TracedLot:
    lot, made_of = chain.lots[lot_id], chain.made_of.get(lot_id)
    has = element is None or made_of is None or bool(made_of.metals.get(element))
    country = chain.country(chain.births[lot_id].event.facility_id)
    return TracedLot(lot_id, lot.material.value, lot.mineral, chain.born_kg(lot_id), country, has)


def _place(chain: Chain, event_id: str) -> BirthPlace:
    event = chain.steps[event_id].event
    return BirthPlace(event_id, event.facility_id, chain.country(event.facility_id))


def _head(walk: Walk[L, E], asked: L, element: str | None) -> dict[str, Any]:
    return {"lot": walk.lots[asked].lot_id, "element": element}


def _tail(
    walk: Walk[L, E], lots: Iterable[L], others: list[dict[str, Any]], findings: Iterable[str], depth: int
) -> dict[str, Any]:
    events = {walk.events[walk.graph.born_in[lot]].event_id for lot in lots}
    return {"lots": others, "events": sorted(events), "findings": sorted(set(findings)), "depth": depth}


def _lot(traced: TracedLot) -> dict[str, Any]:
    return {
        "lot": traced.lot_id,
        "material": traced.material,
        "mineral": traced.mineral,
        "kg": plain(traced.kg),
        "country": traced.country,
    }


def _in_order(walk: Walk[L, E], asked: L) -> list[L]:
    lots = walk.lots
    return sorted((lot for lot in lots if lot != asked), key=lambda lot: lots[lot].lot_id)


def _longest(walk: Walk[L, E], starts: Iterable[E], among: Collection[L], base: E | None = None) -> dict[E, int]:
    """For some events and those above them, the longest chain of births with inputs that ends in each; only through
    the lots ``among``, and counted from ``base``."""
    born_in, inputs = walk.graph.born_in, walk.inputs
    longest: dict[E, int] = {}
    stack = list(starts)
    while stack:
        event = stack[-1]
        if event in longest:
            stack.pop()
            continue
        fed = () if event == base else inputs.get(event, ())
        deepest, ready = 0, True
        for lot in fed:
            if lot in among:
                above = born_in[lot]
                if above not in longest:
                    stack.append(above)
                    ready = False
                elif longest[above] > deepest:
                    deepest = longest[above]
        if ready:
            stack.pop()
            longest[event] = deepest + 1 if fed else 0
    return longest
