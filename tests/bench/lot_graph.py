"""A seeded graph of lots straight into the tables that a trace reads: layers of supply, each drawing on near ones.

Eleven layers, about 1.5 inputs a lot; the ancestors of a lot of the last layer are some tens to some hundreds, at any
size of the graph, because supply is local.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

LAYERS = 11
#: How far from its own place, in lots, a birth draws its inputs.
REACH = 7
_PIECE = 50_000
_NOW = "2026-01-01 00:00:00"


@dataclass
class Births:
    """Events as (layer, inputs, outputs), lots being whole numbers from 1 on, in the order of their birth."""

    lots: int
    seed: int = 1
    last_layer: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, list[int], list[int]]]:
        chance, each = random.Random(self.seed), max(self.lots // LAYERS, 20)
        first, born = 1, 1
        below: range = range(0)
        for layer in range(LAYERS):
            count = each
            while count > 0:
                outputs = [born] if layer == 0 or chance.random() < 0.6 else [born, born + 1]
                inputs = self._inputs(chance, below, (born - first) / each) if layer else []
                yield layer, inputs, outputs
                born += len(outputs)
                count -= len(outputs)
            below, first = range(first, born), born
        self.last_layer = list(below)

    def _inputs(self, chance: random.Random, below: range, place: float) -> list[int]:
        middle = int(place * len(below))
        low, high = max(0, middle - REACH), min(len(below), middle + REACH)
        near = below[min(low, len(below) - 1) : max(high, 1)]
        return chance.sample(near, min(len(near), chance.choice([1, 2, 2, 3])))


def ladder(depth: int) -> Iterator[tuple[int, list[int], list[int]]]:
    """Diamonds: each pair of lots is made of both lots of the pair before; 2^depth paths, 4 × depth edges."""
    yield 0, [], [1]
    yield 0, [], [2]
    for step in range(depth):
        yield step + 1, [2 * step + 1, 2 * step + 2], [2 * step + 3, 2 * step + 4]


def input_kg(lot: int) -> int:
    """How much of a lot goes into each event that it feeds."""
    return 100 + lot % 7


def metal_per_kg(lot: int) -> float:
    return (1 + lot % 9) / 10


def load(births: Any, prefix: str = "L") -> int:
    """Put a graph of births into empty tables; answers the number of lots."""
    from ledger import bulk
    from ledger.domain.actor import Actor, Door
    from ledger.services import Change, record
    from registry.models import Facility, Party
    from registry.services.parties import add_facilities, add_parties
    from traceability.models import Event, EventLine, Feed, Lot, LotState
    from traceability.rows import refresh_statistics

    by = Actor("bench", Door.COMMAND)
    entry = record(by=by, change=Change("report", "bench", prefix, None, {})).pk
    add_parties(parties=[Party(party_id="p", name="P", country="MY", roles=[])], by=by)
    countries = ("VN", "MM", "LA", "ID")
    places = [Facility(facility_id=f"f{n}", name="F", kind="mine", country=countries[n % 4]) for n in range(400)]
    add_facilities(facilities=places, by=by)
    party = Party.objects.get(party_id="p").pk
    keys = list(Facility.objects.order_by("pk").values_list("pk", flat=True))
    lots: list[Any] = []
    events: list[Any] = []
    lines: list[Any] = []
    states: list[Any] = []
    feeds: list[Any] = []
    born_in: dict[int, int] = {}
    count = 0

    def flush() -> None:
        bulk.insert(Lot, ("id", "lot_id", "mineral_id", "material", "hs_code", "custody_model", "is_public",
                          "recorded_entry_id"), lots)  # fmt: skip
        bulk.insert(Event, ("id", "event_id", "kind", "occurred_at", "utc_offset_s", "facility_id", "party_id",
                            "permit_number", "reason", "recorded_entry_id"), events)  # fmt: skip
        bulk.insert(EventLine, ("event_id", "lot_id", "role", "side", "quantity", "unit", "basis"), lines)
        bulk.insert(Feed, ("event_id", "source_id", "lot_id", "dry_kg"), feeds)
        bulk.insert(LotState, ("lot_id", "lot_name", "mineral_code", "material", "born_in_id", "born_in_name",
                               "born_at_id", "born_kg", "balance_kg", "is_held", "holder_id", "place_id", "is_assayed",
                               "dry_part", "metals", "excess"), states)  # fmt: skip
        for rows in (lots, events, lines, states, feeds):
            rows.clear()

    for number, (layer, inputs, outputs) in enumerate(births, start=1):
        place, kind = keys[number % len(keys)], "transform" if inputs else "commission"
        events.append((number, f"{prefix}E{number}", kind, _NOW, 0, place, party, "", "", entry))
        for lot in inputs:
            lines.append((number, lot, "input", -1, str(input_kg(lot)), "KGM", "dry"))
            feeds.append((number, born_in[lot], lot, str(input_kg(lot))))
        for lot in outputs:
            lots.append((lot, f"{prefix}{lot}", "rare_earths", "ore", "253090", "segregated", False, entry))
            lines.append((number, lot, "output", 1, "150", "KGM", "dry"))
            states.append((
                lot, f"{prefix}{lot}", "rare_earths", "ore", number, f"{prefix}E{number}", place, "150", "10",
                layer == LAYERS - 1, party, place, True, "1", f";Nd={metal_per_kg(lot):.1f};", "",
            ))  # fmt: skip
            born_in[lot] = number
        count += len(outputs)
        if len(lots) >= _PIECE:
            flush()
    flush()
    refresh_statistics(
        "traceability_lot", "traceability_event", "traceability_eventline", "traceability_lotstate",
        "traceability_feed", "traceability_finding",
    )  # fmt: skip
    return count


def edges(births: Any) -> Iterator[tuple[int, int]]:
    """(input, output) of every birth."""
    for _layer, inputs, outputs in births:
        for lot in inputs:
            for made in outputs:
                yield lot, made


def settle_tables() -> None:
    """What PostgreSQL does of itself within minutes of a load: without it every index entry is looked up in its row."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def sample(lots: Sequence[int], count: int, seed: int = 7) -> list[int]:
    return random.Random(seed).sample(list(lots), min(count, len(lots)))
