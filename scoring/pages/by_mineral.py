"""Levels by mineral, as tables of a country's page and of a mineral's page show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from registry.parts import Link
from registry.paths import country_path, mineral_path, why_path
from scoring.domain.by_mineral import MineralScore
from scoring.domain.methodology import Domain
from scoring.domain.trace import State
from scoring.domain.wording import clean
from scoring.pages.parts import LEVEL_WORDS, sentence


@dataclass(frozen=True, slots=True)
class MineralCell:
    """A level with its reason in words; ``missing`` is what would decide it where it is open."""

    low: int
    high: int
    word: str
    because: str
    missing: str
    href: str


@dataclass(frozen=True, slots=True)
class MineralLine:
    """A row: ``subject`` is the mineral on a country's page and the country on a mineral's page."""

    subject: Link
    access: MineralCell | None
    capability: MineralCell | None


def lines_of_country(scores: Iterable[MineralScore], names: dict[str, str], query: str) -> tuple[MineralLine, ...]:
    """Minerals by name, each with its cells."""
    return _lines(scores, lambda each: Link(names.get(each.mineral, each.mineral), mineral_path(each.mineral)), query)


def lines_of_mineral(scores: Iterable[MineralScore], names: dict[str, str], query: str) -> tuple[MineralLine, ...]:
    """Countries by name, each with its cells."""
    return _lines(scores, lambda each: Link(names.get(each.country, each.country), country_path(each.country)), query)


def _lines(
    scores: Iterable[MineralScore], subject: Callable[[MineralScore], Link], query: str
) -> tuple[MineralLine, ...]:
    rows: dict[Link, dict[Domain, MineralCell]] = {}
    for each in scores:
        rows.setdefault(subject(each), {})[each.domain] = _cell(each, query)
    return tuple(
        MineralLine(
            Link(link.text, link.href + query), rows[link].get(Domain.ACCESS), rows[link].get(Domain.CAPABILITY)
        )
        for link in sorted(rows, key=lambda link: link.text)
    )


def _cell(score: MineralScore, query: str) -> MineralCell:
    stop = score.next_gate
    is_open = score.level is None and stop is not None and stop.state is State.UNKNOWN
    return MineralCell(
        low=score.low,
        high=score.high,
        word=LEVEL_WORDS[score.domain][score.level - 1] if score.level else "Not decided",
        because=sentence(clean(score.because)),
        missing="; ".join(_bare(item, score) for item in stop.missing) if is_open and stop else "",
        href=why_path(score.country, score.domain) + query,
    )


def _bare(item: str, score: MineralScore) -> str:
    return item.partition(": ")[2] or item
