"""The day that a page asks about, with all that is worked out for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from registry.domain.asked import AskedDay
from registry.domain.instruments import InstrumentState
from registry.selectors import get_members
from registry.wording import country_names
from scoring.basis import Basis, get_basis
from scoring.domain.card import Card, DomainScore, cells_of, score
from scoring.domain.inputs import Known
from scoring.domain.methodology import Domain, Methodology
from scoring.methodologies import official
from scoring.wording import titles_of


@dataclass(frozen=True)
class Day:
    """Everything worked out for the day that a page asks about; each part only when it is needed."""

    asked: AskedDay

    @cached_property
    def basis(self) -> Basis:
        return get_basis(as_of=self.asked.as_of)

    @cached_property
    def members(self) -> list[str]:
        return [country.code for country in get_members(self.asked.on)]

    @cached_property
    def names(self) -> dict[str, str]:
        return country_names()

    @cached_property
    def titles(self) -> dict[str, str]:
        """Names of countries, and what instruments are called and facts say, by id: for sentences."""
        return {**titles_of(self.basis.evidence), **self.names}

    @cached_property
    def rules(self) -> Methodology:
        return official(self.asked.on, self.asked.as_of)

    @cached_property
    def card(self) -> Card:
        return self.card_with()

    def card_with(
        self, *, without: frozenset[str] = frozenset(), add: InstrumentState | None = None, on: dt.date | None = None
    ) -> Card:
        """The card with evidence left out, an instrument in another state, or on another day."""
        evidence = self.basis.evidence.without(without) if without else self.basis.evidence
        if add is not None:
            others = tuple(each for each in evidence.instruments if each.instrument_id != add.instrument_id)
            evidence = replace(evidence, instruments=(*others, add))
        return score(evidence, self.rules, on or self.asked.on, self.members)

    def cells_without(self, left_out: Collection[str], code: str, *domains: Domain) -> tuple[DomainScore, ...]:
        """The scores of one country (in all domains, unless some are named) with evidence left out."""
        known = Known(self.basis.evidence.without(left_out), self.asked.on)
        return cells_of(known, self.rules, code, sorted(self.members), domains or tuple(Domain))
