"""What is found in one item before it is weighed, and what the findings say together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.domain.news import acts, changes, cues, matter, measures, places
from registry.domain.news.lexicon import Hit, concepts
from registry.domain.news.text import Sentence, Zone


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything found in one item before it is weighed."""

    parts: tuple[Sentence, ...]
    lang: str
    matter: matter.Matter
    mentions: tuple[places.Mention, ...]
    found: tuple[measures.Finding, ...]
    steps: changes.Steps
    cues: tuple[cues.Cue, ...]
    acts: tuple[acts.Act, ...]

    def first(self, actor: str) -> Hit | None:
        """The first words that name ``actor`` (a concept of actors.yaml)."""
        return next((hit for part in self.parts if (hit := concepts("actors")[actor].found(part, self.lang))), None)


def gather(parts: tuple[Sentence, ...], lang: str, about: matter.Matter) -> Reading:
    """Find measures, steps, countries, cues and acts in an item that is about ``about``."""
    denied = {id(part): cues.denied(part, lang) for part in parts}

    def asserted(hit: Hit) -> bool:
        inside = any(start <= hit.start < end for start, end in denied[id(hit.sentence)])
        return not inside and not cues.negated(hit, lang)

    every = measures.find(parts, lang)
    open_ = tuple(f for f in every if not any(_inside(hit, denied) for hit in f.hits))
    found = measures.best(open_ or every)
    taken = [hit for hit in found[0].hits if hit.code not in _NOT_TAKEN] if found else []
    steps = changes.find(parts, lang, asserted, taken)
    return Reading(
        parts,
        lang,
        about,
        places.find(parts, lang),
        found,
        steps,
        cues.find(parts, lang, found[0].hits if found else ()),
        acts.find(parts),
    )


#: Concepts of a measure whose words are also its lifting or taking back.
_NOT_TAKEN = frozenset({"freed", "take_back", "tax", "quota", "licence", "mou_term", "trade_term"})


def _inside(hit: Hit, denied: dict[int, list[tuple[int, int]]]) -> bool:
    return any(start <= hit.start < end for start, end in denied[id(hit.sentence)])


#: In front of "signed", "gazetted" and the like: it has not happened yet.
_YET = re.compile(
    r"(?:\b(?:will (?:soon )?be|(?:yet |due |expected )?to be|shall be|yet been|"
    r"akan|bakal|segera|belum|sẽ(?: được)?|chưa)|จะ|ยังไม่)\s*$"
)


def made(reading: Reading) -> tuple[Hit | None, Hit | None]:
    """The words that say that a text of state is made, and those that say that one is still to be made."""
    concept = concepts("actors")["act_done"]
    hits = [hit for part in reading.parts for hit in concept.hits(part, reading.lang)]
    yet = [bool(_YET.search(hit.sentence.low[: hit.start])) for hit in hits]
    return next((h for h, y in zip(hits, yet, strict=True) if not y), None), next(
        (h for h, y in zip(hits, yet, strict=True) if y), None
    )


def subject(reading: Reading) -> Hit | None:
    """The country, capital or state body with which the title begins, if it begins with one.

    A country in the name of a company ("Freeport Indonesia") is none, where the item speaks of a company at all.
    """
    title = [m for m in reading.mentions if m.hit.sentence.zone is Zone.TITLE and m.party and m.hit.start <= 12]
    if not title or (title[0].kind is places.Kind.NAME and _of_a_company(title[0].hit, reading)):
        return None
    return title[0].hit


#: Characters between "urges" and "the government".
_ASKED = 25


def asked(reading: Reading) -> bool:
    """Whether the title has somebody demand a step from the state, were it another part of the state."""
    state = concepts("actors")["state"]
    return any(
        hit.end > cue.hit.start and hit.start - cue.hit.end <= _ASKED
        for cue in reading.cues
        if cue.kind == "lobbying" and cue.hit.sentence.zone is Zone.TITLE
        for hit in state.hits(cue.hit.sentence, reading.lang)
    )


#: A word with a capital letter in front of a country's name, where that is no sign of a title all in capitals.
_OWN_NAME = re.compile(r"^[A-Z][a-zA-Z]+ $")
_NO_NAME = frozenset({
    "the", "in", "from", "of", "as", "if", "why", "how", "what", "when", "while", "after", "before", "with", "for",
    "can", "will", "could", "would", "should", "north", "south", "east", "west", "northern", "southern", "eastern",
    "western", "central", "visiting", "inside", "no",
})  # fmt: skip


def _of_a_company(hit: Hit, reading: Reading) -> bool:
    before = hit.sentence.text[: hit.start]
    if not _OWN_NAME.match(before) or before.strip().lower() in _NO_NAME:
        return False
    own = concepts("actors")["state"].found(hit.sentence, reading.lang)
    known = any(m.hit.start < hit.start for m in reading.mentions if m.hit.sentence is hit.sentence)
    return reading.first("private") is not None and not known and not (own is not None and own.start < hit.start)


def title_denied(reading: Reading) -> bool:
    """Whether the title denies all of what it says, and not one half of it."""
    title = [part for part in reading.parts if part.zone is Zone.TITLE]
    if not title or not cues.denied(title[0], reading.lang):
        return False
    spans = cues.denied(title[0], reading.lang)
    free = [
        f
        for f in reading.found
        if f.sentence is title[0] and not any(s <= hit.start < e for hit in f.hits for s, e in spans)
    ]
    return not free
