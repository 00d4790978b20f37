"""Lists narrowed by words and filters, with what each filter still offers."""

from __future__ import annotations

from registry.domain.facets import Listed, narrow
from registry.domain.folding import fold

NAMES = {"country": "Country", "kind": "Kind"}


def listed(row: str, country: str, *kinds: str, hidden: str = "") -> Listed[str]:
    values = {"country": frozenset({country}), "kind": frozenset(kinds)}
    return Listed(row, values, fold(row), {"kind": frozenset({hidden})} if hidden else {})


ROWS = [
    listed("luật khoáng sản", "VN", "ban"),
    listed("tax on ore", "VN", "tax", "ban", hidden="other"),
    listed("tax on tin", "ID", "tax"),
]


def counts(params: dict[str, str]) -> dict[str, dict[str, int]]:
    found = narrow(ROWS, params, NAMES, lambda key, value: f"{key} {value}")
    return {facet.key: {choice.value: choice.count for choice in facet.choices} for facet in found.facets}


def rows(params: dict[str, str]) -> tuple[str, ...]:
    return narrow(ROWS, params, NAMES, lambda key, value: value).rows


def test_a_filter_counts_what_the_others_leave_and_not_what_it_leaves_itself() -> None:
    assert counts({"country": "VN"}) == {"country": {"VN": 2, "ID": 1}, "kind": {"ban": 2, "tax": 1}}
    assert counts({"kind": "tax"})["country"] == {"VN": 1, "ID": 1}


def test_words_are_found_without_accents_and_narrow_the_counts() -> None:
    assert rows({"q": "khoang san luat"}) == ("luật khoáng sản",)
    assert counts({"q": "tax"}) == {"country": {"VN": 1, "ID": 1}, "kind": {"tax": 2, "ban": 1}}


def test_a_chosen_value_that_leaves_nothing_is_still_offered() -> None:
    assert counts({"country": "ID", "kind": "ban"})["kind"] == {"tax": 1, "ban": 0}
    assert rows({"country": "ID", "kind": "ban"}) == ()


def test_a_value_may_be_asked_for_without_being_offered() -> None:
    assert rows({"kind": "other"}) == ("tax on ore",)
    assert "other" not in counts({})["kind"]
