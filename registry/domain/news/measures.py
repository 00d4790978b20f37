"""Which measure an item speaks of: concepts that stand together, weighed by where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from registry.domain.news.lexicon import Hit, concepts, read
from registry.domain.news.text import Sentence, Zone

ZONE_WEIGHT = {Zone.TITLE: 1.0, Zone.LEAD: 0.7, Zone.BODY: 0.5}
#: What concepts found in different sentences are worth against the same found in one.
APART = 0.45
_NEAR = 120


@dataclass(frozen=True, slots=True)
class Rule:
    measure: str
    concepts: tuple[str, ...]
    weight: float
    near: int
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A measure found, with the words that show it. ``weight`` includes the place."""

    measure: str
    weight: float
    hits: tuple[Hit, ...]

    @property
    def sentence(self) -> Sentence:
        return self.hits[0].sentence


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(row["measure"], tuple(row["all"]), row["weight"], row.get("near", _NEAR), tuple(row.get("none", ())))
        for row in read("measures")["rules"]
    )


def find(parts: Sequence[Sentence], lang: str) -> tuple[Finding, ...]:
    """Find measures in single sentences, then in title and summary taken together; strongest first."""
    hits = {id(part): _hits(part, lang) for part in parts}
    inside = [found for part in parts for rule in rules() if (found := _in(rule, part, hits[id(part)]))]
    across = [found for rule in rules() if (found := _across(rule, parts, hits))]
    return tuple(sorted(inside + across, key=lambda found: -found.weight))


def best(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding a measure: its strongest, raised a little by what else speaks for it; strongest first."""
    by_measure: dict[str, list[Finding]] = {}
    for finding in findings:
        by_measure.setdefault(finding.measure, []).append(finding)
    summed = [Finding(m, _together(group), group[0].hits) for m, group in by_measure.items()]
    return tuple(sorted(summed, key=lambda found: -found.weight))


def _together(group: Sequence[Finding]) -> float:
    """The strongest finding, and a share of what other sentences add; what the title says counts once more."""
    others = [f.weight for f in group[1:] if f.sentence is not group[0].sentence]
    titled = any(f.sentence.zone is Zone.TITLE for f in group)
    return (group[0].weight + 0.3 * max(others, default=0.0)) * (1.15 if titled else 1.0)


def _hits(part: Sentence, lang: str) -> dict[str, list[Hit]]:
    return {code: list(concept.hits(part, lang)) for code, concept in concepts("concepts").items()}


def _in(rule: Rule, part: Sentence, hits: dict[str, list[Hit]]) -> Finding | None:
    if any(hits[code] for code in rule.none) or not all(hits[code] for code in rule.concepts):
        return None
    closest = min(product(*(hits[code][:6] for code in rule.concepts)), key=_spread)
    if _spread(closest) > rule.near:
        return None
    return Finding(rule.measure, rule.weight * ZONE_WEIGHT[part.zone], closest)


def _spread(hits: Sequence[Hit]) -> int:
    """Characters between the first word and the last one."""
    return max(hit.start for hit in hits) - min(hit.end for hit in hits)


def _across(rule: Rule, parts: Sequence[Sentence], hits: dict[int, dict[str, list[Hit]]]) -> Finding | None:
    near = [hits[id(part)] for part in parts[:3]]
    first = [next((part[code][0] for part in near if part[code]), None) for code in rule.concepts]
    found = tuple(hit for hit in first if hit is not None)
    alone = len(rule.concepts) < 2 or any(part[code] for part in near for code in rule.none)
    if alone or len(found) < len(rule.concepts) or len({id(hit.sentence) for hit in found}) < 2:
        return None
    return Finding(rule.measure, rule.weight * APART, found)
