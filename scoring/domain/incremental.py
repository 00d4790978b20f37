"""Working a card out again from what is remembered: only countries whose evidence is no longer the same objects.

Nothing but speed hangs on it: the same evidence gives the same card, remembered or not (tested).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from registry.domain.facts import Fact
from registry.domain.instruments import InstrumentState
from scoring.domain.card import Card, DomainScore, assemble, cells_of
from scoring.domain.inputs import Evidence, Kind, Known
from scoring.domain.methodology import Domain, Methodology

_OWN = (Domain.CAPABILITY, Domain.GOVERNANCE)
_Piece = Fact | InstrumentState | object


@dataclass(slots=True)
class Remembered:
    """The newest working-out of each cell with the very pieces of evidence that it rests on."""

    rules: Methodology | None = None
    on: dt.date | None = None
    members: tuple[str, ...] = ()
    pieces: dict[tuple[str, Domain], tuple[_Piece, ...]] = field(default_factory=dict)
    cells: dict[tuple[str, Domain], DomainScore] = field(default_factory=dict)

    def card(self, evidence: Evidence, rules: Methodology, on: dt.date, members: Sequence[str]) -> Card:
        """As `score`, from the same arguments."""
        codes = tuple(sorted(set(members)))
        if self.rules is not rules or (self.on, self.members) != (on, codes):
            self.rules, self.on, self.members, self.pieces, self.cells = rules, on, codes, {}, {}
        own, shared = _by_country(evidence), _shared(evidence)
        stale = [key for key in _keys(codes) if not _same(self.pieces.get(key), _pieces(key, own, shared))]
        if stale:
            self._work_out(stale, Known(_needed(evidence, stale), on), own, shared)
        return assemble(rules, on, {code: tuple(self.cells[code, domain] for domain in Domain) for code in codes})

    def _work_out(
        self,
        stale: Sequence[tuple[str, Domain]],
        known: Known,
        own: dict[str, list[_Piece]],
        shared: tuple[_Piece, ...],
    ) -> None:
        assert self.rules is not None
        for code, domain in stale:
            key = code, domain
            (self.cells[key],) = cells_of(known, self.rules, code, self.members, (domain,))
            self.pieces[key] = _pieces(key, own, shared)


def _keys(codes: Sequence[str]) -> list[tuple[str, Domain]]:
    return [(code, domain) for code in codes for domain in Domain]


def _by_country(evidence: Evidence) -> dict[str, list[_Piece]]:
    own: dict[str, list[_Piece]] = defaultdict(list)
    for fact in evidence.facts:
        if fact.subject.country:
            own[fact.subject.country].append(fact)
    for instrument in evidence.instruments:
        own[instrument.country].append(instrument)
    return own


def _shared(evidence: Evidence) -> tuple[_Piece, ...]:
    """What access reads beyond the country: totals, statements on the region, and shares of production."""
    facts = (f for f in evidence.facts if f.subject.country is None or f.kind == Kind.PRODUCTION_SHARE)
    return (*facts, *evidence.production)


def _pieces(key: tuple[str, Domain], own: dict[str, list[_Piece]], shared: tuple[_Piece, ...]) -> tuple[_Piece, ...]:
    code, domain = key
    return tuple(own.get(code, ())) if domain in _OWN else (*own.get(code, ()), *shared)


def _same(before: tuple[_Piece, ...] | None, now: tuple[_Piece, ...]) -> bool:
    return before is not None and len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


def _needed(evidence: Evidence, stale: Sequence[tuple[str, Domain]]) -> Evidence:
    """The evidence that the stale cells can read: all of it where access of any is worked out again."""
    codes = {code for code, _ in stale}
    return Evidence(
        facts=tuple(
            f
            for f in evidence.facts
            if f.subject.country in codes or f.subject.country is None or f.kind == Kind.PRODUCTION_SHARE
        ),
        instruments=tuple(each for each in evidence.instruments if each.country in codes),
        production=evidence.production,
    )
