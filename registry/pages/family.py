"""What an instrument does to others and they to it: a table, and the family as a picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from registry.choices import label
from registry.domain.dates import PartialDate
from registry.domain.family import INVERSE, Picture, Relation, family_of, picture
from registry.parts import Link
from registry.paths import instrument_path
from registry.selectors import get_known_relations


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One relation as the instrument of the page says it: ``words`` such as "amends" or "amended by"."""

    words: str
    other: Link
    since: PartialDate | None


@dataclass(frozen=True, slots=True)
class Family:
    rows: tuple[FamilyRow, ...]
    picture: Picture | None


def get_family(instrument_id: str, as_of: dt.datetime | None, query: str = "") -> Family:
    """The relations of an instrument as known at an instant (None: now), and all that hangs together with it."""
    relations, titles = get_known_relations(as_of=as_of)
    near = family_of(instrument_id, relations)
    drawn = picture(instrument_id, near, titles) if len(near) > 1 else None
    return Family(tuple(_rows(instrument_id, near, titles, query)), drawn)


def _rows(instrument_id: str, near: Sequence[Relation], titles: Mapping[str, str], query: str) -> Iterator[FamilyRow]:
    for relation in near:
        since = PartialDate.parse(relation.since) if relation.since else None
        if relation.later == instrument_id:
            words, other = label(relation.kind.value), relation.earlier
        elif relation.earlier == instrument_id:
            words, other = INVERSE[relation.kind].capitalize(), relation.later
        else:
            continue
        known = titles.get(other)
        title = known[:1].upper() + known[1:] if known else other
        yield FamilyRow(words, Link(title, instrument_path(other) + query if known else ""), since)
