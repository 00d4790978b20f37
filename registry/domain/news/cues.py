"""What makes an item no news of a step: denial, conjecture, opinion, demand, retrospect; and how far a cue reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from registry.domain.news.lexicon import Concept, Hit, read
from registry.domain.news.text import Sentence, Zone

#: How much of a kind's weight a cue has by where it stands; a cue said outright against a weak one.
ZONE_SHARE = {Zone.TITLE: 1.0, Zone.LEAD: 0.6, Zone.BODY: 0.35}
#: Kinds told by what the item is about: below the title they are often scenery.
_TOPIC_SHARE = {Zone.TITLE: 1.0, Zone.LEAD: 0.4, Zone.BODY: 0.2}
_WEAK_SHARE = 0.3
#: Characters between a "not" and what it negates.
_REACH = 24


@dataclass(frozen=True, slots=True)
class Cue:
    kind: str
    hit: Hit
    weight: float
    strong: bool


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    weight: float
    clause: bool
    strong: Concept
    weak: Concept
    never: Concept


@cache
def _kinds() -> tuple[_Kind, ...]:
    table = read("cues")["kinds"]
    return tuple(
        _Kind(
            name,
            row["weight"],
            row.get("clause", False),
            Concept(name, row["strong"]),
            Concept(name, row["weak"]),
            Concept(name, row.get("never", {})),
        )
        for name, row in table.items()
    )


@cache
def _negators() -> Concept:
    return Concept("not", read("cues")["negators"])


@cache
def _breaks() -> Concept:
    return Concept("but", read("cues")["breaks"])


def find(parts: Sequence[Sentence], lang: str, taken: Sequence[Hit] = ()) -> tuple[Cue, ...]:
    """Find the strongest cue of each kind in each sentence; words that name the measure (``taken``) are no cue."""
    return tuple(cue for part in parts for kind in _kinds() if (cue := _strongest(kind, part, lang, taken)))


def _strongest(kind: _Kind, part: Sentence, lang: str, taken: Sequence[Hit]) -> Cue | None:
    spans = [
        (hit.start, hit.end) for hit in (*kind.never.hits(part, lang), *(hit for hit in taken if hit.sentence is part))
    ]

    def free(hits: Sequence[Hit]) -> Hit | None:
        return next((hit for hit in hits if not any(a < hit.end and hit.start < b for a, b in spans)), None)

    share = (ZONE_SHARE if kind.clause or kind.name == "lobbying" else _TOPIC_SHARE)[part.zone]
    hit = free(kind.strong.hits(part, lang))
    if hit:
        said = {one.text.lower() for one in kind.strong.hits(part, lang)}
        return Cue(kind.name, hit, kind.weight * share * (1.2 if len(said) > 1 else 1.0), strong=True)
    weak = free(kind.weak.hits(part, lang))
    return Cue(kind.name, weak, kind.weight * share * _WEAK_SHARE, strong=False) if weak else None


def clauses(part: Sentence, lang: str) -> list[tuple[int, int]]:
    """Cut a sentence at "but" and at semicolons: where the reach of a denial ends."""
    cuts = sorted(
        {
            0,
            *(hit.start for hit in _breaks().hits(part, lang)),
            *(m.end() for m in re.finditer(r"[;]|\s[–—]\s", part.text)),
        }
    )
    return list(zip(cuts, [*cuts[1:], len(part.text)], strict=True))


def denied(part: Sentence, lang: str) -> list[tuple[int, int]]:
    """The clauses of a sentence that deny what they speak of."""
    denial = next(kind for kind in _kinds() if kind.name == "denial")
    starts = [hit.start for hit in denial.strong.hits(part, lang)]
    return [(start, end) for start, end in clauses(part, lang) if any(start <= at < end for at in starts)]


def negated(hit: Hit, lang: str) -> bool:
    """Whether a "not" stands closely in front of a word, in its clause."""
    from_ = max(hit.start - _REACH, next((s for s, e in clauses(hit.sentence, lang) if s <= hit.start < e), 0))
    if lang == "th":
        from_ = max(from_, hit.start - 6)
    return any(from_ <= no.start and no.end <= hit.start for no in _negators().hits(hit.sentence, lang))
