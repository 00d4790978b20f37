"""What a search finds in the register, and near spellings where it finds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from registry.domain.folding import fold
from registry.parts import Link


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its name, what it is, and other words it is found by."""

    link: Link
    note: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class HitGroup:
    title: str
    hits: tuple[Hit, ...]
    more: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    words: str
    groups: tuple[HitGroup, ...]
    near: tuple[Link, ...]

    @property
    def count(self) -> int:
        return sum(len(group.hits) + group.more for group in self.groups)


#: A name at least this alike, of 100, is offered as a near spelling.
_ALIKE = 70
_MOST = 10


def search_page(words: str, kinds: Iterable[tuple[str, Sequence[Hit]]]) -> SearchPage:
    """Search titled kinds of hits for all words asked, whatever their case or accents; near spellings else."""
    asked = fold(words).split()
    everything = [(title, list(hits)) for title, hits in kinds]
    if not asked:
        return SearchPage(words, (), ())
    groups = [_group(title, [hit for hit in hits if _has(hit, asked)]) for title, hits in everything]
    found = tuple(group for group in groups if group.hits)
    return SearchPage(words, found, () if found else _near(words, [hit for _, hits in everything for hit in hits]))


def _has(hit: Hit, asked: Sequence[str]) -> bool:
    text = fold(f"{hit.link.text} {hit.note} {hit.also}")
    return all(word in text for word in asked)


def _group(title: str, hits: Sequence[Hit]) -> HitGroup:
    return HitGroup(title, tuple(hits[:_MOST]), max(0, len(hits) - _MOST))


def _near(words: str, hits: Sequence[Hit]) -> tuple[Link, ...]:
    names = {number: fold(hit.link.text) for number, hit in enumerate(hits)}
    alike = process.extract(fold(words), names, scorer=fuzz.WRatio, limit=5, score_cutoff=_ALIKE)
    return tuple(hits[number].link for _, _, number in alike)
