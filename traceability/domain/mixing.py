"""Shares through the lot graph: each event mixes its inputs, and all that is born in it has that mix.

Shares are worked out along events in topological order, once an event, so that neither the number of paths
(diamonds) nor inputs × outputs (a blend that is split) counts.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from traceability.domain.balance import all_balances, excesses
from traceability.domain.chain import Chain, Step
from traceability.domain.precision import precisely

L = TypeVar("L", bound=Hashable)
E = TypeVar("E", bound=Hashable)

_ZERO = Decimal(0)
_ONE = Decimal(1)


class Mix(NamedTuple, Generic[L]):
    """What an event's outputs are made of: the share of each input lot, and the unknown one. Together they are 1.

    ``parts`` is empty for a commission. Inputs of no weight are left out of it.
    """

    parts: tuple[tuple[L, Decimal], ...] = ()
    unknown: Decimal = _ZERO


@dataclass
class Graph(Generic[L, E]):
    """Births of lots and the mixes of their events, for one element or dry mass. Keys are ids of any type."""

    born_in: Mapping[L, E]
    mixes: Mapping[E, Mix[L]]

    @cached_property
    def born(self) -> dict[E, list[L]]:
        """The lots of each event."""
        found: dict[E, list[L]] = {}
        for lot, event in self.born_in.items():
            found.setdefault(event, []).append(lot)
        return found

    @cached_property
    def uses(self) -> dict[L, list[E]]:
        """The events that each lot has a part in."""
        found: dict[L, list[E]] = {}
        for event, made_from in self.mixes.items():
            for lot, _share in made_from.parts:
                found.setdefault(lot, []).append(event)
        return found


def mix(
    lots: Sequence[L],
    dry_kg: Sequence[Decimal],
    metal_kg: Sequence[Decimal] | None = None,
    *,
    dry_gain: Decimal = _ZERO,
    metal_gain: Decimal = _ZERO,
) -> Mix[L]:
    """Mix the inputs of one event: each lot with its dry kilograms and, where every input has an assay and one of them
    names the element, with the kilograms of it; by the element then, else by dry mass (reading 4).

    The gains are the unknown shares of dry mass and of the element, where the event gained some (reading 5). Inputs
    without any mass leave everything unknown.
    """
    if not lots:
        return Mix()
    unknown, weights = (dry_gain, dry_kg) if metal_kg is None else (metal_gain, metal_kg)
    if not any(weights) and metal_kg is not None:
        weights = dry_kg
    if len(lots) == 1:
        known = _ONE - unknown if unknown else _ONE
        if not weights[0]:
            return Mix((), _ONE)
        return Mix(((lots[0], known),), unknown) if known else Mix((), unknown)
    total = sum(weights)
    if not total:
        return Mix((), _ONE)
    factor = (_ONE - unknown) / total
    parts = zip(lots, weights, strict=True)
    return Mix(tuple([(lot, weight * factor) for lot, weight in parts if weight]) if factor else (), unknown)


@precisely
def mixes(chain: Chain, element: str | None, gains: Mapping[str, Mapping[str | None, Decimal]]) -> dict[str, Mix[str]]:
    """The mix of every birth event for an element, or for dry mass (None)."""
    return {event_id: _mix_of(chain, step, element, gains.get(event_id, {})) for event_id, step in chain.steps.items()}


def graph(
    chain: Chain, element: str | None, gains: Mapping[str, Mapping[str | None, Decimal]] | None = None
) -> Graph[str, str]:
    """The whole chain as a graph of shares of an element, or of dry mass (None)."""
    gains = excesses(all_balances(chain, element or "")) if gains is None else gains
    return Graph({lot: step.event.event_id for lot, step in chain.births.items()}, mixes(chain, element, gains))


def _mix_of(chain: Chain, step: Step, element: str | None, gains: Mapping[str | None, Decimal]) -> Mix[str]:
    made_of = chain.made_of
    assayed = element is not None and all(lot in made_of for lot in step.inputs)
    by_element = assayed and any(element in made_of[lot].metals for lot in step.inputs)
    metal_kg = None
    if by_element:
        metal_kg = [kg * made_of[lot].metals.get(element or "", _ZERO) for lot, kg in step.inputs.items()]
    gain, dry_gain = gains.get(element, _ZERO), gains.get(None, _ZERO)
    return mix(list(step.inputs), list(step.inputs.values()), metal_kg, dry_gain=dry_gain, metal_gain=gain)


@precisely
def origins(graph: Graph[L, E], lot: L) -> tuple[dict[E, Decimal], Decimal]:
    """Where a lot comes from: the share of each commission event above it, and the unknown one.

    One weight runs up from the lot against the arrows; each event passes its own on once, when all that was made
    from it has arrived.
    """
    born_in, mixes, start = graph.born_in, graph.mixes, graph.born_in[lot]
    waits = _arrivals_up(graph, start)
    weights, shares, unknown = {start: _ONE}, {}, _ZERO
    ready = [start]
    while ready:
        event = ready.pop()
        weight, (parts, gained) = weights.pop(event), mixes[event]
        if gained:
            unknown += weight * gained
        elif not parts:
            shares[event] = weight
        for parent, share in parts:
            above = born_in[parent]
            passed = weight * share
            weights[above] = weights[above] + passed if above in weights else passed
            waits[above] -= 1
            if not waits[above]:
                ready.append(above)
    return shares, unknown


@precisely
def shares_from(graph: Graph[L, E], seeds: Iterable[L]) -> dict[L, Decimal]:
    """For the seeds and all that was made of them: the share that came through a seed. A seed itself is 1."""
    found = dict.fromkeys(seeds, _ONE)
    for event in _sorted_events(graph, _down(graph, list(found))):
        share = sum((part * found.get(lot, _ZERO) for lot, part in graph.mixes[event].parts), _ZERO)
        for lot in graph.born.get(event, ()):
            found.setdefault(lot, share)
    return found


@precisely
def unknown_shares(graph: Graph[L, E]) -> dict[E, Decimal]:
    """The unknown share of what each event made, for the events where it is above 0."""
    sources = [event for event, made_from in graph.mixes.items() if made_from.unknown]
    below = _down(graph, [lot for event in sources for lot in graph.born.get(event, ())])
    found: dict[E, Decimal] = {}
    for event in _sorted_events(graph, {*sources, *below}):
        made_from = graph.mixes[event]
        found[event] = made_from.unknown + sum(
            (share * found.get(graph.born_in[lot], _ZERO) for lot, share in made_from.parts), _ZERO
        )
    return found


@precisely
def mines_of(graph: Graph[str, str], places: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """For each event up to two of the places (by commission event) with a share in what it made: enough to tell
    one from several without carrying long lists."""
    found: dict[str, frozenset[str]] = {}
    for event in _sorted_events(graph, set(graph.mixes)):
        seen: set[str] = {places[event]} if event in places else set()
        for lot, _share in graph.mixes[event].parts:
            seen |= found.get(graph.born_in[lot], frozenset())
            if len(seen) > 1:
                break
        found[event] = frozenset(sorted(seen)[:2])
    return found


def _arrivals_up(graph: Graph[L, E], start: E) -> dict[E, int]:
    """For each event above one, how many parts of events below draw on it."""
    born_in, mixes = graph.born_in, graph.mixes
    waits: dict[E, int] = {}
    stack = [start]
    while stack:
        for parent, _share in mixes[stack.pop()].parts:
            above = born_in[parent]
            if above in waits:
                waits[above] += 1
            else:
                waits[above] = 1
                stack.append(above)
    return waits


def _down(graph: Graph[L, E], starts: Sequence[L]) -> set[E]:
    """The events below some lots."""
    seen: set[E] = set()
    stack = list(starts)
    while stack:
        for event in graph.uses.get(stack.pop(), ()):
            if event not in seen:
                seen.add(event)
                stack.extend(graph.born.get(event, ()))
    return seen


def _sorted_events(graph: Graph[L, E], events: Collection[E]) -> list[E]:
    """Topological order among some events (Kahn), feeding ones first."""
    waits: dict[E, int] = dict.fromkeys(events, 0)
    below: dict[E, list[E]] = {}
    for event in waits:
        for lot, _share in graph.mixes[event].parts:
            above = graph.born_in.get(lot)
            if above in waits:
                waits[event] += 1
                below.setdefault(above, []).append(event)
    ready = [event for event, count in waits.items() if not count]
    order = []
    while ready:
        event = ready.pop()
        order.append(event)
        for after in below.get(event, ()):
            waits[after] -= 1
            if not waits[after]:
                ready.append(after)
    return order
