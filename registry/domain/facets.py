"""Lists narrowed by words and by filters, each filter saying what it would still leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from registry.domain.folding import has_all

Row = TypeVar("Row")
#: More letters than anybody looks for are not looked for.
_MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, and how many of the list it would leave with all other filters as they are."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter of the address: ``key`` its parameter, ``chosen`` its value, empty where it is not in use."""

    key: str
    name: str
    chosen: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """A row with its values by filter and the folded text that words are looked for in.

    ``also`` are values that may be asked for and are not offered.
    """

    row: Row
    values: Mapping[str, frozenset[str]]
    text: str
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def meets(self, chosen: Mapping[str, str], besides: str = "") -> bool:
        return all(not value or key == besides or self._has(key, value) for key, value in chosen.items())

    def _has(self, key: str, value: str) -> bool:
        return value in self.values[key] or value in self.also.get(key, ())


@dataclass(frozen=True, slots=True)
class Narrowed(Generic[Row]):
    """The rows that meet words and filters, in the order in which they came; ``total`` counts all."""

    rows: tuple[Row, ...]
    total: int
    words: str
    facets: tuple[Facet, ...]


def narrow(
    listed: Sequence[Listed[Row]],
    params: Mapping[str, Any],
    names: Mapping[str, str],
    name_of: Callable[[str, str], str],
) -> Narrowed[Row]:
    """Narrow by ``q`` and the filters of an address.

    ``names`` has the filters by parameter, in order; ``name_of`` says what a value of a filter is called.
    """
    chosen = {key: str(params.get(key, "")).strip() for key in names}
    words = str(params.get("q", "")).strip()[:_MOST_LETTERS]
    with_words = [each for each in listed if has_all(words, each.text)]
    return Narrowed(
        rows=tuple(each.row for each in with_words if each.meets(chosen)),
        total=len(listed),
        words=words,
        facets=tuple(
            Facet(key, name, chosen[key], tuple(_choices(with_words, chosen, key, name_of)))
            for key, name in names.items()
        ),
    )


def _choices(
    listed: Sequence[Listed[Row]], chosen: Mapping[str, str], key: str, name_of: Callable[[str, str], str]
) -> Iterator[Choice]:
    left = Counter(value for each in listed if each.meets(chosen, besides=key) for value in each.values[key])
    if chosen[key]:
        left.setdefault(chosen[key], 0)
    choices = (Choice(value, name_of(key, value), count) for value, count in left.items() if value)
    yield from sorted(choices, key=lambda choice: choice.name)
