"""Terms are tried only where their beginnings stand; what is found is what a search of the whole text finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.news import lexicon
from registry.domain.news.lexicon import Concept
from registry.domain.news.text import Sentence, Zone

LANGUAGES = ("en", "id", "vi", "th", "fil", "my")


def every() -> dict[str, Concept]:
    listed = {f"{name} {code}": c for name in ("concepts", "changes", "actors") for code, c in concepts(name)}
    minerals = lexicon.read("minerals")["minerals"]
    roles = lexicon.read("dates")["roles"]
    return listed | {code: Concept(code, terms) for code, terms in (minerals | roles).items()}


def concepts(name: str) -> Iterator[tuple[str, Concept]]:
    yield from lexicon.concepts(name).items()


EVERY = every()
TERMS = sorted({term for concept in EVERY.values() for terms in concept._terms.values() for term in terms})


def as_written(term: str, ending: str, gap: str, upper: bool) -> str:
    """A term as it may stand in a text: its open ends filled, its gaps with or without words, its number one."""
    text = term.lstrip("=").replace("*", ending).replace(" ... ", gap).replace("<n>", "12.5 %")
    return text.upper() if upper else text


WRITTEN = st.builds(
    as_written,
    st.sampled_from(TERMS),
    st.sampled_from(["", "s", "ing", "n5"]),
    st.sampled_from([" ", " all of the ", ", "]),
    st.booleans(),
)
JUNK = ["a", "of", "7", ";", ".", "“", "-", "İ", "ß", "ดี", "က", "x_y"]
LINES = st.lists(st.one_of(WRITTEN, st.sampled_from(JUNK)), min_size=1, max_size=12)


def searched(concept: Concept, sentence: Sentence, lang: str) -> list[tuple[int, int]]:
    """All matches by a search of the whole sentence."""
    patterns = concept._compiled(lang)
    pairs = ((patterns.loose, sentence.low), (patterns.exact, sentence.text))
    return [match.span() for pattern, text in pairs if pattern for match in pattern.finditer(text)]


@settings(deadline=None)  # the first example compiles the word lists
@given(LINES, st.sampled_from(["", " ", "  ", "-", ", "]), st.sampled_from(LANGUAGES))
def test_terms_are_found_wherever_a_search_of_the_whole_text_finds_them(words: list[str], glue: str, lang: str):
    sentence = Sentence(glue.join(words), Zone.TITLE, 0)
    for name, concept in EVERY.items():
        found = [(hit.start, hit.end) for hit in concept.hits(sentence, lang)]
        assert found == searched(concept, sentence, lang), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_few_concepts_have_a_term_whose_beginning_is_open(lang: str):
    """Those are searched for at every letter; more of them would make reading slow again."""
    assert sum(concept._compiled(lang).heads is None for concept in EVERY.values()) <= 3
