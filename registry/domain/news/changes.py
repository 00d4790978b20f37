"""What is done to a measure: the newest stage that the text supports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from registry.domain.news.lexicon import Hit, concepts
from registry.domain.news.text import Sentence, Zone

ZONE_WEIGHT = {Zone.TITLE: 1.0, Zone.LEAD: 0.7, Zone.BODY: 0.4}
AGREEMENTS = frozenset({"mou", "trade_agreement"})
#: Measures with a number, a limit or a list that can be altered.
_RATED = frozenset(
    {
        "domestic_market_obligation",
        "domestic_processing_requirement",
        "export_ban",
        "export_licence",
        "export_quota",
        "export_tax",
        "foreign_ownership_limit",
        "local_content_requirement",
        "price_control",
        "royalty",
        "standard",
        "stockpile",
        "tax_holiday",
    }
)
_ENOUGH = 0.65
_KINDS = {
    "expire": "expired",
    "extend": "extended",
    "repeal": "repealed",
    "suspend": "suspended",
    "propose": "proposed",
}


@dataclass
class Steps:
    """Words of steps by kind, with the weight of where they stand.

    ``not_taken`` is a step that the title says is not taken, where it tells of no other one; ``only_named`` the word
    that names a measure ("the ban") where nothing in the item is done to it.
    """

    weights: dict[str, float] = field(default_factory=dict)
    hits: dict[str, Hit] = field(default_factory=dict)
    not_taken: Hit | None = None
    only_named: Hit | None = None

    def add(self, kind: str, hit: Hit) -> None:
        weight = ZONE_WEIGHT[hit.sentence.zone]
        if weight > self.weights.get(kind, 0.0) or kind not in self.hits:
            self.hits[kind] = hit
        self.weights[kind] = min(2.0, max(self.weights.get(kind, 0.0), weight) + (0.2 if kind in self.weights else 0.0))

    def __getitem__(self, kind: str) -> float:
        return self.weights.get(kind, 0.0)

    def title(self, kind: str) -> bool:
        return kind in self.hits and self.hits[kind].sentence.zone is Zone.TITLE


#: Kinds whose "not" leaves a measure as it is; a measure that is not extended runs out, which is a step.
_KEPT_BY_NOT = ("repeal", "suspend", "rate")


def find(parts: Sequence[Sentence], lang: str, asserted: Callable[[Hit], bool], taken: Iterable[Hit]) -> Steps:
    """Find the words of steps that are asserted. ``taken`` words name the measure itself and are no step on it."""
    steps = Steps()
    refused: list[Hit] = []
    done: list[Hit] = []
    named = [(hit.sentence, hit.start, hit.end) for hit in taken]
    for kind, concept in concepts("changes").items():
        own = named if kind == "enforce" or (kind in _KINDS and kind != "propose") else ()
        for hit in (hit for part in parts for hit in concept.hits(part, lang)):
            if any(s is hit.sentence and (a <= hit.start < b or a < hit.end <= b) for s, a, b in own):
                continue
            if kind == "rate" and _tells_the_law(hit, lang):
                continue
            if asserted(hit):
                steps.add(kind, hit)
                if not _names(hit, lang):
                    done.append(hit)
            elif kind in _KEPT_BY_NOT:
                refused.append(hit)
    if not any(hit.sentence.zone is Zone.TITLE and hit.text.lower() not in _MODALS for hit in done):
        steps.not_taken = next((hit for hit in refused if hit.sentence.zone is Zone.TITLE), None)
    if not done:
        steps.only_named = steps.hits.get("begin")
    return steps


#: "will" of "will not".
_MODALS = frozenset({"will", "shall", "would", "to be", "akan", "sẽ", "จะ"})
#: What stands in front of a noun in English does not stand in front of the same word as a verb.
_VERB = re.compile(r"\b(?:to|will|would|shall|must|may|can|could|should|and|or|not|they|we)\s+$")


def _names(hit: Hit, lang: str) -> bool:
    """Whether a word is the name of a measure ("a ban on") and no verb ("to ban")."""
    named = concepts("actors")["measure_named"].hits(hit.sentence, lang)
    return any(name.start <= hit.start < name.end for name in named) and not (
        lang == "en" and _VERB.search(hit.sentence.low[: hit.start])
    )


def _tells_the_law(hit: Hit, lang: str) -> bool:
    """Whether a word of altering tells which law is passed ("the revised mining law") and not what befalls a rate."""
    spans = concepts("actors")["law_revised"].hits(hit.sentence, lang)
    return any(span.start == hit.start or span.end == hit.end for span in spans)


@dataclass(frozen=True, slots=True)
class Context:
    """What else decides a stage: is there a state text, has it been made, does it hold already."""

    measure: str
    act: bool
    to_come: bool
    done: bool
    office: bool
    holds_already: bool
    has_start: bool
    has_end: bool
    freed: bool
    from_to: bool
    ceases: bool
    at_once: bool
    old_value: bool


def decide(steps: Steps, context: Context) -> str:
    """Name the change kind of the contract."""
    if context.measure in AGREEMENTS:
        return _of_agreement(steps)
    if context.measure == "licence_revocation":
        return "proposed" if steps.title("propose") else "enforced"
    if context.freed and not steps.title("suspend") and not context.has_end:
        return "repealed"
    return _on_existing(steps, context) or _new(steps, context)


def _of_agreement(steps: Steps) -> str:
    if steps.title("take_force"):
        return "in_force"
    for kind in ("expire", "extend", "suspend", "repeal"):
        if steps.title(kind) and not steps.title("sign"):
            return _KINDS[kind]
    if steps["take_force"] and not steps["sign"]:
        return "in_force"
    return "signed"


def _on_existing(steps: Steps, context: Context) -> str | None:
    """A step on a measure that exists: the strongest of its words, the title's before all."""
    usable = {kind: steps[kind] for kind in ("expire", "extend", "repeal", "suspend") if _fits(kind, steps, context)}
    if usable.get("suspend") and usable.get("repeal") and usable["suspend"] >= 0.5:
        usable["suspend"] = usable["repeal"] + 0.1
    if usable.get("extend", 0) >= 1.0 and usable.get("expire"):
        usable.pop("expire")
    if usable.get("expire") and usable.get("repeal") and steps.title("expire"):
        usable["expire"] = usable["repeal"] + 0.1
    best = max(usable, key=lambda kind: usable[kind], default=None)
    if best is None or usable[best] < _ENOUGH:
        return None
    return _KINDS[best]


