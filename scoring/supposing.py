"""What would follow if things were otherwise: worked out on a copy, never stored, the same for page, API and desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.instruments import InstrumentState
from registry.selectors import get_members
from registry.signals import Effect, asking_effects
from registry.wording import country_names
from scoring.arguments import Point
from scoring.basis import Basis, get_basis
from scoring.domain.card import Card, CountryScore, DomainScore, score, two_decimals
from scoring.domain.diff import CellChange, compare, evidence_change
from scoring.domain.inputs import Evidence
from scoring.domain.overlay import Operation, apply
from scoring.effects import no_change_reason
from scoring.selectors import card_json, get_rules
from scoring.wording import titles_of


@dataclass(frozen=True, slots=True)
class Supposition:
    """Two cards of one day: as it is, and as it would be. ``effects`` are what other apps say would be touched."""

    point: Point
    operations: tuple[Operation, ...]
    before: Card
    after: Card
    changes: tuple[CellChange, ...]
    effects: tuple[Effect, ...]
    reasons: tuple[str, ...]
    titles: Mapping[str, str]

    @property
    def moved(self) -> tuple[CellChange, ...]:
        return tuple(change for change in self.changes if change.level_changed)


def get_supposition(point: Point, operations: Sequence[Operation], basis: Basis | None = None) -> Supposition:
    """Suppose operations (docs/methodology.md) at a point in time. Raises OverlayError, MethodologyError."""
    evidence, rules = (basis or get_basis(as_of=point.as_of)).evidence, get_rules(point)
    supposed, other_rules = apply(evidence, rules, operations)
    members = [country.code for country in get_members(point.on)]
    before = score(evidence, rules, point.on, members)
    after = score(supposed, other_rules, point.on, members)
    altered = _altered(evidence, supposed)
    changes = compare(before, after, evidence_change(evidence, supposed).ids)
    return Supposition(
        point=point,
        operations=tuple(operations),
        before=before,
        after=after,
        changes=changes,
        effects=tuple(_effects(altered, point.on)),
        reasons=tuple(_reasons(after, altered)),
        titles=titles_of(evidence) | titles_of(supposed),
    )


def _altered(before: Evidence, after: Evidence) -> list[InstrumentState]:
    known = set(before.instruments)
    return [each for each in after.instruments if each not in known]


def _effects(altered: Sequence[InstrumentState], on: dt.date) -> Iterator[Effect]:
    """What other apps say of each supposed act; an app that fails must not hide the scores."""
    for state in altered:
        for _, answer in asking_effects.send_robust(sender=Supposition, draft=state, on=on):
            if isinstance(answer, Effect):
                yield answer


def _reasons(after: Card, altered: Sequence[InstrumentState]) -> Iterator[str]:
    """Why an act that is supposed moves nothing, where it does not."""
    for state in altered:
        yield f"“{state.title}”: {no_change_reason(after, state.country, state.instrument_id)}"


def supposition_json(supposed: Supposition, *, as_of: dt.datetime) -> dict[str, Any]:
    """A supposition as plain JSON: both cards, what moved with its gates, overalls and ranks, what else is touched."""
    names = {**country_names(), **supposed.titles}
    return {
        "methodology": supposed.before.methodology,
        "on": supposed.before.on.isoformat(),
        "as_of": as_of.isoformat(),
        "official": False,
        "operations": list(supposed.operations),
        "moves": [move_json(change, names) for change in supposed.moved],
        "standings": [standing_json(was, now) for was, now in standings(supposed.before, supposed.after)],
        "unmoved": [] if supposed.moved else list(supposed.reasons),
        "touched": [{"what": effect.title, "lines": list(effect.lines)} for effect in supposed.effects],
        "before": card_json(supposed.before, as_of=as_of)["countries"],
        "after": card_json(supposed.after, as_of=as_of)["countries"],
    }


def move_json(change: CellChange, names: Mapping[str, str]) -> dict[str, Any]:
    """A cell that differs: levels on both sides, the gates that flipped, what they rest on, and it all in words."""
    return {
        "country": change.country,
        "domain": change.domain.value,
        "from": _levels(change.before),
        "to": _levels(change.after),
        "sentence": change.sentence(names),
        "gates": [
            {
                "gate": flip.gate,
                "from": flip.before.value if flip.before else None,
                "to": flip.after.value if flip.after else None,
                "because": flip.because,
            }
            for flip in change.flips
        ],
        "causes": list(change.causes),
    }


def standings(before: Card, after: Card) -> Iterator[tuple[CountryScore | None, CountryScore]]:
    """Countries whose overall or rank differs."""
    older = {country.country: country for country in before.countries}
    for country in after.countries:
        was = older.get(country.country)
        if was is None or (was.overall, was.rank) != (country.overall, country.rank):
            yield was, country


def standing_json(was: CountryScore | None, now: CountryScore) -> dict[str, Any]:
    return {"country": now.country, "from": _standing(was), "to": _standing(now)}


def _standing(country: CountryScore | None) -> dict[str, Any]:
    if country is None or country.overall is None:
        return {"overall": None, "rank": None}
    return {"overall": two_decimals(country.overall), "rank": country.rank}


def _levels(score: DomainScore) -> dict[str, int | None]:
    return {"level": score.level, "low": score.low, "high": score.high}
