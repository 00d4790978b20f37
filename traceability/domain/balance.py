"""What went into an event against what came out of it, element by element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from traceability.domain.chain import Chain, Step
from traceability.domain.precision import ARITHMETIC, exceeds, precisely

#: More out than in by over 2 % of the input is a gain; less than 70 % of it is a loss (contract, finding codes).
GAIN_LIMIT = Decimal("1.02")
LOSS_LIMIT = Decimal("0.70")

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """Kilograms of one element in and out of an event; element None: of dry mass."""

    element: str | None
    in_kg: Decimal
    out_kg: Decimal

    @property
    def is_gain(self) -> bool:
        return exceeds(self.out_kg, ARITHMETIC.multiply(self.in_kg, GAIN_LIMIT))

    @property
    def is_loss(self) -> bool:
        return exceeds(ARITHMETIC.multiply(self.in_kg, LOSS_LIMIT), self.out_kg)

    @property
    def excess(self) -> Decimal:
        """The share of what came out that did not go in."""
        return (self.out_kg - self.in_kg) / self.out_kg


@precisely
def balances(chain: Chain, step: Step) -> list[Balance]:
    """The balances of an event with inputs: of each element that an input's assay names, or, where any of its lots
    has no assay, of dry mass alone (readings 2 and 4)."""
    return _balances(chain, step)


def _balances(chain: Chain, step: Step, only: str | None = None) -> list[Balance]:
    if not step.inputs:
        return []
    if any(lot_id not in chain.made_of for lot_id in step.lots):
        return [Balance(None, sum(step.inputs.values(), _ZERO), sum((kg for _lot, kg in step.out()), _ZERO))]
    made_of = chain.made_of
    fed = [(kg, made_of[lot].metals) for lot, kg in step.inputs.items()]
    out = [(kg, made_of[lot].metals) for lot, kg in step.out()]
    return [
        Balance(element, _content(fed, element), _content(out, element))
        for element in sorted({element for _kg, metals in fed for element in metals if only in (None, element)})
    ]


@precisely
def all_balances(chain: Chain, only: str | None = None) -> dict[str, list[Balance]]:
    """The balances of every birth event that has some, by event; of ``only`` one element (empty: of none) and of dry
    mass, where an event is balanced by that."""
    found = {event_id: _balances(chain, step, only) for event_id, step in chain.steps.items() if step.inputs}
    return {event_id: mine for event_id, mine in found.items() if mine}


@precisely
def excesses(balances: Mapping[str, Iterable[Balance]]) -> dict[str, dict[str | None, Decimal]]:
    """By event, the unknown share of each element (None: dry mass) of which more came out than went in (reading 5)."""
    found = {}
    for event_id, mine in balances.items():
        gains = {balance.element: balance.excess for balance in mine if balance.is_gain}
        if gains:
            found[event_id] = gains
    return found


def named(chain: Chain, lots: Iterable[str]) -> set[str]:
    """The elements that the assays of any of these lots name."""
    return {element for lot_id in lots if lot_id in chain.made_of for element in chain.made_of[lot_id].metals}


def _content(lots: Iterable[tuple[Decimal, Mapping[str, Decimal]]], element: str) -> Decimal:
    return sum((kg * metals[element] for kg, metals in lots if element in metals), _ZERO)
