"""The word lists of registry/data/news, compiled: a term becomes a pattern, a concept a pattern per language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from registry.domain.news.text import Sentence

#: Written without spaces between words: a term matches anywhere.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_NUMBER = r"\D{0,3}\d[\d.,]*(?:\s?%)?"

Terms = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found: what it stands for and where."""

    code: str
    sentence: Sentence
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.sentence.text[self.start : self.end]


class Concept:
    """Terms of one meaning, one pattern per language; ``any`` is part of each."""

    def __init__(self, code: str, terms: Terms) -> None:
        self.code = code
        self._terms = terms
        self._patterns: dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]] = {}

    def hits(self, sentence: Sentence, lang: str) -> Iterator[Hit]:
        """Find every term of the concept in a sentence, left to right."""
        loose, exact = self._of(lang)
        for pattern, text in ((loose, sentence.low), (exact, sentence.text)):
            if pattern is not None:
                for match in pattern.finditer(text):
                    yield Hit(self.code, sentence, match.start(), match.end())

    def found(self, sentence: Sentence, lang: str) -> Hit | None:
        return next(self.hits(sentence, lang), None)

    def _of(self, lang: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        if lang not in self._patterns:
            terms = [*self._terms.get(lang, ()), *self._terms.get("any", ())]
            exact = [term[1:] for term in terms if term.startswith("=")]
            self._patterns[lang] = (_compile([t.lower() for t in terms if not t.startswith("=")]), _compile(exact))
        return self._patterns[lang]


def _compile(terms: Sequence[str]) -> re.Pattern[str] | None:
    ordered = sorted({unicodedata.normalize("NFKC", term) for term in terms}, key=len, reverse=True)
    return re.compile("|".join(map(_pattern, ordered))) if ordered else None


def _pattern(term: str) -> str:
    """Make one term a pattern; how terms are written stands at the head of concepts.yaml."""
    if _UNSPACED.search(term):
        return r"\s*".join(map(re.escape, term.split()))
    body = ""
    for word in term.split():
        if word == "...":
            body += r"(?:[^\w:;!?]+[\w%$-]+){0,5}?"
            continue
        body += (r"[\s\-–’']{1,3}" if body and word != "<n>" else "") + _word(word)
    left = r"(?<![\w])" if term[0].isalnum() or term[0] == "<" else ""
    right = r"(?![\w])" if term[-1].isalnum() else ""
    return f"{left}{body}{right}"


def _word(word: str) -> str:
    if word == "<n>":
        return _NUMBER
    return re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)


def read(name: str) -> dict[str, Any]:
    """Read one word list of the package. It is part of the rules, not of the data they are asked about."""
    text = files("registry").joinpath("data", "news", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def concepts(name: str) -> dict[str, Concept]:
    """All concepts of a word list that has one per key."""
    return {code: Concept(code, terms) for code, terms in read(name).items() if code != "version"}
