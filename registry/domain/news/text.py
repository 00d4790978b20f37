"""Text as the rules see it: cleaned, cut into sentences, each knowing where it stands."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

#: Longer texts are background by then; what happened stands at the top.
MOST_CHARACTERS = 2400
_MOST_TITLE = 600
#: So much is cleaned to find them: markup can be many times its text.
_MOST_RAW = 40_000

_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.S | re.I)
#: Scripts written without spaces between words: a term matches anywhere.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
_ABBREVIATED = (
    r"(?<!\bNo)(?<!\bNos)(?<!\bU\.S)(?<!\bMr)(?<!\bDr)(?<!\bBil)(?<!\bMs)(?<!\bSt)(?<!\bArt)(?<!P\.U)(?<!\bCo)"
)
_END = re.compile(_ABBREVIATED + r"[.!?][\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-ZĐÀ-ÝẠ-Ỹ0-9])|[။।]\s*|[!?]\s+|\s*\n+\s*")
_BOILERPLATE = re.compile(
    r"for general information only|not legal advice|all rights reserved|reproduction by agreement|^read more|"
    r"^baca juga|"
    r"^\(c\)|^©|^xem thêm|^đọc thêm|^อ่านเพิ่มเติม|^basahin din|^adds? (?:analyst|background|comment|details?)|"
    r"subscribe to|terms of use",
    re.I,
)


class Zone(StrEnum):
    """Where a sentence stands: what is said first counts most."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"


@dataclass(frozen=True)
class Sentence:
    """One sentence; ``offset`` is its place in the cleaned field (``title`` or ``summary``)."""

    text: str
    zone: Zone
    offset: int

    @cached_property
    def low(self) -> str:
        """The text in lower case, letter for letter as long as the text itself."""
        low = self.text.lower()
        return (
            low if len(low) == len(self.text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        )

    @cached_property
    def heads(self) -> dict[str, list[int]]:
        """Where terms can begin, by what they begin with; places rise.

        A beginning is a word, the first letters of one with ``*`` behind them, or, where words are written without
        spaces, one to three letters from any place on.
        """
        heads: dict[str, list[int]] = {}
        for word in _WORD.finditer(self.low):
            text, at = word.group(), word.start()
            heads.setdefault(text, []).append(at)
            for end in range(1, len(text) + 1):
                heads.setdefault(text[:end] + "*", []).append(at)
        if UNSPACED.search(self.low):
            for at in range(len(self.low)):
                for head in {self.low[at : at + size] for size in (1, 2, 3)}:
                    heads.setdefault(head, []).append(at)
        return heads

    @cached_property
    def read(self) -> dict[Any, Any]:
        """What was found in the sentence before, by what was looked for (see lexicon.py)."""
        return {}

    @property
    def where(self) -> str:
        return "title" if self.zone is Zone.TITLE else "summary"


def clean(text: str) -> str:
    """NFKC, no markup, no invisible characters, single spaces."""
    text = text[:_MOST_RAW]
    bare = _TAG.sub(" ", html.unescape(text)) if "<" in text or "&" in text else text
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", bare))).strip()


def sentences(title: str, summary: str) -> tuple[Sentence, ...]:
    """Cut an item into sentences: the title first, then the summary's, boilerplate left out."""
    head = clean(title)[:_MOST_TITLE]
    found = [Sentence(head, Zone.TITLE, 0)] if head else []
    for start, part in _cut(clean(summary)[:MOST_CHARACTERS]):
        if part != head and not _BOILERPLATE.search(part):
            zone = Zone.LEAD if sum(s.zone is not Zone.TITLE for s in found) == 0 else Zone.BODY
            found.append(Sentence(part, zone, start))
    return tuple(found)


def _cut(text: str) -> list[tuple[int, str]]:
    parts, start = [], 0
    for end in _END.finditer(text):
        parts.append((start, text[start : end.end()].rstrip()))
        start = end.end()
    parts.append((start, text[start:].rstrip()))
    return [(at, part) for at, part in parts if part]


#: Words that only one of the languages has; Indonesian and Malay count as one.
_MARKS = {
    "id": re.compile(
        r"\b(?:yang|dan|dengan|untuk|tidak|pada|akan|dari|bagi|ini|itu|ekspor|eksport|mulai|oleh|tahun|kepada|"
        r"berkuat|atas|larang)\b"
    ),
    "fil": re.compile(r"\b(?:ng|mga|sa|ang|ayon|hindi|noong|para|nito|kagawaran|buwis)\b"),
    "en": re.compile(r"\b(?:the|of|and|to|for|from|with|on|its|by|in|will|has|is)\b"),
}
_VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
_SAME = {"ms": "id", "in": "id", "tl": "fil", "bm": "id", "zlm": "id", "zsm": "id"}
_KNOWN = ("en", "id", "vi", "th", "fil", "my")


def language(declared: str, text: str) -> str:
    """Which word lists to read: the script decides, then the declared language weighed with the words themselves."""
    low = text.lower()
    if re.search("[\u0e00-\u0e7f]{3}", low):
        return "th"
    if re.search("[\u1000-\u109f]{3}", low):
        return "my"
    if len(_VIETNAMESE.findall(low)) >= 3:
        return "vi"
    code = declared.lower().replace("_", "-").split("-")[0]
    code = _SAME.get(code, code)
    return _guess(low, code if code in _KNOWN and code not in ("th", "my") else "")


def _guess(low: str, declared: str) -> str:
    """The declared language unless the words speak plainly for another: many feeds declare what they came with."""
    counts = {code: len(mark.findall(low)) for code, mark in _MARKS.items()}
    best = max(counts, key=lambda code: counts[code])
    if declared and counts[best] <= 2 * counts.get(declared, 0):
        return declared
    return best if counts[best] else "en"
