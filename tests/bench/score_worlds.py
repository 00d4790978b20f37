"""Seeded worlds of facts for the benches of scores: 11 countries, 20 minerals, three domains, 5,000 facts."""

from __future__ import annotations

import random
from collections.abc import Iterator

from registry.domain.dates import PartialDate
from registry.domain.facts import Fact, Subject, parse_value

MEMBERS = ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN")
MINERALS = tuple(f"mineral_{n:02d}" for n in range(20))

#: Kinds of facts with the words they may say, or None for a figure in percent (a rank where its name says so).
KINDS: dict[str, tuple[str, ...] | None] = {
    "reserve_class": ("limited", "significant", "abundant"),
    "reserve_world_share": None,
    "reserve_rank": None,
    "production_share": None,
    "production_rank": None,
    "production_class": ("world_leading", "limited", "none"),
    "developed": ("developed", "undeveloped"),
    "control": ("under_control", "outside_control"),
    "key_mineral": ("key",),
    "processing_coverage": ("extensive", "some", "negligible"),
    "processing_tier": ("advanced", "intermediate"),
    "processing_world_share": None,
    "processing_rank": None,
    "processing_owner": ("domestic", "foreign"),
    "technology_origin": ("domestic", "foreign", "acquired"),
}


def facts(count: int, seed: int = 5) -> Iterator[Fact]:
    """``count`` facts spread over the countries, minerals and kinds; a few of each end before today."""
    chance = random.Random(seed)
    kinds = tuple(KINDS)
    for n in range(count):
        kind = kinds[n % len(kinds)]
        words = KINDS[kind]
        figure = chance.randint(1, 20) if kind.endswith("rank") else chance.randint(1, 400) / 10
        yield Fact(
            fact_id=f"bench.{n:06d}",
            kind=kind,
            subject=Subject(country=chance.choice(MEMBERS), mineral=chance.choice(MINERALS)),
            value=None if words else parse_value(figure),
            unit=None if words else "rank_world" if kind.endswith("rank") else "percent",
            fact_class=chance.choice(words) if words else None,
            valid_from=PartialDate.parse(chance.choice(("2019", "2022-06", "2025-03-01"))),
            valid_until=PartialDate.parse("2026-01-31") if chance.random() < 0.05 else None,
        )
