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

from registry.domain.news.text import UNSPACED, Sentence

_RUN = re.compile(r"\w+")
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


@dataclass(frozen=True, slots=True)
class _Patterns:
    """A concept's terms in one language: as written in lower case, as written exactly, and what they begin with."""

    loose: re.Pattern[str] | None
    exact: re.Pattern[str] | None
    heads: frozenset[str] | None


class Concept:
    """Terms of one meaning, one pattern per language; ``any`` is part of each.

    Most concepts are in few sentences, and looking for a hundred terms at every letter is what reading would cost. So
    a term is tried only where a sentence has what it begins with, and a concept once for each sentence.
    """

    def __init__(self, code: str, terms: Terms) -> None:
        self.code = code
        self._terms = terms
        self._patterns: dict[str, _Patterns] = {}

    def hits(self, sentence: Sentence, lang: str) -> Sequence[Hit]:
        """Find every term of the concept in a sentence, left to right, those in exact letters last."""
        patterns = self._patterns.get(lang) or self._compiled(lang)
        if patterns.heads is not None and sentence.heads.keys().isdisjoint(patterns.heads):
            return ()
        found: Sequence[Hit] | None = sentence.read.get((self, lang))
        if found is None:
            found = sentence.read[self, lang] = tuple(self._searched(patterns, sentence))
        return found

    def found(self, sentence: Sentence, lang: str) -> Hit | None:
        return next(iter(self.hits(sentence, lang)), None)

    def _searched(self, patterns: _Patterns, sentence: Sentence) -> Iterator[Hit]:
        for pattern, text in ((patterns.loose, sentence.low), (patterns.exact, sentence.text)):
            if pattern is not None:
                for match in _matches(pattern, text, patterns.heads, sentence):
                    yield Hit(self.code, sentence, match.start(), match.end())

    def _compiled(self, lang: str) -> _Patterns:
        terms = [unicodedata.normalize("NFKC", t) for key in (lang, "any") for t in self._terms.get(key, ())]
        exact = [term[1:] for term in terms if term.startswith("=")]
        loose = [term.lower() for term in terms if not term.startswith("=")]
        heads = [_head(term.lower()) for term in (*loose, *exact)]
        known = None if None in heads else frozenset(head for head in heads if head)
        self._patterns[lang] = patterns = _Patterns(_compile(loose), _compile(exact), known)
        return patterns


def _matches(
    pattern: re.Pattern[str], text: str, heads: frozenset[str] | None, sentence: Sentence
) -> Iterator[re.Match[str]]:
    """What ``finditer`` finds, tried only where one of the heads stands."""
    if heads is None:
        yield from pattern.finditer(text)
        return
    places = sentence.heads
    end = 0
    for at in sorted({at for head in heads if head in places for at in places[head]}):
        if at >= end and (match := pattern.match(text, at)):
            yield match
            end = match.end()


def _head(term: str) -> str | None:
    """What each match of a term begins with, written as ``Sentence.heads`` has it; None where that is open."""
    if UNSPACED.search(term):
        return term.split()[0][:3]
    words = term.split()
    run = _RUN.match(term)
    if run is None:
        return None
    open_end = term[run.end() :].startswith("*") or words[1:2] == ["<n>"]
    return run.group() + ("*" if open_end else "")


def _compile(terms: Sequence[str]) -> re.Pattern[str] | None:
    ordered = sorted(set(terms), key=lambda term: (-len(term), term))
    return re.compile("|".join(map(_pattern, ordered))) if ordered else None


def _pattern(term: str) -> str:
    """Make one term a pattern; how terms are written stands at the head of concepts.yaml."""
    if UNSPACED.search(term):
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
