"""The words of titles and sentences: scores, instruments, dates, findings and flags as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.choices import label
from registry.domain.dates import PartialDate
from registry.domain.instruments import InstrumentState, MeasureState
from registry.wording import listed, measure_label, mineral_names
from scoring.models import DOMAINS

DOMAIN_NAMES = dict(DOMAINS)
_CAUSES = {
    "fact": "the world: a new fact",
    "correction": "a correction of what was recorded; the world did not change",
    "method": "a new method; the world did not change",
    "day": "the world: a date was reached",
}


def cause_words(cause: str) -> str:
    return _CAUSES.get(cause, cause)


def level_text(score: Mapping[str, Any] | None) -> str:
    """A level, a range where facts are missing, or that there is none."""
    if not score or score.get("low") is None:
        return "not scored"
    return str(score["level"]) if score["level"] is not None else f"{score['low']}–{score['high']}"


def confidence_words(score: Mapping[str, Any] | None) -> str:
    """How sure a level is: decided by the facts, or a range that they leave open."""
    if not score or score.get("low") is None:
        return "no facts: not scored"
    if score["level"] is not None:
        return "the facts decide this level"
    return f"open: facts are missing, it lies between {score['low']} and {score['high']}"


def step_of(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> int | None:
    """By how many levels a score moved at either end; None where it was or is not scored: that is always told."""
    if not old or not new or old.get("low") is None or new.get("low") is None:
        return None
    return max(abs(int(new["low"]) - int(old["low"])), abs(int(new["high"]) - int(old["high"])))


def measure_text(measure: MeasureState) -> str:
    """Such as: export licence, rare earths, HS 2846 and 2805, from 2026-11-23."""
    parts = [measure_label(measure.code.value).lower()]
    if measure.minerals:
        parts.append(listed(measure.minerals, mineral_names()).lower())
    if measure.hs:
        parts.append(f"HS {', '.join(measure.hs)}")
    if measure.start:
        parts.append(f"from {measure.start}")
    if measure.until:
        parts.append(f"to {measure.until}")
    return ", ".join(parts)


def short_text(state: InstrumentState) -> str:
    """The first measure in two words, for a subject: export licence, rare earths. Empty without a measure."""
    if not state.measures:
        return ""
    first = state.measures[0]
    minerals = listed(first.minerals, mineral_names()).lower() if first.minerals else ""
    return ", ".join(part for part in (measure_label(first.code.value).lower(), minerals) if part)


def status_text(status: str, since: PartialDate | None) -> str:
    return f"{label(status).lower()} since {since}" if since else f"{label(status).lower()}, date not stated"
