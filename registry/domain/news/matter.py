"""Which minerals an item is about, by name and by HS code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from registry.domain.news.lexicon import Concept, Hit, read
from registry.domain.news.text import Sentence, Zone

_HS = re.compile(
    r"(?:\b(?:hs|h\.s\.|sub-?headings?|headings?|tariff (?:code|line)s?|kode hs|kod hs|mã hs|pos tarif|พิกัด(?:ศุลกากร)?)"
    r"(?:\s*(?:codes?|headings?|numbers?|no\.?|ของ))?\s*)((?:\d{4}(?:[.\s]?\d{2}){0,3}(?:\s*(?:,|and|or|&|/|dan|"
    r"và|และ|at|to)\s*)?)+)",
    re.I,
)
_CODE = re.compile(r"\d{4}(?:\.?\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Matter:
    """Minerals of an item in the order of their first mention; ``group``: the minerals together, none named."""

    hits: tuple[Hit, ...]
    group: Hit | None
    hs: tuple[str, ...]
    hs_minerals: tuple[str, ...]

    @property
    def named(self) -> bool:
        return bool(self.hits or self.hs_minerals)


@cache
def _minerals() -> tuple[Concept, ...]:
    return tuple(Concept(code, terms) for code, terms in read("minerals")["minerals"].items())


@cache
def _group() -> Concept:
    return Concept("minerals", read("minerals")["group"])


@cache
def _unless(lang: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    sides = read("minerals")["unless"]

    def words(side: str) -> str:
        terms = sides[side].get(lang, ())
        return (
            "|".join(re.escape(term[:-1]) + r"\w*" if term.endswith("*") else re.escape(term) for term in terms)
            or r"\b\B"
        )

    edge = "" if lang in ("th", "my") else r"(?<!\w)"
    number = r"|\d[\d.,]*" if lang == "vi" else ""
    return re.compile(f"(?:{edge}(?:{words('before')}){number})[\\s-]*$"), re.compile(
        rf"[\s-]*(?:{words('after')})(?!\w)"
    )


def find(parts: tuple[Sentence, ...], lang: str) -> Matter:
    """Find minerals and HS codes; a name beside a word that gives it another sense is left out."""
    hits = [hit for part in parts for concept in _minerals() for hit in concept.hits(part, lang) if _meant(hit, lang)]
    group = next((hit for part in parts if (hit := _group().found(part, lang))), None)
    codes = _codes(parts)
    return Matter(tuple(hits), group, codes, _by_code(codes))


def _meant(hit: Hit, lang: str) -> bool:
    before, after = _unless(lang)
    low = hit.sentence.low
    if before.search(low[: hit.start]) or after.match(low, hit.end):
        return False
    # 'Cobalt' in quotation marks is a name given to something else
    return not (low[hit.start - 1 : hit.start] in "'\"‘“" and low[hit.end : hit.end + 1] in "'\"’”" and hit.start > 0)


def _codes(parts: tuple[Sentence, ...]) -> tuple[str, ...]:
    runs = [match.group(1) for part in parts for match in _HS.finditer(part.text)]
    found = [code.replace(".", "") for run in runs for code in _CODE.findall(run)]
    return tuple(dict.fromkeys(found))


def _by_code(codes: tuple[str, ...]) -> tuple[str, ...]:
    table = {prefix.replace(".", ""): minerals for prefix, minerals in read_hs().items()}
    named: list[str] = []
    for code in codes:
        prefixes = sorted((p for p in table if code.startswith(p)), key=len, reverse=True)
        named += table[prefixes[0]] if prefixes else []
    return tuple(dict.fromkeys(named))


@cache
def read_hs() -> dict[str, list[str]]:
    """HS prefix to minerals."""
    table: dict[str, list[str]] = read("minerals")["hs"]
    return table


def minerals(matter: Matter, policy: frozenset[int]) -> tuple[str, ...]:
    """The minerals that an act covers: those of the title, else those of the sentences about the measure, else all.

    ``policy`` holds the identities of sentences that speak of the measure; what they add to the title counts too.
    """
    title = [hit.code for hit in matter.hits if hit.sentence.zone is Zone.TITLE]
    about = [hit.code for hit in matter.hits if hit.sentence.zone is not Zone.TITLE and id(hit.sentence) in policy]
    rest = [hit.code for hit in matter.hits]
    chosen = title + about if title else about or rest
    return tuple(dict.fromkeys([*chosen, *matter.hs_minerals]))
