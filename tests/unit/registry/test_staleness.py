"""When a fact is due to be looked at again: by its period, else its source, against the interval of its kind."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.dates import PartialDate
from registry.domain.facts import Fact, Period, Subject
from registry.domain.staleness import Intervals, as_of, months_over
from registry.services.vocabularies import review_intervals

RULES = Intervals({"processing": 24, "processing_owner": 6}, 36, ["event"])


def fact(value: str | None, basis: str = "stated") -> Fact:
    return Fact("x", "production_share", Subject("TH"), value=Decimal(1), period=Period(value, None, basis))


@pytest.mark.parametrize(
    ("kind", "months"),
    [("processing", 24), ("processing_tier", 24), ("processing_owner", 6), ("processings", 36), ("other", 36),
     ("event", None)],
)  # fmt: skip
def test_the_longest_beginning_of_a_kind_decides(kind: str, months: int | None) -> None:
    assert RULES.months(kind) == months


@pytest.mark.parametrize(
    ("value", "basis", "source", "known"),
    [
        ("2022", "stated", "2026-04", "2022"),
        ("2021-2030", "stated", "", "2030"),
        ("2025-06-09", "source_date", "2025-06", "2025-06"),
        (None, "not_stated", "2024-03-19", "2024-03-19"),
        (None, "not_stated", "", None),
        ("2024-13", "stated", "", None),
        ("some time ago", "stated", "2020", "2020"),
    ],
)
def test_a_stated_period_goes_before_the_day_of_the_source(
    value: str | None, basis: str, source: str, known: str | None
) -> None:
    found = as_of(fact(value, basis), source)
    assert (str(found) if found else None) == known


@given(st.integers(2000, 2030), st.integers(1, 12), st.integers(1, 60))
def test_it_is_due_in_the_month_after_the_interval_and_not_before(year: int, month: int, interval: int) -> None:
    known = PartialDate.parse(f"{year}-{month:02}")
    due = year * 12 + month - 1 + interval
    assert months_over(known, interval, due // 12, due % 12 + 1) == 0
    assert months_over(known, interval, (due + 1) // 12, (due + 1) % 12 + 1) == 1


def test_a_year_counts_to_its_end() -> None:
    assert months_over(PartialDate.parse("2022"), 24, 2024, 12) == 0


def test_the_docs_hold_the_rule_as_it_is() -> None:
    page = Path("docs/desk.md").read_text(encoding="utf-8")
    rules = review_intervals()
    for kind, months in rules.kinds.items():
        assert f"| `{kind}` | {months} |" in page
    assert f"| all others | {rules.default} |" in page
    assert f"| {', '.join(f'`{kind}`' for kind in rules.never)} | never |" in page
