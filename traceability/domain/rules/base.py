"""What a rule is: its code, its words, where it comes from, and how it finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from inspect import cleandoc
from typing import ClassVar

from registry.domain.dates import Certainty
from registry.domain.instruments import MeasureState
from traceability.domain.balance import Balance, all_balances, excesses
from traceability.domain.borders import Crossing, InForce, Judgement, crossings, judge
from traceability.domain.chain import Chain
from traceability.domain.mixing import Graph, graph
from traceability.domain.precision import plain
from traceability.domain.vocabulary import FindingCode, Severity

CONTRACT = "SEAM, import of lots, finding codes"
ISO_22095 = "ISO 22095:2020, Chain of custody – General terminology and models"
OECD = (
    "OECD Due Diligence Guidance for Responsible Supply Chains of Minerals from Conflict-Affected and High-Risk Areas, "
    "third edition (2016)"
)


def _never(measure: MeasureState, day: dt.date) -> Certainty:
    return Certainty.NO


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: which rule, at which event and lot, in words, and the numbers and names it rests on."""

    code: FindingCode
    severity: Severity
    event_id: str
    lot_id: str
    message: str
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.code.value, self.event_id, self.lot_id)


@dataclass
class Case:
    """What rules look at: the chain, the measures with a test of their force, and the newest event of the registry
    (None: of this chain)."""

    chain: Chain
    measures: Sequence[MeasureState] = ()
    in_force: InForce = _never
    newest: dt.datetime | None = None

    @cached_property
    def newest_at(self) -> dt.datetime | None:
        return self.newest or (self.chain.events[-1].occurred_at if self.chain.events else None)

    @cached_property
    def balances(self) -> Mapping[str, list[Balance]]:
        """Of each birth event with inputs."""
        return all_balances(self.chain)

    @cached_property
    def gains(self) -> Mapping[str, Mapping[str | None, Decimal]]:
        return excesses(self.balances)

    def graph(self, element: str | None) -> Graph[str, str]:
        """Shares of an element, or of dry mass (None), over the whole chain. Not kept: it is as large as the chain."""
        return graph(self.chain, element, self.gains)

    @cached_property
    def judgements(self) -> list[tuple[Crossing, list[Judgement]]]:
        return [(crossing, judge(crossing, self.measures, self.in_force)) for crossing in crossings(self.chain)]


class Rule:
    """A rule of the lot graph. The first paragraph of a rule's docstring is the rule, the second the words of its
    finding, filled in with the evidence."""

    code: ClassVar[FindingCode]
    severity: ClassVar[Severity] = Severity.VIOLATION
    source: ClassVar[str] = CONTRACT
    title: ClassVar[str]
    text: ClassVar[str]
    message: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        paragraphs = [" ".join(part.split()) for part in cleandoc(cls.__doc__ or "").split("\n\n")]
        cls.text, cls.message = paragraphs[0], paragraphs[-1]

    def find(self, case: Case) -> Iterator[Found]:
        raise NotImplementedError

    def found(self, event_id: str, lot_id: str, **evidence: str | Decimal | dt.date) -> Found:
        words = {name: plain(value) if isinstance(value, Decimal) else str(value) for name, value in evidence.items()}
        message = self.message.format(**words, event=event_id, lot=lot_id)
        return Found(self.code, self.severity, event_id, lot_id, message, words)
