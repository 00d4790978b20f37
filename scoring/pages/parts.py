"""What pages of scores have in common: cells, level words, evidence as lines, changes as notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.drawing import CoreStep, drill_core
from registry.parts import Link, ProofMark, SourceMark
from registry.paths import country_path, fact_path, instrument_path, why_path
from registry.wording import source_mark
from scoring.domain.card import DomainScore
from scoring.domain.methodology import Domain
from scoring.domain.wording import clean
from scoring.models import ScoreChange

#: The levels of v1 in a word or two, as they stand in cells.
LEVEL_WORDS: Mapping[Domain, tuple[str, ...]] = {
    Domain.ACCESS: ("Negligible", "Limited", "Significant", "Abundant", "Abundant and controlled"),
    Domain.CAPABILITY: (
        "Raw export only",
        "Basic",
        "Advanced, foreign-run",
        "Advanced, own technology",
        "Leads the technology",
    ),
    Domain.GOVERNANCE: (
        "No effective control",
        "General rules only",
        "Dedicated rules",
        "Comprehensive",
        "Sets standards",
    ),
}
NAMES = {Domain.ACCESS: "Access", Domain.CAPABILITY: "Capability", Domain.GOVERNANCE: "Governance"}


@dataclass(frozen=True, slots=True)
class ScoreCell:
    """One cell of the card: low and high are equal where the level is decided, None where no facts are recorded.

    ``proof`` is where the log recorded this level; None for a day that was only worked out.
    """

    domain: str
    key: str
    low: int | None
    high: int | None
    word: str
    href: str
    was: str = ""
    proof: ProofMark | None = None

    @property
    def level(self) -> int | None:
        return self.low if self.low == self.high else None

    @property
    def text(self) -> str:
        if self.low is None:
            return ""
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def steps(self) -> tuple[CoreStep, ...]:
        return drill_core(self.low, self.high)


def score_cell(
    country: str, score: DomainScore, query: str = "", was: str = "", proof: ProofMark | None = None
) -> ScoreCell:
    href = why_path(country, score.domain.value) + query
    words = level_word(score)
    return ScoreCell(NAMES[score.domain], score.domain.value, score.low, score.high, words, href, was, proof)


def level_word(score: DomainScore) -> str:
    if score.low is None:
        return "No facts recorded"
    if score.level is None:
        missing = sum(len(gate.missing) for gate in score.gates)
        facts = "a fact is missing" if missing == 1 else "facts are missing"
        return f"Not decided: {facts}"
    return LEVEL_WORDS[score.domain][score.level - 1]


def sentence(words: str) -> str:
    """With a capital and a full stop."""
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '?')) else '.'}" if words else ""


def first_reason(words: str) -> str:
    return clean(words).partition("; ")[0]


# --- evidence


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A fact or an instrument in a gate; ``reason`` says why it does not count, empty where it does."""

    public_id: str
    text: str
    href: str
    source: SourceMark | None
    proof: ProofMark | None
    reason: str = ""


def evidence_line(plain: Mapping[str, Any]) -> EvidenceLine:
    """From `scoring.selectors.evidence_json`."""
    public_id, is_instrument = plain["id"], plain["kind"] == "instrument"
    href = instrument_path(public_id) if is_instrument else fact_path(public_id)
    text = sentence(plain["text"]).rstrip(".")
    if is_instrument and plain["value"]:
        text += f", {plain['value'].replace('_', ' ')}"
    elif not is_instrument and plain["kind"] != "unknown":
        about = f", {plain['mineral']}" if plain.get("mineral") else ""
        text = f"{plain['kind'].replace('_', ' ').capitalize()}{about}: {plain['text']}"
    return EvidenceLine(
        public_id=public_id,
        text=text,
        href=href,
        source=source_mark(plain["source"], f"{href}#sources" if is_instrument else href),
        proof=ProofMark(plain["entry"]) if plain["entry"] else None,
        reason=plain.get("reason", ""),
    )


# --- changes

_KINDS = {
    "fact": ("a new fact", "Something happened or was learned that was not on record before."),
    "correction": ("a correction", "What was on record before was wrong, or is told anew."),
    "method": ("a new method", "The rules changed, not the facts."),
}


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """A recorded change with its cause. ``old`` and ``new`` are (low, high); None where nothing moved."""

    change_id: str
    on: dt.date
    at: dt.datetime
    country: Link
    code: str
    domain: str
    domain_key: str
    href: str
    moved: bool
    old: tuple[int | None, int | None] | None
    new: tuple[int | None, int | None] | None
    kind: str
    kind_title: str
    words: str
    gates: tuple[Mapping[str, Any], ...]
    overall: tuple[str, str] | None
    ranks: tuple[int | None, int | None]
    instrument: Link | None
    source: SourceMark | None
    drafted_by: str
    approved_by: str
    proof: ProofMark
    is_demo: bool

    @property
    def rose(self) -> bool:
        return self.direction == "rose"

    @property
    def direction(self) -> str:
        """rose, fell, or changed where a range or nothing stood on one side."""
        if not self.old or not self.new or None in (*self.old, *self.new):
            return "changed"
        if self.old[0] != self.old[1] or self.new[0] != self.new[1]:
            return "changed"
        return "rose" if self.new[0] > self.old[0] else "fell"  # type: ignore[operator]


def change_note(change: ScoreChange, names: Mapping[str, str]) -> ChangeNote:
    kind, kind_title = _KINDS.get(change.cause, (change.cause, ""))
    instrument = change.instrument or {}
    href = instrument_path(instrument["id"]) if instrument else ""
    country = names.get(change.country, change.country)
    return ChangeNote(
        change_id=change.change_id,
        on=change.on,
        at=change.recorded_at,
        country=Link(country, country_path(change.country)),
        code=change.country,
        domain=NAMES[Domain(change.domain)] if change.domain else "",
        domain_key=change.domain,
        href=why_path(change.country, change.domain) if change.domain else country_path(change.country),
        moved=change.is_moved,
        old=_span(change.old),
        new=_span(change.new),
        kind=kind,
        kind_title=kind_title,
        words=clean(change.sentence),
        gates=tuple(change.gates),
        overall=_overall(change.old, change.new),
        ranks=((change.old or {}).get("rank"), (change.new or {}).get("rank")),
        instrument=Link(sentence(instrument["title"]).rstrip("."), href) if instrument else None,
        source=source_mark(instrument.get("source"), f"{href}#sources") if instrument else None,
        drafted_by=instrument.get("drafted_by", ""),
        approved_by=instrument.get("approved_by", ""),
        proof=ProofMark(change.recorded_entry_id),
        is_demo=change.is_demo,
    )


def _span(plain: Mapping[str, Any] | None) -> tuple[int | None, int | None] | None:
    return (plain.get("low"), plain.get("high")) if plain else None


def _overall(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[str, str] | None:
    if not old or not new or not old.get("overall") or not new.get("overall"):
        return None
    return str(old["overall"]), str(new["overall"])
