"""From a flag on the news to the first values of an instrument's form. Nothing is filled that the news does not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.domain.dates import Basis
from registry.domain.instruments import EngagementScope, Scope, Status

TITLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader of the news made of an entry. Dates are ``YYYY-MM-DD`` or empty, codes those of the register."""

    title: str
    summary: str
    published: str
    country: str | None
    minerals: tuple[str, ...]
    hs: tuple[str, ...]
    measure: str
    change_kind: str
    effective: str
    counterparts: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Traits:
    """What kind of act a measure usually is: a row of registry/data/measures.yaml."""

    direction: str
    pillar: str


@dataclass(frozen=True, slots=True)
class FirstEvent:
    status: Status
    since: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Prefill:
    """First values by field name; what is missing stays empty. ``hint``: a sentence for the officer, or none."""

    instrument: dict[str, object]
    measure: dict[str, object]
    events: tuple[FirstEvent, ...]
    hint: str = ""


#: The status that a change reported in the news opens (the contract's section 4).
STATUS_OF_CHANGE: Mapping[str, Status] = {
    "proposed": Status.PROPOSED,
    "announced": Status.CONSIDERED,
    "adopted": Status.ADOPTED,
    "signed": Status.ADOPTED,
    "in_force": Status.IN_FORCE,
    "enforced": Status.IN_FORCE,
    "amended": Status.AMENDED,
    "extended": Status.AMENDED,
    "suspended": Status.SUSPENDED,
    "repealed": Status.REPEALED,
    "expired": Status.EXPIRED,
}
#: Changes of an act that is on record already.
CHANGES_AN_ACT = frozenset({"amended", "extended", "suspended", "repealed", "expired"})
_OPENS_FORCE = frozenset({"in_force", "enforced", "adopted", "signed"})
#: Measures that are a type of instrument by themselves.
_TYPE_OF_MEASURE = {
    "mou": "mou",
    "trade_agreement": "trade_agreement",
    "strategy_plan": "strategy",
    "standard": "standard",
}
#: Words by which a text names what kind of act it is, the more exact first; in the region's languages.
_TYPE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bill", ("bill", "draft law", "rancangan undang-undang", "dự thảo luật", "ร่างพระราชบัญญัติ")),
    ("executive_order", ("executive order",)),
    ("ministerial_regulation", ("ministerial regulation", "peraturan menteri", "permen", "thông tư", "กฎกระทรวง")),
    ("decree", ("decree", "peraturan pemerintah", "perpres", "nghị định", "พระราชกฤษฎีกา")),
    ("notification", ("notification", "circular", "announcement of the ministry", "ประกาศ", "công văn")),
    ("law", ("law", "undang-undang", "luật", "batas republika", "พระราชบัญญัติ")),
)
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+|\n+")


def prefill(reading: Reading, traits: Mapping[str, Traits]) -> Prefill:
    """First values of an instrument with one measure and the status events that the news reports."""
    known = traits.get(reading.measure)
    pillar = known.pillar if known else ""
    engages = pillar == "engagement"
    instrument: dict[str, object] = {
        "title": reading.title[:TITLE_LENGTH],
        "country": reading.country,
        "scope": Scope.CM_SPECIFIC.value if reading.minerals else "",
        "pillar": pillar,
        "type": _TYPE_OF_MEASURE.get(reading.measure) or type_in(f"{reading.title}. {reading.summary}"),
        "engagement_scope": EngagementScope.DEDICATED_CM.value if engages and reading.minerals else "",
        "counterparts": list(reading.counterparts),
        "quote": sentence(reading.title, reading.summary, reading.matched),
    }
    return Prefill(_stated(instrument), _measure(reading, known), events_of(reading), _hint(reading))


def type_in(text: str) -> str:
    """The type of act that a text names; empty where it names none, or none for sure."""
    folded = text.casefold()
    for kind, words in _TYPE_WORDS:
        if any(_names(word, folded) for word in words):
            return kind
    return ""


def _names(word: str, text: str) -> bool:
    """Whether a word stands in a text: whole where the script parts its words, anywhere where it does not."""
    if word.isascii() or word[0].isascii() or word[0] < "\u0e00":
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
    return word in text


def events_of(reading: Reading) -> tuple[FirstEvent, ...]:
    """The status the news reports. Where it names no day, the day it was published is the latest it can be."""
    status = STATUS_OF_CHANGE.get(reading.change_kind)
    if status is None:
        return ()
    if status is Status.ADOPTED and reading.effective:
        adopted = min(filter(None, (reading.published, reading.effective)))
        known = Basis.STATED if adopted == reading.effective else Basis.SOURCE_DATE
        return FirstEvent(status, adopted, known), FirstEvent(Status.IN_FORCE, reading.effective, Basis.STATED)
    if reading.effective:
        return (FirstEvent(status, reading.effective, Basis.STATED),)
    return (FirstEvent(status, reading.published, Basis.SOURCE_DATE if reading.published else Basis.STATED),)


def sentence(title: str, summary: str, matched: Iterable[str]) -> str:
    """The sentence of an entry in which most of what was matched stands; the title where none says more."""
    wanted = [text.casefold() for text in matched if text.strip()]
    sentences = [title, *(part for part in _SENTENCE_END.split(summary) if part.strip())]

    def found(candidate: str) -> int:
        return sum(text in candidate.casefold() for text in wanted)

    return max(sentences, key=found).strip()


def _measure(reading: Reading, traits: Traits | None) -> dict[str, object]:
    if not reading.measure:
        return {}
    return _stated(
        {
            "code": reading.measure,
            "direction": traits.direction if traits else "",
            "minerals": list(reading.minerals),
            "hs": list(reading.hs),
            "start": reading.effective if reading.change_kind in _OPENS_FORCE else "",
        }
    )


def _hint(reading: Reading) -> str:
    if reading.change_kind == "extended":
        return "The news tells of an extension: attach it to the act on record and enter its new last day."
    if reading.change_kind in CHANGES_AN_ACT:
        return "The news tells of a change to an act: where that act is on record, attach the flag to it instead."
    return ""


def _stated(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in ("", None, [])}
