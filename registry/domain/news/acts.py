"""Numbers of legal acts, so that two reports of one act are known as such in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.domain.news.text import Sentence, Zone

_WORDS = (
    r"decree|sub-decree|regulation|order|ordinance|law|act|directive|notification|circular|proclamation|prakas|"
    r"decision|resolution|instruction|"
    r"republic act|executive order|administrative order|department order|ministerial decree|p\.u\.\s?\([ab]\)|"
    r"eo|ra|dao|pmk|pp|uu|perpres|inpres|keppres|"
    r"permen\w*|permendag|permenperin|kepmen\w*|peraturan(?: \w+){0,3}|keputusan(?: \w+){0,2}|undang-undang|"
    r"surat edaran|perda|pergub|perintah|akta|enakmen|"
    r"warta kerajaan|nghị định|thông tư|quyết định|luật|nghị quyết|chỉ thị|qcvn|tcvn|sni|bill|house bill|"
    r"senate bill|kautusan|"
    r"ประกาศ(?:กระทรวง\S*)?|คำสั่ง|กฎกระทรวง|พระราชบัญญัติ|มอก\."
)
#: "Permen ESDM No. 7 Tahun 2020": the body stands between, and then a word for "number" must follow.
_WITH_BODY = (
    r"(?:peraturan|keputusan|permen\w*|kepmen\w*|decree|order|regulation|act|law)"
    r"(?: \w+){1,8}?\s+(?=(?:no|nomor|number)\b)"
)
_ACT = re.compile(
    rf"(?<!\w)(?:{_WORDS}|{_WITH_BODY}|(?:per|kep)men\w* [A-Z]{{2,6}}(?=\s+\d{{1,4}}/))"
    r"\s*(?:no\.?|nos\.?|nomor|number|số|bil\.?|blg\.?|ฉบับที่|ที่|เลขที่)?\s*"
    r"(?P<number>\d{1,4}(?:\.[A-Z])?)(?:\s*(?:/|of|tahun|:|,?\s*series of|,?\s*s\.|năm|พ\.ศ\.|"
    r"year|\()\s*(?P<year>\d{4}))?(?!\s*(?:%|percent|per cent|persen|peratus|tonnes|january|february))",
    re.I,
)
_VIETNAMESE = re.compile(r"(?P<number>\d{1,4})/(?:(?P<year>\d{4})/)?(?:NĐ|ND|TT|QĐ|QD|QH|NQ|CT)\d*(?:-\w+)?", re.I)


@dataclass(frozen=True, slots=True)
class Act:
    """An act by its number; ``year`` None where the text does not give it. Buddhist years are converted."""

    number: str
    year: int | None
    text: str
    sentence: Sentence
    start: int
    end: int

    def same(self, other: Act | str) -> bool:
        """Whether the two may be one act: equal numbers, no contradiction in the year."""
        number, _, year = str(other).partition("/")
        return self.number == number and (not year or self.year is None or str(self.year) == year)

    def __str__(self) -> str:
        return f"{self.number}/{self.year}" if self.year else self.number


def find(parts: Iterable[Sentence]) -> tuple[Act, ...]:
    """Find the act numbers of an item, each once."""
    found: dict[str, Act] = {}
    for part in parts:
        for match in [*_ACT.finditer(part.text), *_VIETNAMESE.finditer(part.text)]:
            act = Act(match["number"].upper(), _year(match["year"]), match.group(0), part, match.start(), match.end())
            found.setdefault(act.number, act)
    return tuple(found.values())


def _year(text: str | None) -> int | None:
    year = int(text) if text else None
    return year - 543 if year and year > 2400 else year


def agree(first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether two lists of act numbers share an act."""
    return any(_same(one, other) for one in first for other in second)


def _same(one: str, other: str) -> bool:
    number, _, year = one.partition("/")
    others, _, years = other.partition("/")
    return number == others and (not year or not years or year == years)


#: Words that tell what kind of act it is for sure; "decree", "regulation" and "order" translate many.
_KINDS = {
    "law": re.compile(r"\b(?:uu|undang-undang|republic act|ra|luật|act|law|akta)\b|QH\d*\b|พระราชบัญญัติ", re.I),
    "government": re.compile(r"\b(?:pp|peraturan pemerintah|nghị định)\b|/N[ĐD]-CP\b", re.I),
    "president": re.compile(r"\b(?:perpres|keppres|inpres|executive order|eo)\b", re.I),
    "minister": re.compile(
        r"\b(?:permen\w*|kepmen\w*|permendag|permenperin|pmk|peraturan menteri|thông tư)\b|/TT-\w+", re.I
    ),
}


def kind_of(text: str) -> str:
    """What kind of act a text names, where its words leave no doubt; else empty."""
    return next((kind for kind, words in _KINDS.items() if words.search(text)), "")


def named(text: str) -> tuple[Act, ...]:
    """The acts that a title or an official number names."""
    return find([Sentence(text, Zone.TITLE, 0)])


def is_same(one: Act, other: Act) -> bool:
    """Whether two names are of one act: number and year agree, and the kinds do not contradict.

    Numbers of four digits run on through the years (Republic Act 7942): a year may be missing there.
    """
    kinds = {kind for kind in (kind_of(one.text), kind_of(other.text)) if kind}
    running = len(one.number) >= 4 and (one.year is None or other.year is None)
    agree = one.year == other.year and one.year is not None
    return one.number == other.number and (agree or running) and len(kinds) <= 1
