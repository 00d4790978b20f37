"""Days in news text and what each is for: a start, an end, the day of signing, a deadline."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from registry.domain.news import written
from registry.domain.news.lexicon import Concept, read
from registry.domain.news.text import Sentence
from registry.domain.news.written import Found

#: Relative days that need another day to be known: of signing, of printing.
AT_ONCE = ("immediately", "on_signing", "day_after_print", "on_print")
RELATIVE_DAYS = ("today", "tomorrow", "yesterday")
_REACH = 75


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month or year found; ``value`` is ISO at the text's precision, ``role`` what it is for, if said.

    ``word`` is set for relative ones (``immediately``, ``on_signing`` …), whose value depends on other days.
    """

    value: str
    role: str
    sentence: Sentence
    start: int
    end: int
    word: str = ""
    weekday: bool = False

    @property
    def text(self) -> str:
        return self.sentence.text[self.start : self.end]

    @property
    def precision(self) -> int:
        return len(self.value)

    @property
    def first(self) -> dt.date:
        return dt.date.fromisoformat((self.value + "-01-01")[:10])


def find(parts: Iterable[Sentence], lang: str, today: dt.date | None) -> tuple[Day, ...]:
    """Find all days of an item. ``today`` is the local day of publication; without it relative days stay out."""
    days: list[Day] = []
    for part in parts:
        found = _apart(sorted(written.find(part, lang, today), key=lambda f: (f.start, -f.end)))
        for at, one in enumerate(found):
            left = found[at - 1].end if at else 0
            right = found[at + 1].start if at + 1 < len(found) else len(part.text)
            role = _role(part, one, left, right, lang)
            if role == "issued" and today and one.value > today.isoformat()[: len(one.value)]:
                role = ""  # nothing is signed on a day to come
            value = _ahead(one, role, today) if today else one.value
            days.append(Day(value, role, part, one.start, one.end, one.word, one.weekday))
    return tuple(days)


def _apart(found: list[Found]) -> list[Found]:
    """Longest first where they overlap; a weekday or a "today" beside a written day ('Monday, 8 March') adds nothing.

    The reader's "today" may differ from the writer's by a day; what is written out does not.
    """
    written = [one for one in found if not one.weekday and not one.word]
    found = [
        one
        for one in found
        if not (
            (one.weekday or one.word in RELATIVE_DAYS)
            and any(-3 <= w.start - one.end <= 10 or -3 <= one.start - w.end <= 3 for w in written)
        )
    ]
    kept: list[Found] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif one.end - one.start > kept[-1].end - kept[-1].start:
            kept[-1] = one
    return kept


@cache
def _roles() -> tuple[Concept, ...]:
    return tuple(Concept(role, terms) for role, terms in read("dates")["roles"].items())


@cache
def _adjacent() -> tuple[Concept, ...]:
    return tuple(Concept(role, terms) for role, terms in read("dates")["adjacent"].items())


@cache
def _filler(lang: str) -> re.Pattern[str]:
    words = sorted(read("dates")["filler"].get(lang, ()), key=len, reverse=True)
    return (
        re.compile(r"(?:[\s,('\"–-]|" + "|".join(rf"(?:{re.escape(word)})" for word in words) + ")*")
        if words
        else re.compile(r"[\s,(-]*")
    )


def _role(part: Sentence, found: Found, left: int, right: int, lang: str) -> str:
    """The nearest word in front that says what the day is for, else the nearest behind it."""
    from_ = max(left, found.start - _REACH)
    before = [
        hit for role in _roles() for hit in role.hits(part, lang) if from_ <= hit.start and hit.end <= found.start + 1
    ]
    close = [
        hit for role in _adjacent() for hit in role.hits(part, lang) if from_ <= hit.start and hit.end <= found.start
    ]
    close = [hit for hit in close if _filler(lang).fullmatch(part.low[hit.end : found.start])]
    if close:
        return close[-1].code
    if before:
        role = max(before, key=lambda hit: (hit.end, hit.end - hit.start)).code
        past = (
            (found.weekday or found.yearless)
            and role == "start"
            and _PAST.search(part.low[from_ : found.start])
            and not _NEXT.search(part.low[found.start : found.end + 10])
        )
        return "started" if past else role
    after = [
        hit
        for role in _roles()
        for hit in role.hits(part, lang)
        if found.end <= hit.start <= min(right, found.end + 45)
    ]
    return min(after, key=lambda hit: (hit.start, hit.start - hit.end)).code if after else ""


_PAST = re.compile(
    r"\b(?:since|took|came|entered|became|kicked|has applied|have applied|last|began|started|went|was|were|sejak|lalu|"
    r"nagsimula|noong)\b|ที่ผ่านมา|แล้ว|từ hôm|vừa qua"
)
_NEXT = re.compile(r"\b(?:next|coming|this coming|depan|hadapan|tới|sau|susunod|darating)\b|หน้า")


#: A day without a year that lies longer ago, and of which no past is told, is the next year's.
_LONG_AGO = dt.timedelta(days=45)


def _ahead(found: Found, role: str, today: dt.date) -> str:
    """Where a start or end is to come, a weekday is the next one and a day without a year not one long past."""
    if role not in ("start", "end", "deadline") or not (found.weekday or found.yearless):
        return found.value
    day = dt.date.fromisoformat((found.value + "-28")[:10])
    if found.weekday:
        return (day + dt.timedelta(days=7)).isoformat() if day < today else found.value
    return f"{day.year + 1:04d}{found.value[4:]}" if today - day > _LONG_AGO else found.value
