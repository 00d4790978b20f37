"""Whose policy it is: countries, capitals, state bodies and provinces, and the part each plays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from registry.domain.news.lexicon import Concept, Hit, concepts, read
from registry.domain.news.text import Sentence, Zone

BLOC = "ASEAN"


class Kind(StrEnum):
    """What kind of word names the country; the value is what it weighs as a sign of who acts."""

    NAME = "name"
    CAPITAL = "capital"
    BODY = "body"
    PLACE = "place"
    CURRENCY = "currency"
    PARTNER = "partner"


_WEIGHT = {Kind.NAME: 3.0, Kind.CAPITAL: 2.4, Kind.BODY: 2.8, Kind.PLACE: 1.7, Kind.CURRENCY: 0.5, Kind.PARTNER: 3.0}
_ZONE = {Zone.TITLE: 2.0, Zone.LEAD: 1.4, Zone.BODY: 1.0}
#: What a mention weighs when it is only where something goes, comes from, or is said.
_PASSIVE = 0.25
_LANGUAGE_DEFAULT = {"vi": "VN", "th": "TH", "fil": "PH", "my": "MM"}

_TOWARDS = re.compile(
    r"(?:\b(?:to|for|into|with|by|against|via|towards|between|than|over|from|bound for|kepada|dengan|ke|dari|"
    r"daripada|dan|với|sang|cho|từ|của|kay|mula sa)"
    r"(?: the)?|กับ|จาก|ไป|สู่)\s*$"
)
_WITH = re.compile(r"(?:\b(?:with|dengan|với|sa)(?: the)?|กับ|ร่วมกับ|နှင့်)\s*$")
_AT = {
    "en": re.compile(r"\b(?:in|at|near)\s*$"),
    "id": re.compile(r"\b(?:di|in)\s*$"),
    "vi": re.compile(r"\b(?:tại|ở)\s*$"),
    "th": re.compile(r"(?:ที่|ณ|ใน)\s*$"),
    "fil": re.compile(r"\b(?:sa|in)\s*$"),
    "my": re.compile(r"(?!)"),
}
_FROM = re.compile(r"(?:\b(?:from|in|dari|di|từ|tại)(?: the)?|จาก|ใน)\s*$")
_PRIVATE = re.compile(
    r"^[\s-]*(?:(?:battery|steel|car|metals?|rare earth|state-owned|tin|nickel|copper|magnet|backed|owned|led)[\s-]+)*"
    r"(?:miners?|smelters?|firms?|compan(?:y|ies)|makers?|buyers?|traders?|producers?|investors?|carmakers?|"
    r"banks?|plants?|lab|laboratory|researchers|"
    r"refiners?|brokers?|backed|owned|led|-backed|-owned|factories|processors?|separators?|importers?|"
    r"scientists|team|boxers?|groups?|embassy|separation|chambers? of|associations?|federations?|unions?|industry|"
    r"business(?:es)?|exporters?|analysts?|economists?|activists?|campaigners?|villagers|farmers|workers)\b"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A country named: how, where, and how much it looks like the one who acts."""

    country: str
    kind: Kind
    hit: Hit
    weight: float
    party: bool
    lang: str


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    utc: float
    language: str
    words: tuple[tuple[Kind, Concept], ...]


@cache
def members() -> tuple[Country, ...]:
    """The bloc and its members."""
    return tuple(_country(code, row) for code, row in read("countries")["members"].items())


def _country(code: str, row: dict[str, Any]) -> Country:
    kinds = (Kind.NAME, Kind.CAPITAL, Kind.BODY, Kind.PLACE, Kind.CURRENCY)
    words = tuple((kind, Concept(code, row[kind.value])) for kind in kinds if row.get(kind.value))
    return Country(code, float(row["utc"]), row.get("language", ""), words)


@cache
def partners() -> tuple[Concept, ...]:
    return tuple(Concept(code, terms) for code, terms in read("countries")["partners"].items())