def _fits(kind: str, steps: Steps, context: Context) -> bool:
    if kind == "suspend" and context.measure == "moratorium":
        return False
    if kind == "expire" and steps.title("extend"):
        return False
    if kind == "repeal" and (context.from_to or context.ceases):
        return False
    # said only below the title of another step, such words tell the background
    busy = any(steps.title(other) for other in ("begin", "rate", "enforce")) and not steps.title(kind)
    return steps[kind] > 0 and not (
        busy
        and not any(steps.title(other) for other in ("expire", "extend", "repeal", "suspend"))
        and steps[kind] < 0.9
    )


def _only_proposed(steps: Steps, context: Context) -> bool:
    """A text before a parliament or the public, and no word of its having passed both."""
    if steps["enacted"]:
        return False
    made = context.done and not steps.title("propose") and not steps["one_chamber"]
    return steps["propose"] + (0.2 if steps["one_chamber"] else 0.0) >= _ENOUGH and not made


def _new(steps: Steps, context: Context) -> str:
    if _only_proposed(steps, context):
        return "proposed"
    if steps["enforce"] >= 0.7 and not steps.title("rate") and (steps.title("enforce") or not steps.title("begin")):
        return "enforced"
    altered = not steps["first"] and (steps.title("rate") or steps["rate"] >= 1.0)
    amended = context.measure in _RATED and (context.from_to or altered or (steps["rate"] >= 0.7 and context.old_value))
    if context.to_come and not context.done:
        return "announced"
    if amended:
        return "amended"
    if not context.done and not context.act and not context.at_once and (steps["announce"] or context.office):
        return "announced" if not context.holds_already else "in_force"
    if context.holds_already or (steps.title("take_force") and context.has_start):
        return "in_force"
    return "adopted"
