"""Adds up what speaks for and against a policy change; every contribution is kept with its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from registry.domain.news.cues import Cue
from registry.domain.news.items import Reason
from registry.domain.news.lexicon import Hit
from registry.domain.news.measures import Finding
from registry.domain.news.text import Zone

#: What an item must bring before it is flagged; the sum of all contributions reaches 0.
_BAR = -2.5
#: How much of a negative cue stays where a made act of state with a day is reported.
_CUES_BESIDE_AN_ACT = 0.55
_MOST_AGAINST = 7.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found in an item that speaks for or against a step of policy."""

    mineral: Hit | None
    country: Hit | None
    scope: bool
    measure: Finding | None
    step: Hit | None
    special: Hit | None
    state: Hit | None
    private: Hit | None
    act: Hit | None
    act_word: Hit | None
    done: Hit | None
    to_be_made: Hit | None
    day: Hit | None
    cues: tuple[Cue, ...]
    kind: str
    not_taken: Hit | None
    only_named: Hit | None
    asked: bool
    denied_title: bool
    two_states: bool
    subject: Hit | None
    question: bool

    @property
    def formal(self) -> bool:
        """Whether a made act of state or its day is reported: then the measure may be one the lists lack."""
        return (
            self.step is not None
            and self.state is not None
            and (
                self.act is not None
                or self.day is not None
                or (self.act_word is not None and (self.done or self.to_be_made) is not None)
            )
        )


def weigh(evidence: Evidence) -> tuple[float, tuple[Reason, ...]]:
    """Sum the contributions: 0 or more is a flag. Reasons come strongest first."""
    reasons = [Reason("what a flag must outweigh", "", _BAR), *_for(evidence)]
    share = _CUES_BESIDE_AN_ACT if evidence.day and (evidence.act or (evidence.act_word and evidence.done)) else 1.0
    against = list(_against(evidence, share))
    total = sum(reason.weight for reason in reasons) + max(-_MOST_AGAINST, sum(reason.weight for reason in against))
    ordered = sorted([*reasons, *against], key=lambda reason: -abs(reason.weight))
    return round(total, 4), tuple(ordered)


def _at(rule: str, hit: Hit, weight: float) -> Reason:
    offset = hit.sentence.offset
    return Reason(rule, hit.text, round(weight, 4), hit.sentence.where, offset + hit.start, offset + hit.end)


def _in_title(hit: Hit | None) -> bool:
    return hit is not None and hit.sentence.zone is Zone.TITLE


def _for(found: Evidence) -> Iterator[Reason]:
    if found.mineral:
        yield _at(f"mineral: {found.mineral.code}", found.mineral, 0.8 if _in_title(found.mineral) else 0.5)
    if found.country:
        yield _at(f"country: {found.country.code}", found.country, 0.4)
    if found.measure:
        yield _at(f"measure: {found.measure.measure}", found.measure.hits[0], min(1.6, 0.5 * found.measure.weight))
    if found.step:
        yield _at("a step is taken", found.step, 0.8 if _in_title(found.step) else 0.4)
    if found.two_states:
        yield Reason("an agreement between two states", "", 0.7)
    if found.special:
        yield _at("a step on an existing measure", found.special, 0.5)
    yield from _formal(found)
    if (
        found.measure
        and found.mineral
        and found.step
        and found.mineral.sentence is found.measure.sentence is found.step.sentence
    ):
        yield _at("mineral, measure and step in one sentence", found.step, 0.4)


def _formal(found: Evidence) -> Iterator[Reason]:
    """Signs of an act of state: who, which text, made, and from when."""
    if found.state:
        yield _at("a state body", found.state, 0.5)
    if found.act:
        yield _at("number of an act", found.act, 0.7)
    if found.act_word:
        yield _at("a text of state", found.act_word, 0.4)
    if found.done:
        yield _at("the text is made", found.done, 0.4)
    elif found.to_be_made:
        yield _at("the text is still to be made", found.to_be_made, 0.4)
    if found.day:
        yield _at("day of effect", found.day, 0.9)


def _against(found: Evidence, share: float) -> Iterator[Reason]:
    for cue in _strongest(found):
        yield _at(cue.kind.replace("_", " "), cue.hit, -cue.weight * _share(cue, found, share))
    if found.not_taken:
        yield _at("the title says that no step is taken", found.not_taken, -2.8)
    if found.only_named and not (found.state or found.act or found.act_word or found.day):
        yield _at("a measure is named, nothing is done to it", found.only_named, -1.8)
    if found.question:
        yield Reason("the title asks", "?", -1.0, "title")
    if found.private and not found.state and not found.act_word:
        yield _at("a private actor and no state body", found.private, -1.2)


def _led_by_state(cue: Cue, found: Evidence) -> bool:
    """Whether the one who demands or seeks in the title is a state: it stands in front of the verb."""
    return (
        found.subject is not None
        and not found.asked
        and _in_title(found.subject)
        and found.subject.end <= cue.hit.start <= found.subject.end + 30
    )


def _strongest(found: Evidence) -> list[Cue]:
    """One cue a kind: its strongest, raised by what other sentences add."""
    kinds: dict[str, list[Cue]] = {}
    for cue in found.cues:
        kinds.setdefault(cue.kind, []).append(cue)
    groups = [sorted(group, key=lambda cue: -cue.weight) for group in kinds.values()]
    return [
        replace(group[0], weight=group[0].weight + min(1.0, 0.5 * sum(cue.weight for cue in group[1:])))
        for group in groups
    ]


def _share(cue: Cue, found: Evidence, share: float) -> float:
    if cue.kind == "denial":
        return 1.0 if found.denied_title else (0.2 if _in_title(cue.hit) else 0.6)
    if cue.kind in ("lobbying", "price_move", "company_result") and _in_title(cue.hit) and _led_by_state(cue, found):
        return 0.25
    if cue.kind == "price_move" and found.formal and found.measure and found.measure.sentence is cue.hit.sentence:
        return 0.3  # it is the rate of the measure that climbs or falls
    if cue.kind == "private_actor" and found.state and found.kind == "enforced":
        return 0.4  # companies are whom it befalls
    if cue.kind == "hypothetical" and found.kind == "proposed":
        return 0.3
    if (
        cue.kind == "no_change"
        and found.kind in ("extended", "suspended", "expired", "repealed")
        and (found.special or found.day)
    ):
        return 0.3
    if cue.kind in ("opinion", "background", "lobbying", "homonym") and _in_title(cue.hit):
        return max(share, 0.8)
    return share
