"""What a lot was made of and what was made of it, as one graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from registry.paths import lot_path
from traceability.batches import batches
from traceability.domain.network import nearest, steps_from
from traceability.domain.trace import TracedLot, Walk
from traceability.domain.vocabulary import FindingState
from traceability.models import Finding, Lot
from traceability.selectors.trace import walk_down, walk_up
from traceability.selectors.visibility import get_lots, masked_lots

#: Lots that a browser is sent; beyond, those that are fewest steps away.
MOST = 8_000


@dataclass(frozen=True, slots=True)
class Node:
    """A lot of the graph: ``step`` below 0 above the asked lot, above 0 below it; ``href`` empty where it is closed;
    ``kg`` None where its masses are masked; ``flag`` the worst severity open on it."""

    lot_id: str
    material: str
    country: str
    kg: Decimal | None
    step: int
    href: str
    flag: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.lot_id,
            "material": self.material.replace("_", " "),
            "country": self.country,
            "kg": None if self.kg is None else str(round(self.kg, 3)),
            "step": self.step,
            "href": self.href,
            "flag": self.flag,
        }


@dataclass(frozen=True)
class Network:
    """Nodes in order of their steps, and links as (parent, child) by lot id; ``left_off`` counts lots not sent."""

    asked: str
    nodes: list[Node]
    links: list[tuple[str, str]]
    left_off: int = 0
    by_step: dict[int, list[Node]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        place = {node.lot_id: number for number, node in enumerate(self.nodes)}
        return {
            "asked": self.asked,
            "nodes": [node.to_json() for node in self.nodes],
            "links": [[place[parent], place[child]] for parent, child in self.links],
            "left_off": self.left_off,
        }


def get_network(lot: Lot, user: Any) -> Network:
    """The graph around a lot. A lot is never above and below another: there are no circles."""
    up, down = walk_up(lot.pk, None), walk_down(lot.pk, None)
    above, below = list(_edges(up)), list(_edges(down))
    steps = {key: -step for key, step in steps_from(lot.pk, ((child, parent) for parent, child in above)).items()}
    steps |= steps_from(lot.pk, below)
    kept = nearest(steps, MOST)
    lots = {**up.lots, **down.lots}
    nodes = sorted(_nodes(kept, steps, lots, user), key=lambda node: (node.step, node.country, node.lot_id))
    names = {key: lots[key].lot_id for key in kept}
    links = [(names[parent], names[child]) for parent, child in (*above, *below) if parent in kept and child in kept]
    by_step: dict[int, list[Node]] = {}
    for node in nodes:
        by_step.setdefault(node.step, []).append(node)
    return Network(lot.lot_id, nodes, sorted(set(links)), len(steps) - len(kept), by_step)


def _edges(walk: Walk[int, int]) -> Iterator[tuple[int, int]]:
    """(parent, child) inside a walk; inputs from elsewhere are left out."""
    for child, event in walk.graph.born_in.items():
        if child in walk.lots:
            for parent in walk.inputs.get(event, ()):
                if parent in walk.lots:
                    yield parent, child


def _nodes(kept: Collection[int], steps: dict[int, int], lots: dict[int, TracedLot], user: Any) -> Iterator[Node]:
    visible: set[int] = set()
    flags: dict[int, str] = {}
    for batch in batches(kept):
        visible.update(get_lots(user).filter(pk__in=batch).values_list("pk", flat=True))
        found = Finding.objects.current().filter(lot__in=batch, state=FindingState.OPEN.value).order_by("-severity")
        flags.update(found.values_list("lot_id", "severity"))  # `warning` first, so that `violation` stays
    masked = masked_lots(kept, user)
    for key in kept:
        traced = lots[key]
        yield Node(
            lot_id=traced.lot_id,
            material=traced.material,
            country=traced.country or "",
            kg=None if traced.lot_id in masked else traced.kg,
            step=steps[key],
            href=lot_path(traced.lot_id) if key in visible else "",
            flag=flags.get(key, ""),
        )