@cache
def member_codes() -> frozenset[str]:
    return frozenset(country.code for country in members())


def offset_hours(code: str | None) -> float:
    """The country's offset from UTC; the bloc's middle (+7) where no country is known."""
    return next((country.utc for country in members() if country.code == code), 7.0)


def find(parts: Iterable[Sentence], lang: str) -> tuple[Mention, ...]:
    """All countries an item names, longest words first where they overlap."""
    found = [m for part in parts for m in _in(part, lang)]
    return tuple(sorted(found, key=lambda m: (m.hit.sentence.where != "title", m.hit.sentence.offset, m.hit.start)))


def _in(part: Sentence, lang: str) -> list[Mention]:
    hits = [(kind, hit) for country in members() for kind, words in country.words for hit in words.hits(part, lang)]
    hits += [(Kind.PARTNER, hit) for words in partners() for hit in words.hits(part, lang)]
    if lang not in ("en", "my"):
        hits += [
            (Kind.NAME, hit)
            for country in members()
            for kind, words in country.words
            if kind is Kind.NAME
            for hit in words.hits(part, "en")
        ]
    return [_mention(kind, hit, lang) for kind, hit in _longest(hits)]


def _longest(hits: list[tuple[Kind, Hit]]) -> list[tuple[Kind, Hit]]:
    """Drop what lies inside a longer word: 'Korea' in 'South Korea', 'Guinea' in 'Papua New Guinea'."""
    kept: list[tuple[Kind, Hit]] = []
    for kind, hit in sorted(hits, key=lambda pair: (pair[1].start - pair[1].end, pair[1].start)):
        if not any(other.start < hit.end and hit.start < other.end for _, other in kept):
            kept.append((kind, hit))
    return kept


def _mention(kind: Kind, hit: Hit, lang: str) -> Mention:
    before, after = hit.sentence.low[: hit.start], hit.sentence.low[hit.end :]
    private = bool(_PRIVATE.match(after))
    venue = bool(_AT[lang].search(before)) and (kind in (Kind.CAPITAL, Kind.PARTNER))
    passive = private or bool(_TOWARDS.search(before)) or venue
    weight = _WEIGHT[kind] * _ZONE[hit.sentence.zone] * (_PASSIVE if passive else 1.0)
    return Mention(hit.code, kind, hit, weight, party=not private and not venue, lang=lang)


def scores(mentions: Iterable[Mention], lang: str, source: str) -> dict[str, float]:
    """How much each country looks like the one who acts; the language and the paper count a little."""
    total: dict[str, float] = {}
    for mention in mentions:
        total[mention.country] = total.get(mention.country, 0.0) + mention.weight
    for code, weight in _hints(lang, source):
        total[code] = total.get(code, 0.0) + weight
    return total


def _hints(lang: str, source: str) -> list[tuple[str, float]]:
    hints = [(code, 0.6) for code in _home(source)]
    if lang in _LANGUAGE_DEFAULT:
        hints.append((_LANGUAGE_DEFAULT[lang], 0.9))
    return hints


@lru_cache(maxsize=1024)
def _home(source: str) -> tuple[str, ...]:
    """The members that a paper's name names; papers are few and come again with every entry."""
    part = Sentence(source, Zone.BODY, 0)
    return tuple(m.country for m in _in(part, "en") if m.kind is not Kind.PARTNER)


def actors(mentions: tuple[Mention, ...], total: dict[str, float], declared: str) -> tuple[str, ...]:
    """The implementers of a measure: the strongest country, and others that act beside it in the title."""
    if not total:
        return {"ms": ("MY",), "id": ("ID",)}.get(declared, ())
    top = max(total, key=lambda code: total[code])
    beside = [
        m.country
        for m in mentions
        if m.hit.sentence.zone is Zone.TITLE and m.party and m.kind is Kind.NAME and _joined(m, mentions)
    ]
    joined = [code for code in dict.fromkeys(beside) if total.get(code, 0) >= 0.6 * total[top]]
    return tuple(joined) if top in joined and BLOC not in joined else (top,)


