"""A country's value chain by stage, and what reaches it from outside, read out of its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.pages.facts import FactLine
from registry.parts import Link


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the value chain: held where anything is there, with what is said of it and what enters it."""

    name: str
    key: str
    is_held: bool
    lines: tuple[str, ...]
    facilities: tuple[Link, ...]
    enters: tuple[str, ...]


_STAGES = (
    ("mining_extraction", "Mining"),
    ("processing_refining", "Processing"),
    ("component_manufacturing", "Metals, magnets, parts"),
    ("end_use", "End use"),
)
_SAID = ("production_class", "production_presence", "production_rank", "production_share", "processing_coverage",
         "processing_tier", "products", "end_use", "stage_outputs")  # fmt: skip
_ABSENT = ("none", "no ", "0 ")


def stages_of(facts: Sequence[FactLine], facilities: Mapping[str, Sequence[Link]]) -> tuple[Stage, ...]:
    """The four stages, with what facts and facilities say of each; nothing is held where nothing is said."""
    return tuple(_stage(key, name, facts, facilities.get(key, ())) for key, name in _STAGES)


def _stage(key: str, name: str, facts: Sequence[FactLine], facilities: Sequence[Link]) -> Stage:
    own = [fact for fact in facts if fact.stage.lower().replace(" ", "_") == key]
    said = [fact for fact in own if fact.kind.lower().replace(" ", "_") in _SAID]
    enters = [fact for fact in own if fact.kind == "Import dependence"]
    present = [fact for fact in said if not fact.text.lower().startswith(_ABSENT)]
    return Stage(
        name=name,
        key=key,
        is_held=bool(present or facilities),
        lines=tuple(dict.fromkeys(_said(fact) for fact in said))[:3],
        facilities=tuple(facilities),
        enters=tuple(fact.text for fact in enters),
    )


#: What a statement is about where its kind alone would not read well.
_ABOUT = {
    "Production class": "output",
    "Production share": "output",
    "Production rank": "output",
    "Production presence": "mined",
    "Processing coverage": "processed at home",
    "Processing tier": "tier",
    "Stage outputs": "makes",
    "Products": "makes",
    "End use": "for",
}


def _said(fact: FactLine) -> str:
    words = f"{_ABOUT.get(fact.kind, fact.kind.lower())} {fact.text}"
    return f"{fact.mineral}: {words}" if fact.mineral else f"{words[:1].upper()}{words[1:]}"


#: Kinds of facts that tell what comes from, or goes to, other countries.
_OUTSIDE = ("External power", "Incident", "Trade route", "Destination control", "Export destination", "Investors",
            "Export destination share", "Trade partners", "Armed control")  # fmt: skip


def from_outside(facts: Iterable[FactLine]) -> tuple[FactLine, ...]:
    return tuple(fact for fact in facts if fact.kind in _OUTSIDE)
