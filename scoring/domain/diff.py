"""Why a score changed: two cards compared down to gates, facts and instruments, and said in a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from scoring.domain.card import Card, DomainScore
from scoring.domain.inputs import Evidence
from scoring.domain.methodology import Domain
from scoring.domain.trace import GateTrace, State

#: Causes that a sentence names at most.
_TOLD = 4


@dataclass(frozen=True, slots=True)
class EvidenceChange:
    """Ids of facts, instruments and production totals that came, went or have other content."""

    added: frozenset[str]
    removed: frozenset[str]
    altered: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        return self.added | self.removed | self.altered


@dataclass(frozen=True, slots=True)
class GateFlip:
    """A gate that changed its state; None where there was, or is, no evidence at all."""

    gate: str
    before: State | None
    after: State | None
    because: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of the card before and after. ``causes`` are the ids on which the difference rests."""

    country: str
    domain: Domain
    before: DomainScore
    after: DomainScore
    flips: tuple[GateFlip, ...]
    causes: tuple[str, ...]

    @property
    def level_changed(self) -> bool:
        return _levels(self.before) != _levels(self.after)

    def sentence(self, names: Mapping[str, str] | None = None) -> str:
        """Plain English; ``names`` gives names of countries, instruments and facts by id, else ids stand."""
        known = names or {}
        subject = f"{known.get(self.country, self.country)}, {self.domain.value}"
        decisive = self._decisive()
        why = f": {_flip_words(decisive)}" if decisive else ""
        return f"{subject} {_movement(self.before, self.after)}{why}.{self._causes_text(known)}"

    def reason(self, names: Mapping[str, str]) -> str:
        """The second half of the sentence: the gate that decided, and what it rests on."""
        decisive = self._decisive()
        why = _flip_words(decisive) if decisive else _movement(self.before, self.after)
        return f"{why[:1].upper()}{why[1:]}.{self._causes_text(names)}"

    def _decisive(self) -> GateFlip | None:
        """The gate that decided: on the way up the highest that now stands, else the lowest that no longer does."""
        flips = [flip for flip in self.flips if flip.after]
        rose = (self.after.low or 0) > (self.before.low or 0)
        passing = [flip for flip in flips if flip.after is State.PASS]
        return passing[-1] if rose and passing else next(iter(flips), None)

    def _causes_text(self, names: Mapping[str, str]) -> str:
        """What it rests on: named pieces first, a few of them."""
        if not self.causes:
            return ""
        known = [
            names.get(cause, cause) for cause in sorted(self.causes, key=lambda cause: (cause not in names, cause))
        ]
        told = list(dict.fromkeys(known))
        more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
        return f" Rests on {', '.join(told[:_TOLD])}{more}."


def compare(before: Card, after: Card, changed: Collection[str] = ()) -> tuple[CellChange, ...]:
    """The cells whose level, range or gates differ, in order of country and domain.

    ``changed``: ids that came, went or have other content (`evidence_change`). Where a cell cites some of them they are
    its causes; else the facts on which the flipped gates no longer, or newly, rest.
    """
    older = {country.country: country for country in before.countries}
    found = []
    for country in after.countries:
        old = older.get(country.country)
        for score in country.domains:
            earlier = old.domain(score.domain) if old else DomainScore(score.domain, None, None, None)
            change = compare_cells(country.country, earlier, score, changed)
            if change.level_changed or change.flips:
                found.append(change)
    return tuple(found)


def compare_cells(country: str, before: DomainScore, after: DomainScore, changed: Collection[str] = ()) -> CellChange:
    """One cell before and after, changed or not."""
    flips = tuple(_flips(before, after))
    flipped = {flip.gate for flip in flips}
    causes = frozenset(changed) & (before.cited | after.cited) or _facts(before, flipped) ^ _facts(after, flipped)
    return CellChange(country, after.domain, before, after, flips, tuple(sorted(causes)))


def evidence_change(before: Evidence, after: Evidence) -> EvidenceChange:
    """What came, went or changed between two sets of evidence."""
    older, newer = _content(before), _content(after)
    common = older.keys() & newer.keys()
    return EvidenceChange(
        added=frozenset(newer.keys() - older.keys()),
        removed=frozenset(older.keys() - newer.keys()),
        altered=frozenset(key for key in common if older[key] != newer[key]),
    )


def _content(evidence: Evidence) -> dict[str, object]:
    facts: dict[str, object] = {fact.fact_id: fact for fact in evidence.facts}
    facts.update({instrument.instrument_id: instrument for instrument in evidence.instruments})
    facts.update({total.total_id: total for total in evidence.production})
    return facts


def _flips(before: DomainScore, after: DomainScore) -> list[GateFlip]:
    old = {gate.gate: gate for gate in before.gates}
    new = {gate.gate: gate for gate in after.gates}
    flips = []
    for name in sorted(old.keys() | new.keys()):
        earlier, later = _state(old.get(name)), _state(new.get(name))
        if earlier is not later:
            flips.append(GateFlip(name, earlier, later, new[name].because if name in new else ""))
    return flips


def _state(gate: GateTrace | None) -> State | None:
    return gate.state if gate else None


def _facts(score: DomainScore, gates: Collection[str]) -> frozenset[str]:
    return frozenset(fact for gate in score.gates if gate.gate in gates for fact in gate.facts)


def _levels(score: DomainScore) -> tuple[int | None, int | None]:
    return score.low, score.high


def _flip_words(flip: GateFlip) -> str:
    words = {State.PASS: "now passes", State.FAIL: "no longer passes", State.UNKNOWN: "is now open"}
    if flip.after is State.FAIL and flip.before is not State.PASS:
        words[State.FAIL] = "does not pass"
    return f"gate {flip.gate} {words[flip.after or State.UNKNOWN]} ({flip.because})"


def _movement(before: DomainScore, after: DomainScore) -> str:
    if after.low is None:
        return "has no facts any more"
    if before.low is None:
        return f"is now worked out: {span(after)}"
    if _levels(before) == _levels(after):
        return f"stays {span(after)}"
    if before.level is None or after.level is None:
        return f"is {span(after)}, was {span(before)}"
    return f"{'rises' if after.level > before.level else 'falls'} from {before.level} to {after.level}"


def span(score: DomainScore) -> str:
    """``4``, ``2 to 3`` where the facts leave it open, ``no facts`` where there are none."""
    if score.low is None:
        return "no facts"
    return str(score.level) if score.level is not None else f"{score.low} to {score.high}"
