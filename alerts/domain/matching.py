"""Whether an item concerns a subscription, and if not, why not: one function for sending and for explaining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.choices import Topic
from alerts.domain.items import Item, Kind

#: Which topics watch which items.
WATCHED_BY: dict[Kind, frozenset[str]] = {
    Kind.SCORE: frozenset({Topic.CHANGES, Topic.SCORES}),
    Kind.INSTRUMENT: frozenset({Topic.CHANGES, Topic.INSTRUMENTS, Topic.LOTS}),
    Kind.EFFECT: frozenset({Topic.CHANGES, Topic.INSTRUMENTS, Topic.LOTS}),
    Kind.FINDING: frozenset({Topic.LOTS}),
    Kind.FLAG: frozenset({Topic.FLAGS}),
    Kind.HEAD: frozenset({Topic.HEADS}),
    Kind.NOTE: frozenset(),
}
_NAMES = {Kind.SCORE: "a score", Kind.INSTRUMENT: "an instrument", Kind.EFFECT: "a date of an instrument",
          Kind.FINDING: "a finding", Kind.FLAG: "a flag", Kind.HEAD: "a signed head of the log",
          Kind.NOTE: "a note"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asked for. Blank: all. ``least``: the smallest change of a score, in levels."""

    topic: str = Topic.CHANGES.value
    country: str = ""
    domain: str = ""
    mineral: str = ""
    measure: str = ""
    status: str = ""
    least: int = 0
    lots: frozenset[str] = frozenset()


def reasons_against(
    wish: Wish, item: Item, touched: frozenset[str] = frozenset(), names: Mapping[str, str] | None = None
) -> list[str]:
    """Why an item is not told under a wish, in sentences; empty: it is told.

    ``touched``: the lots that the item's measures touch, for a wish about lots. ``names``: what codes are called.
    """
    named = names or {}
    if wish.topic not in WATCHED_BY[item.kind]:
        return [f"The change is {_NAMES[item.kind]}, and that was not asked for."]
    if wish.topic == Topic.HEADS:
        return []
    if wish.topic == Topic.LOTS:
        return _against_lots(wish, item, touched)
    reasons = []
    if wish.country and wish.country != item.country:
        about = item.country_name or item.country or "no country"
        reasons.append(f"It is about {about}, not {named.get(wish.country, wish.country)}.")
    if wish.mineral and item.minerals and wish.mineral not in item.minerals:
        about = ", ".join(named.get(mineral, mineral) for mineral in item.minerals)
        reasons.append(f"It is about {about}, not {named.get(wish.mineral, wish.mineral)}.")
    reasons += _against_score(wish, item) if item.kind is Kind.SCORE else _against_instrument(wish, item, named)
    return reasons


def _against_score(wish: Wish, item: Item) -> list[str]:
    reasons = []
    if wish.domain and wish.domain != item.domain:
        reasons.append(f"It is about {item.domain}, not {wish.domain}.")
    if item.step is not None and item.step < wish.least:
        reasons.append(f"The score moved by {_levels(item.step)}; {wish.least} or more was asked for.")
    return reasons


def _levels(step: int) -> str:
    return "1 level" if step == 1 else f"{step} levels"


def _against_instrument(wish: Wish, item: Item, named: Mapping[str, str]) -> list[str]:
    reasons = []
    if wish.measure and wish.measure not in item.measures:
        reasons.append(f"It has no measure of the kind {named.get(wish.measure, wish.measure)}.")
    if wish.status and wish.status not in item.statuses:
        reasons.append(f"It did not reach the status {named.get(wish.status, wish.status)}.")
    return reasons


def _against_lots(wish: Wish, item: Item, touched: frozenset[str]) -> list[str]:
    concerned = touched | frozenset(item.lots)
    if not concerned:
        return ["No lot that is held is touched by it."]
    if wish.lots and not wish.lots & concerned:
        return ["None of the lots watched is touched by it."]
    return []