def _joined(mention: Mention, mentions: tuple[Mention, ...]) -> bool:
    """Whether a comma or an 'and' stands between this name and another one of the title."""
    for other in mentions:
        if other.hit.sentence is mention.hit.sentence and other.country != mention.country:
            first, second = sorted((other.hit, mention.hit), key=lambda hit: hit.start)
            if re.fullmatch(
                r"\s*(?:,|and|&|,\s*and|dan|và|at|และ)\s*", mention.hit.sentence.low[first.end : second.start]
            ):
                return True
    return False


def parties(mentions: tuple[Mention, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two sides of an agreement: members of ASEAN (or the bloc alone) and the others."""
    named = [m for m in mentions if m.kind in (Kind.NAME, Kind.PARTNER, Kind.CAPITAL, Kind.BODY) and _is_party(m)]
    title = [m for m in named if m.hit.sentence.zone is Zone.TITLE]
    lead = [m for m in named if m.hit.sentence.zone is Zone.LEAD]
    chosen = title if len({m.country for m in title}) >= 2 else title + lead
    codes = tuple(dict.fromkeys(m.country for m in chosen))
    if len(codes) == 1:
        # no other side named as such: the foreign country in which goods or texts are said to be
        codes += tuple(dict.fromkeys(m.country for m in mentions if m.kind is Kind.PARTNER and m.country not in codes))[
            :1
        ]
    inside = tuple(code for code in codes if code in member_codes())
    return ((BLOC,) if BLOC in inside else inside), tuple(code for code in codes if code not in member_codes())


def _is_party(mention: Mention) -> bool:
    before = mention.hit.sentence.low[: mention.hit.start]
    return mention.party and not (
        mention.lang != "fil" and _AT[mention.lang].search(before) and not _WITH.search(before)
    )


def touched(mentions: tuple[Mention, ...], matter: tuple[Hit, ...], lang: str) -> tuple[str, ...]:
    """ASEAN countries whose supply or plants a partner's act names: beside a mineral or as its origin."""
    named = [
        m for m in mentions if m.country in member_codes() and m.country != BLOC and m.kind in (Kind.NAME, Kind.CAPITAL)
    ]
    found = [
        m
        for m in named
        if (m.hit.sentence.zone is Zone.TITLE and matter and not _is_private(m)) or _as_supply(m, matter, lang)
    ]
    return tuple(dict.fromkeys(m.country for m in found))


def _is_private(mention: Mention) -> bool:
    return bool(_PRIVATE.match(mention.hit.sentence.low[mention.hit.end :]))


def _as_supply(mention: Mention, matter: tuple[Hit, ...], lang: str) -> bool:
    hit = mention.hit
    minerals = [m for m in matter if m.sentence is hit.sentence]
    origin = _FROM.search(hit.sentence.low[: hit.start]) and (
        minerals or concepts("concepts")["process"].found(hit.sentence, lang)
    )
    beside = any(0 <= m.start - hit.end <= 40 or (origin and m.end <= hit.start) for m in minerals)
    return bool(beside or origin)


def foreign_actor(mentions: tuple[Mention, ...], total: dict[str, float]) -> str | None:
    """A partner that acts: it stands first in the title, before any member, and not as a buyer's nationality."""
    title = [m for m in mentions if m.hit.sentence.zone is Zone.TITLE]
    pool = title or [m for m in mentions if m.hit.sentence.zone is Zone.LEAD]
    active = [m for m in pool if m.weight >= 0.5 * _WEIGHT[m.kind]]
    first = active[0] if active else None
    if first is not None and first.kind is Kind.PARTNER and first.party:
        return first.country
    inside = max((score for code, score in total.items() if code in member_codes()), default=0.0)
    outside = {code: score for code, score in total.items() if code not in member_codes()}
    top = max(outside, key=lambda code: outside[code], default=None)
    return top if top is not None and outside[top] > 1.5 * inside else None
